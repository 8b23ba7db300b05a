package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.util.function.UnaryOperator;

/** What reaches the other end of a bad link, as a share of what the link carries. */
@Tag("ci")
class LossyLinksTest {

    private static final int MEGABYTE = 1 << 20;

    @ParameterizedTest(name = "{0} ms, {1} Mbit/s, queue {2}: {3}")
    @CsvSource({
        "20, 100, 1, good, 0.95",
        "20, 100, 1, reordered, 0.95",
        "20, 1000, 1, reordered, 0.88",
        "20, 100, 1, duplicated, 0.95",
        "20, 100, 1, bursts, 0.2",
        "100, 100, 1, good, 0.8",
        "100, 100, 0.25, good, 0.75",
        "20, 1000, 1, good, 0.85",
        "20, 1000, 0.25, good, 0.8",
        "100, 1000, 1, lost, 0.005"
    })
    void usesTheLink(int rttMs, int megabits, double queue, String how, double least)
            throws IOException {
        LossyTransfer transfer =
                new LossyTransfer(
                        1, rttMs * MS, megabits * 1_000_000L, queue, impaired(how), c -> c);
        double share = transfer.share((how.equals("lost") || megabits < 1000 ? 5 : 2) * SECOND);
        System.out.printf("%d/%d/%s %s: %.2f, %s%n", rttMs, megabits, queue, how, share, transfer);
        assertThat(share).as("%s", transfer).isGreaterThan(least);
    }

    /** Where segments overtake each other it ends before a queue of one product overflows. */
    @ParameterizedTest
    @CsvSource({"20, 1000", "20, 100", "50, 200"})
    void slowStartFillsNoQueueWhereSegmentsOvertakeEachOther(int rttMs, int megabits)
            throws IOException {
        for (int seed = 1; seed <= 5; seed++) {
            LossyTransfer transfer =
                    new LossyTransfer(
                            seed,
                            rttMs * MS,
                            megabits * 1_000_000L,
                            1,
                            impaired("reordered"),
                            c -> c);
            double share = transfer.share(40L * rttMs * MS);
            // Before reordering is known some go again; what a queue drops would be hundreds.
            assertThat(transfer.retransmissions()).as("seed %d: %s", seed, transfer).isLessThan(50);
            assertThat(share).as("seed %d: %s", seed, transfer).isGreaterThan(0.6);
        }
    }

    /** A megabyte is less than this path carries in a round trip: a buffer must grow beyond it. */
    @Test
    void aSendBufferThatDoesNotGrowHoldsBackALongPath() throws IOException {
        double fixed = longPath(c -> c.sendBufferOctets(MEGABYTE));
        double growing =
                longPath(c -> c.sendBufferOctets(MEGABYTE).largestSendBufferOctets(32 * MEGABYTE));
        assertThat(fixed).as("%.2f where it grows", growing).isLessThan(0.78);
        assertThat(growing).isGreaterThan(0.82);
    }

    private static double longPath(UnaryOperator<EndpointConfig.Builder> config)
            throws IOException {
        return new LossyTransfer(1, 100 * MS, 100_000_000L, 1, link -> link, config)
                .share(4 * SECOND);
    }

    private static UnaryOperator<LinkModel> impaired(String how) {
        return switch (how) {
            case "good" -> link -> link;
            case "reordered" -> link -> link.reordering(0.02, 5 * MS);
            case "duplicated" -> link -> link.duplication(0.02);
            case "bursts" -> link -> link.burstLoss(0.002, 5);
            case "lost" -> link -> link.loss(0.001);
            default -> throw new IllegalArgumentException(how);
        };
    }
}
