package io.finwait.sim.explore;

import org.junit.jupiter.api.Test;

/**
 * The longest search of {@link ExplorerTest}, a class of its own: test classes run side by side.
 */
class PoliteExplorerTest {

    @Test
    void whoReadsToTheEndEndsInOrderWithOneLossAndOneDuplicate() {
        ExplorerTest.assertHolds(Bounds.POLITE);
    }
}
