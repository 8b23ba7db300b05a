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
import java.security.SecureRandom;

/** Two hosts of ours in two processes: the client lives here, the server in another JVM. */
final class ProcessWorld extends HalfWorld {

    private static final long LONGEST_WAIT_NS = 20_000_000;
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 12_000;

    private final Link link;
    private final RemoteHost server;

    /** Our end, the URI of the other one, and what is to be removed behind them. */
    private record Link(Transport ours, String theirs, Path file) {

        /**
         * Whoever has bound an even port owns the odd one above it as well: the other process opens
         * that later, and finds it free. Both are below the ports that the kernel gives away by
         * itself.
         */
        static Link udp() {
            int first = new SecureRandom().nextInt(PORTS);
            for (int i = 0; i < PORTS; i += 2) {
                int even = FIRST_PORT + ((first + i) % PORTS & ~1);
                if (isFree(even) && isFree(even + 1)) {
                    String ours = udp(even, even + 1);
                    try {
                        return new Link(Transports.open(ours), udp(even + 1, even), null);
                    } catch (UncheckedIOException e) {
                        // Somebody else was faster: the next one may be free.
                    }
                }
            }
            throw new IllegalStateException(
                    "no datagram port from " + FIRST_PORT + " on is free; end some programs");
        }

        private static boolean isFree(int port) {
            try (DatagramSocket free = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                return free.isBound();
            } catch (SocketException e) {
                return false;
            }
        }

        private static String udp(int own, int other) {
            return "udp://127.0.0.1:" + own + "?peer=127.0.0.1:" + other + "&mtu=1500";
        }

        static Link unix() {
            try {
                Path folder = Files.createTempDirectory("finwait");
                Path file = folder.resolve("wire");
                return new Link(
                        Transports.open("unix:" + file + "?role=server"),
                        "unix:" + file + "?role=client",
                        folder);
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

    private ProcessWorld(Link link, Settings settings, Setup setup, Recorder recorder) {
        super(settings, setup, recorder, End.A, link.ours, LONGEST_WAIT_NS);
        this.link = link;
        OtherJvm jvm =
                OtherJvm.start(
                        link.theirs,
                        End.B,
                        originNs(),
                        settings.twoMsl(),
                        setup.tcp(End.B),
                        link.ours::wakeup);
        server = new RemoteHost(this, jvm, recorder, End.B, address(End.B));
    }

    static ProcessWorld open(Settings settings, Setup setup, Recorder recorder) {
        Link link = settings.place() == Settings.Place.UDP ? Link.udp() : Link.unix();
        try {
            ProcessWorld world = new ProcessWorld(link, settings, setup, recorder);
            world.server.awaitReady();
            return world;
        } catch (RuntimeException e) {
            link.ours.close();
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
        link.ours.close();
        server.close();
        link.remove();
    }
}
