package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The default cap follows the heap, so that a flood of closes ends in evictions, not in an error.
 */
class SmallHeapTest {

    private static final long LOCAL = IpAddress.v4Low(0x0A00_0001);

    @Test
    void theDefaultIsAnEighthOfTheHeap() {
        assertThat(TimeWaitPolicy.defaults().maxOctets())
                .isEqualTo(Runtime.getRuntime().maxMemory() / 8);
    }

    @Test
    void threeMillionClosesWithinAHeapOf64Megabytes() throws IOException, InterruptedException {
        Process jvm =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Flood.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jvm.waitFor()).as(said).isZero();
        assertThat(said).contains("newest found, evicted ");
    }

    /** Runs in a JVM of its own. */
    static final class Flood {

        private Flood() {}

        public static void main(String[] args) {
            TimeWaitTable table =
                    new TimeWaitTable(TimeWaitPolicy.defaults(), RandomSource.seeded(1));
            int closes = 3_000_000;
            long now = 0;
            for (int i = 0; i < closes; i++) {
                now += 1_000;
                table.enter(
                        FourTuple.of(0, LOCAL, 0, remote(i), 80, port(i)),
                        i,
                        i,
                        65_535,
                        7,
                        true,
                        i,
                        0,
                        now);
            }
            boolean found =
                    table.contains(
                            FourTuple.of(0, LOCAL, 0, remote(closes - 1), 80, port(closes - 1)));
            int evicted = closes - table.size();
            System.out.println(
                    (found ? "newest found" : "newest lost")
                            + ", evicted "
                            + evicted
                            + ", octets "
                            + table.octets());
            System.exit(found && evicted > 0 && table.size() > 100_000 ? 0 : 1);
        }

        private static long remote(int i) {
            return IpAddress.v4Low(0x0B00_0000 + i / 60_000);
        }

        private static int port(int i) {
            return 1024 + i % 60_000;
        }
    }
}
