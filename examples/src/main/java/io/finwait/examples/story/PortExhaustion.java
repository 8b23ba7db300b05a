package io.finwait.examples.story;

import io.finwait.Finwait;
import io.finwait.examples.stage.Stage;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.IpAddress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client opens and closes connections to one server until it has no port left. */
public final class PortExhaustion implements Story {

    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");
    private static final int PORT = 80;
    private static final int FIRST_PORT = 60_000;
    private static final int PORTS = 1_000;

    /** As many connections a second as the client wants. */
    private static final int WANTED_PER_SECOND = 50;

    /** After a refusal. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration RUN = Duration.ofMinutes(5);

    /** One way to do it. */
    private record Way(
            String name, Duration twoMsl, int ports, boolean clientFirst, boolean reuse) {}

    @Override
    public void play(Stage stage) {
        if (stage.settings().inRealTime()) {
            stage.say(
                    "In real time this would take five minutes, so the story is played in"
                            + " virtual time, with both hosts ours.");
        }
        Duration twoMsl = stage.settings().twoMsl();
        long half = Math.max(3, twoMsl.toSeconds() / 2);
        stage.heading("Running out of ports");
        stage.say(
                "A client asks one server "
                        + WANTED_PER_SECOND
                        + " times a second, with a new connection each time, for five minutes;"
                        + " it has "
                        + PORTS
                        + " ports for this. Whoever closes first keeps the pair of ports for a"
                        + " while. When all pairs are taken, the next connect fails, and the"
                        + " client waits a second.");
        List<Way> ways =
                List.of(
                        new Way("as it is", twoMsl, PORTS, true, false),
                        new Way("half the wait", Duration.ofSeconds(half), PORTS, true, false),
                        new Way("five times the ports", twoMsl, 5 * PORTS, true, false),
                        new Way("reuse, safe by timestamps", twoMsl, PORTS, true, true),
                        new Way("the server closes first", twoMsl, PORTS, false, false));
        List<String> lines = new ArrayList<>();
        lines.add(
                "%-27s %7s %6s %10s %8s %8s"
                        .formatted("", "2MSL", "ports", "fails at", "opened", "refused"));
        for (Way way : ways) {
            lines.add(new Run(way, stage.settings().seed()).play());
        }
        stage.lines("TIME_WAIT 2MSL", lines);
        stage.seen(
                "with "
                        + PORTS
                        + " ports kept for "
                        + twoMsl.toSeconds()
                        + " s in TIME_WAIT a client can open"
                        + " %.1f".formatted(PORTS / (double) twoMsl.toSeconds())
                        + " connections a second to one server and no more (Linux has 28,232"
                        + " ports and 60 s: 470 a second). What helps: more ports or addresses,"
                        + " reuse with timestamps, letting the server close first, and best of"
                        + " all keeping connections open.");
    }

    /** Five minutes of one way. */
    private static final class Run {

        private final Way way;
        private final SimNetwork network;
        private final Endpoint client;
        private final Endpoint server;
        private final Listener listener;
        private long firstFailureNs = -1;
        private long pausesUntilNs;
        private int opened;
        private int refused;

        Run(Way way, long seed) {
            this.way = way;
            network = SimNetwork.seeded(seed).links(LinkModel.perfect().delay(1_000_000));
            client = open("client", CLIENT);
            server = open("server", SERVER);
            listener = server.listen(PORT, 1024);
            listener.onAcceptable(this::accept);
        }

        private Endpoint open(String name, IpAddress address) {
            SimTransport transport = network.attach(name, address);
            TimeWaitPolicy policy = TimeWaitPolicy.defaults().withTwoMsl(way.twoMsl);
            if (way.reuse) {
                policy = policy.withReuse(TimeWaitPolicy.Reuse.ALL, Duration.ofSeconds(1));
            }
            EndpointConfig config =
                    EndpointConfig.builder()
                            .address(address)
                            .random(transport.random())
                            .timeWaitPolicy(policy)
                            .delayedAck(Duration.ZERO)
                            .ephemeralPorts(FIRST_PORT, FIRST_PORT + way.ports - 1)
                            .build();
            Endpoint endpoint = Finwait.open(config, transport);
            network.add(name, SimParticipant.of(endpoint::doWork, endpoint::nextDeadlineNs));
            return endpoint;
        }

        private void accept() {
            Connection accepted = listener.accept();
            if (way.clientFirst) {
                accepted.observer(new ClosesSecond());
            } else {
                accepted.close();
            }
        }

        private void connect() {
            if (network.nowNs() < pausesUntilNs) {
                return;
            }
            client.doWork(network.nowNs());
            try {
                Connection connection = client.connect(SERVER, PORT);
                connection.observer(way.clientFirst ? new ClosesFirst() : new ClosesSecond());
                opened++;
            } catch (IllegalStateException e) {
                refused++;
                pausesUntilNs = network.nowNs() + PAUSE.toNanos();
                if (firstFailureNs < 0) {
                    firstFailureNs = network.nowNs();
                }
            }
        }

        String play() {
            long stepNs = 1_000_000_000L / WANTED_PER_SECOND;
            for (long at = 0; at < RUN.toNanos(); at += stepNs) {
                network.at(at, this::connect);
            }
            network.runUntil(RUN.toNanos());
            String failure =
                    firstFailureNs < 0 ? "never" : "%.2f s".formatted(firstFailureNs / 1e9);
            return "%-27s %5d s %6d %10s %8d %8d"
                    .formatted(
                            way.name, way.twoMsl.toSeconds(), way.ports, failure, opened, refused);
        }
    }

    private static final class ClosesFirst implements ConnectionObserver {
        @Override
        public void onEstablished(Connection connection) {
            connection.close();
        }
    }

    private static final class ClosesSecond implements ConnectionObserver {
        @Override
        public void onPeerClosed(Connection connection) {
            connection.close();
        }
    }
}
