package io.finwait.sim;

import java.util.Arrays;

/** What all rules together want done with one packet. */
final class Treatment {

    private static final int MOST_COPIES = 64;

    boolean dropped;
    boolean held;
    long heldUntilNs;
    Rule holder;
    long delayNs;
    int corruptedIndex;
    int corruptedBits;
    int flippedTextBits;
    int copies;
    private long[] copyUntilNs = new long[4];
    private Rule[] copyHolder = new Rule[4];

    void reset() {
        dropped = false;
        held = false;
        delayNs = 0;
        corruptedBits = 0;
        flippedTextBits = 0;
        copies = 0;
    }

    void hold(long untilNs, Rule rule) {
        if (!held || untilNs - heldUntilNs > 0) {
            held = true;
            heldUntilNs = untilNs;
            holder = rule;
        }
    }

    /**
     * Adds a copy, held until a time or {@link Rule#UNTIL_RELEASED}; with 0 it travels with the
     * packet.
     */
    void copy(long untilNs, Rule rule) {
        if (copies == MOST_COPIES) {
            throw new IllegalStateException(
                    "the rules ask for more than " + MOST_COPIES + " copies of one packet");
        }
        if (copies == copyUntilNs.length) {
            copyUntilNs = Arrays.copyOf(copyUntilNs, 2 * copies);
            copyHolder = Arrays.copyOf(copyHolder, 2 * copies);
        }
        copyUntilNs[copies] = untilNs;
        copyHolder[copies] = rule;
        copies++;
    }

    long copyUntilNs(int index) {
        return copyUntilNs[index];
    }

    Rule copyHolder(int index) {
        return copyHolder[index];
    }
}
