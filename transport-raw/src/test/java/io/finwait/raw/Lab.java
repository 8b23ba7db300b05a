package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Namespaces for tests that need a real kernel; such tests are skipped, with the reason, elsewhere.
 */
final class Lab {

    private Lab() {}

    /** Skips the test where no TUN device can be made. */
    static void assumeTunCanBeMade() {
        assumeTrue(
                System.getProperty("os.name").equals("Linux"), "a TUN device needs Linux: skipped");
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "making a TUN device needs root: skipped");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "there is no /dev/net/tun: skipped");
        assumeTrue(runs("ip", "-V"), "the ip command (package iproute2) is not here: skipped");
    }

    /** True when a command is here and ends well. */
    static boolean runs(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Waits until an interface can send. The kernel drops what it is given before its workers have
     * seen that the link is up, which takes a while on a machine that is busy with namespaces.
     */
    static void awaitLink(NetworkNamespace namespace, String device) {
        String said = link(namespace, device);
        for (int i = 0; i < 1_000 && !isUp(said); i++) {
            LockSupport.parkNanos(10_000_000);
            said = link(namespace, device);
        }
        assertThat(isUp(said)).as(said).isTrue();
    }

    private static String link(NetworkNamespace namespace, String device) {
        return namespace.exec("ip", "link", "show", "dev", device);
    }

    private static boolean isUp(String said) {
        return said.contains("LOWER_UP") && !said.contains("DOWN");
    }

    /** A namespace that no other test has. */
    static NetworkNamespace namespace() {
        assumeTunCanBeMade();
        return NetworkNamespace.createOwn("fwraw");
    }
}
