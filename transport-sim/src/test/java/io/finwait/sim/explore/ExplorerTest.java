package io.finwait.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

/**
 * Every interleaving within bounds; the frontier becomes empty, so nothing within them is left out.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@Tag("ci")
class ExplorerTest {

    @Test
    void nothingGoesWrongWithOneDuplicate() {
        assertHolds(Bounds.SMALL.withFaults(0, 1, 0));
    }

    @Test
    @Tag("thorough")
    void nothingGoesWrongWithOneLossAndOneDuplicate() {
        assertHolds(Bounds.SMALL);
    }

    @Test
    void whoReadsToTheEndEndsInOrderWithOneLoss() {
        assertHolds(Bounds.POLITE.withFaults(1, 0, 0));
    }

    @Test
    void nothingGoesWrongBehindAClosedWindow() {
        assertHolds(Bounds.NARROW);
    }

    @Test
    void nothingOfAnOldIncarnationLeaksAfterASufficientTimeWait() {
        assertHolds(Bounds.TWO_INCARNATIONS);
    }

    @Test
    void theLeakAfterTooShortATimeWaitIsFound() {
        ExplorationReport report = new Explorer(Bounds.TWO_INCARNATIONS.withShortTimeWait()).run();
        System.out.println(report);
        assertThat(report.violation()).isNotNull();
        assertThat(report.counterexample().inWords().toString())
                .contains("is duplicated", "connects again", "TIME_WAIT");
    }

    static void assertHolds(Bounds bounds) {
        ExplorationReport report = new Explorer(bounds).run();
        System.out.println(report);
        assertThat(report.violation()).as("%s", report).isNull();
        assertThat(report.frontierIsEmpty()).as("%s", report).isTrue();
    }
}
