package io.finwait.nio.library;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Servers of the machine that tests need and may do without. */
final class Programs {

    /** Debian's servers of each version, which are not on the path. */
    private static final Path POSTGRESQL = Path.of("/usr/lib/postgresql");

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private Programs() {}

    /** Where a program of a Debian package is; skips the test when the machine has none. */
    static Path find(String name, String debianPackage) throws IOException {
        List<Path> folders =
                Stream.of(System.getenv("PATH").split(":")).map(Path::of).collect(toList());
        if (Files.isDirectory(POSTGRESQL)) {
            try (Stream<Path> versions = Files.list(POSTGRESQL)) {
                versions.sorted().forEach(version -> folders.add(version.resolve("bin")));
            }
        }
        Optional<Path> found =
                folders.stream()
                        .map(folder -> folder.resolve(name))
                        .filter(Files::isExecutable)
                        .findFirst();
        assumeTrue(
                found.isPresent(), name + " (package " + debianPackage + ") is not here: skipped");
        return found.get();
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
