package io.finwait.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finwait.Finwait;
import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.nio.relay.Relay;
import io.finwait.nio.relay.RelayFaults;
import io.finwait.raw.TunOptions;
import io.finwait.raw.TunTransport;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.sim.script.PacketScript;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The README's examples: each stands below or in the source as it stands there, and is compiled.
 */
class ReadmeTest {

    @Test
    void coreOverASimulatedNetwork() {
        assertThat(printedBy(ReadmeTest::core))
                .containsExactly(
                        "FIN_WAIT_2 CLOSE_WAIT",
                        "TIME_WAIT Closed in order, by this end first",
                        "CLOSED");
    }

    private static void core() {
        SimNetwork net = SimNetwork.seeded(7).links(LinkModel.perfect().delay(10_000_000));
        SimTransport a = net.attach("client", IpAddress.parse("10.0.0.1"));
        SimTransport b = net.attach("server", IpAddress.parse("10.0.0.2"));
        Endpoint client = Finwait.open(EndpointConfig.at("10.0.0.1").seed(1).build(), a);
        Endpoint server = Finwait.open(EndpointConfig.at("10.0.0.2").seed(2).build(), b);
        net.add("client", SimParticipant.of(client::doWork, client::nextDeadlineNs));
        net.add("server", SimParticipant.of(server::doWork, server::nextDeadlineNs));

        Listener listener = server.listen(80, 16);
        Connection ours = client.connect(IpAddress.parse("10.0.0.2"), 80);
        net.runFor(100_000_000); // the handshake
        Connection theirs = listener.accept();
        ours.close(); // FIN
        net.runFor(100_000_000);
        System.out.println(ours.state() + " " + theirs.state()); // FIN_WAIT_2 CLOSE_WAIT
        theirs.close();
        net.runFor(100_000_000);
        System.out.println(ours.state() + " " + ours.closeReason().message());
        net.runFor(60_000_000_000L);
        System.out.println(ours.state()); // CLOSED
    }

    @Test
    void aPacketScript() {
        script();
        assertThatThrownBy(
                        () ->
                                PacketScript.of(
                                                """
                                                +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                                                +0 bind(3, ..., ...) = 0
                                                +0 listen(3, 1) = 0
                                                +0 < S 0:0(0) win 65535 <mss 1460>
                                                +0 > S. 0:0(0) ack 2 <...>
                                                """)
                                        .run()
                                        .orThrow())
                .as("the same with an ack off by one fails")
                .isInstanceOf(AssertionError.class);
    }

    private static void script() {
        PacketScript.of(
                        """
                        +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                        +0 bind(3, ..., ...) = 0
                        +0 listen(3, 1) = 0
                        +0 < S 0:0(0) win 65535 <mss 1460>
                        +0 > S. 0:0(0) ack 1 <...>
                        +0 < . 1:1(0) ack 1 win 65535
                        +0 accept(3, ..., ...) = 4
                        +0 close(4) = 0
                        +0 > F. 1:1(0) ack 1
                        +0 < . 1:1(0) ack 3 win 65535   // an ACK of what was never sent: must not move us
                        +0 > . 2:2(0) ack 1
                        +0 = FIN-WAIT-1
                        """)
                .run()
                .orThrow();
    }

    /** Needs root; KernelInteropTest runs its like. */
    static void raw() {
        TunTransport tun = TunTransport.open(TunOptions.named("fw0").address("10.9.0.1/24"));
        Endpoint endpoint = Finwait.open(EndpointConfig.at("10.9.0.2").build(), tun);
        Connection connection = endpoint.connect(IpAddress.parse("10.9.0.1"), 22);
        while (!connection.hasEnded()) {
            long now = System.nanoTime();
            if (endpoint.doWork(now) == 0) {
                tun.await(endpoint.nextDeadlineNs() - now);
            }
        }
        System.out.println(connection.closeReason().message()); // Connection refused
    }

    /** Needs a peer; the driver's own tests run its like. */
    static void nio() {
        Transport udp = Transports.open("udp://127.0.0.1:7000?peer=127.0.0.1:7001");
        try (Driver driver = Driver.start(EndpointConfig.at("10.0.0.1").build(), udp)) {
            AsyncConnection connection = driver.connect(IpAddress.parse("10.0.0.2"), 80).join();
            connection.write(ByteBuffer.wrap("hello".getBytes(UTF_8))).join();
            connection.shutdownOutput().join(); // done when our FIN is acknowledged
            driver.shutdown(Duration.ofSeconds(5)).join();
        }
    }

    /** Needs a server; RelayTest runs its like. */
    static void relay(InetSocketAddress server) {
        RelayFaults faults = RelayFaults.none().delay(Duration.ofMillis(20)).resetAfter(1000);
        try (Relay relay = Relay.to(server).down(faults).open()) {
            System.out.println(
                    relay.localAddress()); // connect your client there: "Connection reset"
        }
    }

    @Test
    void whatTheReadmeShowsIsCompiled() throws IOException {
        Path guide = Path.of("..", "transport-sim/src/test/java/io/finwait/sim/guide");
        String compiled =
                source("ReadmeTest.java", "test")
                        + source("custom/Cable.java", "main")
                        + compact(Files.readString(guide.resolve("ClientHangsTest.java")));
        List<String> blocks = javaBlocks(Path.of("..", "README.md"));
        assertThat(blocks).hasSize(7);
        assertThat(blocks).allSatisfy(each -> assertThat(compiled).contains(compact(each)));
    }

    @Test
    void whatTheHowToOfTransportsShowsIsCompiled() throws IOException {
        String compiled = source("custom/CableProvider.java", "main");
        List<String> blocks = javaBlocks(Path.of("..", "docs", "writing-a-transport.md"));
        assertThat(blocks).hasSize(1);
        assertThat(blocks).allSatisfy(each -> assertThat(compiled).contains(compact(each)));
    }

    private static String source(String file, String kind) throws IOException {
        Path folder = Path.of("src", kind, "java", "io", "finwait", "examples");
        return compact(Files.readString(folder.resolve(file)));
    }

    private static List<String> javaBlocks(Path page) throws IOException {
        Matcher block = Pattern.compile("(?s)```java\n(.*?)```").matcher(Files.readString(page));
        List<String> blocks = new ArrayList<>();
        while (block.find()) {
            blocks.add(block.group(1));
        }
        return blocks;
    }

    private static String compact(String text) {
        return text.replaceAll("\\s+", "");
    }

    private static List<String> printedBy(Runnable action) {
        PrintStream before = System.out;
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        System.setOut(new PrintStream(octets, true, UTF_8));
        try {
            action.run();
        } finally {
            System.setOut(before);
        }
        return octets.toString(UTF_8).lines().toList();
    }
}
