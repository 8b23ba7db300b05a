package io.finwait.examples.stage;

import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.trace.End;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Two hosts of ours in two processes: the client lives here, the server in another JVM. */
final class ProcessWorld extends HalfWorld {

    private static final long LONGEST_WAIT_NS = 20_000_000;
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 12_000;
    private static final AtomicInteger NEXT_PORT = new AtomicInteger();

    private final Link link;
    private final Transport below;
    private final RemoteHost server;

    /** The URIs of the two ends, and what is to be removed behind them. */
    private record Link(String ours, String theirs, Path file) {

        static Link udp() {
            int one = freePort();
            int two = freePort();
            return new Link(udp(one, two), udp(two, one), null);
        }

        /**
         * A port below those that the kernel gives away by itself, and given to nobody else here:
         * it is still free when the other process opens it.
         */
        private static int freePort() {
            for (int i = 0; i < PORTS; i++) {
                long next = 64 * ProcessHandle.current().pid() + NEXT_PORT.getAndIncrement();
                int port = FIRST_PORT + (int) (next % PORTS);
                try (DatagramSocket free =
                        new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                    return free.getLocalPort();
                } catch (SocketException e) {
                    // Somebody else has it: the next one may be free.
                }
            }
            throw new IllegalStateException(
                    "no datagram port from " + FIRST_PORT + " on is free; end some programs");
        }

        private static String udp(int own, int other) {
            return "udp://127.0.0.1:" + own + "?peer=127.0.0.1:" + other + "&mtu=1500";
        }

        static Link unix() {
            try {
                Path folder = Files.createTempDirectory("finwait");
                Path file = folder.resolve("wire");
                return new Link(
                        "unix:" + file + "?role=server", "unix:" + file + "?role=client", folder);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "no folder for a Unix domain socket: " + UserText.reason(e), e);
            }
        }

        void remove() {
            try {
                if (file != null) {
                    Files.deleteIfExists(file.resolve("wire"));
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                file.toFile().deleteOnExit();
            }
        }
    }

    private ProcessWorld(
            Link link, Transport below, Settings settings, Setup setup, Recorder recorder) {
        super(settings, setup, recorder, End.A, below, LONGEST_WAIT_NS);
        this.link = link;
        this.below = below;
        OtherJvm jvm =
                OtherJvm.start(
                        link.theirs,
                        End.B,
                        originNs(),
                        settings.twoMsl(),
                        setup.tcp(End.B),
                        below::wakeup);
        server = new RemoteHost(this, jvm, recorder, End.B, address(End.B));
    }

    static ProcessWorld open(Settings settings, Setup setup, Recorder recorder) {
        Link link = settings.place() == Settings.Place.UDP ? Link.udp() : Link.unix();
        Transport below = Transports.open(link.ours);
        try {
            ProcessWorld world = new ProcessWorld(link, below, settings, setup, recorder);
            world.server.awaitReady();
            return world;
        } catch (RuntimeException e) {
            below.close();
            link.remove();
            throw e;
        }
    }

    /** What the other process has told since the last look. */
    @Override
    void look(long nowNs) {
        // The first packets may pass before the other process is there.
        if (server != null) {
            server.hear();
        }
    }

    @Override
    Host other() {
        return server;
    }

    @Override
    public void close() {
        ours().endpoint().close();
        below.close();
        server.close();
        link.remove();
    }
}
