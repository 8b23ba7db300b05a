package io.finwait.timewait;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The table never differs from a simple model of it. {@code -Dfinwait.timewait.operations=10000000}
 * runs longer.
 */
class TableAgainstModelTest {

    private static final int OPERATIONS =
            Integer.getInteger("finwait.timewait.operations", 1_000_000);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void never_differs_from_the_model(long seed) {
        new ModelComparison(seed, OPERATIONS / 5, false).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7})
    void never_differs_when_tuples_collide(long seed) {
        new ModelComparison(seed, OPERATIONS / 20, true).run();
    }
}
