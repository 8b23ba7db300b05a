package io.finwait.sim.explore;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

/**
 * The longest search of {@link ExplorerTest}, which does it without a duplicate.
 */
@Tag("thorough")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class PoliteExplorerTest {

    @Test
    void whoReadsToTheEndEndsInOrderWithOneLossAndOneDuplicate() {
        ExplorerTest.assertHolds(Bounds.POLITE);
    }
}
