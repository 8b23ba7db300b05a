package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.nio.ChildJvm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

/**
 * A program with Jetty, not a line of which is changed: options of the JVM put its channels on a
 * TUN device, and curl asks it through the kernel's TCP.
 */
@Timeout(240)
class JettyOverTunTest {

    private static final String KERNELS = "10.82.0.1";
    private static final String OURS = "10.82.0.2";

    private static List<String> options(NetworkNamespace kernel) {
        return List.of(
                "-Djava.nio.channels.spi.SelectorProvider=io.finwait.socket.DriverSelectorProvider",
                "-Dfinwait.transport=tun:fwj0?address=" + KERNELS + "/24&netns=" + kernel.name(),
                "-Dfinwait.address=" + OURS,
                "--add-exports",
                "java.base/sun.nio.ch=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void curlAsksJettyTwiceOnOneConnectionAndThenNobody() throws Exception {
        assumeTrue(Lab.runs("curl", "--version"), "curl is not here: skipped");
        String url = "http://" + OURS + "/";
        try (NetworkNamespace kernel = Lab.namespace();
                ChildJvm jetty = ChildJvm.start(options(kernel), JettyProgram.class, OURS, "80")) {
            jetty.untilItSays(JettyProgram.READY);
            String[] said = kernel.exec("curl", "-sS", "-m", "60", url, url).split("\n", 0);
            assertThat(said).hasSize(2);
            assertThat(said[0]).as("the second on the same connection").isEqualTo(said[1]);
            assertThat(said[0]).startsWith(KERNELS + " ");
            String nobody =
                    kernel.exec("sh", "-c", "curl -sS -m 60 http://" + OURS + ":81/ 2>&1; echo $?");
            assertThat(nobody).as("curl: couldn't connect").endsWith("\n7\n");
        }
    }
}
