package io.finwait.nio.library;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Servers of the machine that tests need and may do without. */
final class Programs {

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private Programs() {}

    /** Where a program is; skips the test when the machine has none. */
    static Path find(String name, String... folders) {
        Path[] all =
                Stream.concat(Stream.of(folders), Stream.of(System.getenv("PATH").split(":")))
                        .map(folder -> Path.of(folder, name))
                        .filter(Files::isExecutable)
                        .toArray(Path[]::new);
        assumeTrue(all.length > 0, "this machine has no " + name);
        return all[0];
    }

    static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    static Process start(Path log, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** Waits until somebody listens on a port of the loopback. */
    static void awaitPort(int port, Process program, Path log)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE_NS) {
            try (Socket there = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assert there.isConnected();
                return;
            } catch (IOException e) {
                if (program.waitFor(50, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        throw new AssertionError("nobody listens: " + Files.readString(log));
    }
}
