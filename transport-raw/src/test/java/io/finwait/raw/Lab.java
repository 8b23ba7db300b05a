package io.finwait.raw;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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

    /** A namespace that no other test has. */
    static NetworkNamespace namespace() {
        assumeTunCanBeMade();
        return NetworkNamespace.createOwn("fwraw");
    }
}
