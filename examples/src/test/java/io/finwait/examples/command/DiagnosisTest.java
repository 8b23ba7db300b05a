package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimObserver;
import io.finwait.sim.SimPacket;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PcapngWriter;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code docs/diagnosis.md} shows is what {@code finwait explain} prints of a capture that a
 * story, or one of the cases here, has made. {@code -Dfinwait.write.docs=true} writes it down anew.
 */
class DiagnosisTest {

    private static final Path PAGE = Path.of("..", "docs", "diagnosis.md");
    private static final Pattern LEAF =
            Pattern.compile("<!-- explain: (\\S+) -->\n```\n(.*?)```\n", Pattern.DOTALL);
    private static final int LEAVES = 10;

    @TempDir private Path folder;

    @Test
    void eachLeafIsWhatIsPrinted() throws IOException {
        String page = Files.readString(PAGE);
        Matcher leaf = LEAF.matcher(page);
        String now =
                leaf.replaceAll(
                        found ->
                                Matcher.quoteReplacement(
                                        "<!-- explain: "
                                                + found.group(1)
                                                + " -->\n```\n"
                                                + explained(found.group(1))
                                                + "```\n"));
        if (Boolean.getBoolean("finwait.write.docs")) {
            Files.writeString(PAGE, now);
            page = now;
        }
        assertThat(LEAF.matcher(page).results()).hasSize(LEAVES);
        assertThat(page).as("run with -Dfinwait.write.docs=true").isEqualTo(now);
    }

    private String explained(String name) {
        Path capture = folder.resolve(name + ".pcapng");
        switch (name) {
            case "refused" -> new Case(capture).refused();
            case "backlog" -> new Case(capture).backlogIsFull();
            case "unread" -> new Case(capture).unread();
            case "forgotten" -> new Case(capture).forgotten();
            case "dropped" -> new Case(capture).dropped();
            case "half-closed" -> new Case(capture).halfClosed();
            default -> {
                CommandRun run = CommandRun.of(name, "--pcap", capture.toString());
                assertThat(run.code()).as(run.err()).isZero();
            }
        }
        String all = CommandRun.of("explain", capture.toString()).out();
        // What the story's capture at both hosts shows twice is nobody's question here.
        return all.lines()
                .filter(line -> !line.contains("in the capture twice"))
                .map(line -> line.stripTrailing() + "\n")
                .reduce("", String::concat);
    }

    /** Two hosts, captured at the client. */
    private static final class Case implements SimObserver {

        private static final long MS = 1_000_000;
        private static final long SECOND = 1_000 * MS;
        private static final LinkModel GOOD = LinkModel.perfect().delay(10 * MS);
        private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");

        private final SimNetwork net = SimNetwork.seeded(1).links(GOOD);
        private final PcapngWriter writer;
        private final int on;
        private final Endpoint client;
        private final Endpoint server;

        Case(Path capture) {
            try {
                writer = PcapngWriter.create(capture);
                on = writer.addInterface("client");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            net.observe(this);
            client = open("client", IpAddress.parse("10.0.0.1"));
            server = open("server", SERVER);
        }

        private Endpoint open(String name, IpAddress address) {
            SimTransport transport = net.attach(name, address);
            Endpoint endpoint =
                    Finwait.open(
                            EndpointConfig.builder().address(address).seed(name.length()).build(),
                            transport);
            net.add(name, SimParticipant.of(endpoint::doWork, endpoint::nextDeadlineNs));
            return endpoint;
        }

        @Override
        public void sent(long nowNs, SimPacket packet) {
            if (packet.from().equals("client")) {
                write(nowNs, packet);
            }
        }

        @Override
        public void delivered(long nowNs, SimPacket packet) {
            if (packet.from().equals("server")) {
                write(nowNs, packet);
            }
        }

        private void write(long nowNs, SimPacket packet) {
            try {
                writer.packet(
                        on,
                        nowNs,
                        PacketDirection.SENT,
                        packet.buffer(),
                        packet.offset(),
                        packet.length());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void end(long afterNs) {
            net.runFor(afterNs);
            try {
                writer.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Connection[] connected() {
            Listener listener = server.listen(80, 16);
            Connection ours = client.connect(SERVER, 80);
            net.runFor(SECOND);
            return new Connection[] {ours, listener.accept()};
        }

        private void send(Connection from, int octets) {
            try {
                from.send(ByteBuffer.allocate(octets));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            net.runFor(SECOND);
        }

        void refused() {
            client.connect(SERVER, 80);
            end(SECOND);
        }

        void backlogIsFull() {
            server.listen(80, 1);
            for (int i = 0; i < 3; i++) {
                client.connect(SERVER, 80);
                net.runFor(SECOND);
            }
            end(3 * SECOND);
        }

        /** The server answers early, and closes while the request still comes in. */
        void unread() {
            Connection[] both = connected();
            send(both[0], 100);
            read(both[1]);
            send(both[1], 50);
            read(both[0]);
            send(both[0], 500);
            both[1].close();
            end(SECOND);
        }

        private static void read(Connection at) {
            try {
                at.receive(ByteBuffer.allocate(1000));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The server is switched off and on again; nobody hears of its end. */
        void forgotten() {
            Connection[] both = connected();
            send(both[0], 100);
            net.links(LinkModel.perfect().loss(1));
            both[1].abort();
            net.runFor(3_600 * SECOND);
            net.links(GOOD);
            send(both[0], 100);
            end(SECOND);
        }

        /** Something on the way lets nothing through any more. */
        void dropped() {
            Connection[] both = connected();
            send(both[0], 100);
            net.runFor(3_600 * SECOND);
            net.links(LinkModel.perfect().loss(1));
            send(both[0], 100);
            end(60 * SECOND);
        }

        /** The server never closes. */
        void halfClosed() {
            Connection[] both = connected();
            send(both[1], 100);
            both[0].shutdownOutput();
            net.runFor(600 * SECOND);
            send(both[1], 100);
            end(SECOND);
        }
    }
}
