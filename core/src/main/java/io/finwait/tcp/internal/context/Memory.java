package io.finwait.tcp.internal.context;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.buffer.BlockPool;

/**
 * The budget of an endpoint's memory and its zones: below three quarters all is free, from there on
 * there is pressure, and then it is used up. Blocks are counted as they are taken. What else
 * connections take is counted after each duty cycle.
 */
public final class Memory {

    /**
     * What an open connection takes that holds no text: a TCB and a handle, in octets, measured.
     * One that has not spoken takes some 200 less.
     */
    public static final int CONNECTION_OCTETS = 1_800;

    /** An orphan's record in FIN-WAIT-2, beside its entry in the table. */
    private static final int RECORD_OCTETS = 48;

    /** So many octets of connections are taken however small the budget is. */
    private static final long ALWAYS = 1 << 20;

    private final BlockPool blocks;
    private final EndpointCounters counters;
    private final long mostConnections;
    private boolean pressed;

    Memory(BlockPool blocks, EndpointCounters counters, long budget) {
        this.blocks = blocks;
        this.counters = counters;
        mostConnections = Math.max(ALWAYS, budget) / CONNECTION_OCTETS;
    }

    /** Whether a stranger may open one more connection, with so many there already. */
    public boolean hasPlace(int connections) {
        return connections < mostConnections;
    }

    /** True from three quarters of the budget on. */
    public boolean isUnderPressure() {
        boolean under = blocks.isUnderPressure();
        if (under && !pressed) {
            pressed = true;
            counters.add(Counter.MEMORY_PRESSURES);
        }
        return under;
    }

    /**
     * Counts what is no block.
     *
     * @param tcbs how many there are, held or kept for later
     * @param tableOctets what the table of TIME-WAIT takes; its size is not asked for, since then
     *     it would index new entries one by one instead of in batches
     * @param records how many of its entries are orphans in FIN-WAIT-2
     */
    public void count(int tcbs, long tableOctets, int records) {
        long connections = (long) tcbs * CONNECTION_OCTETS;
        blocks.countElsewhere(connections + tableOctets + (long) records * RECORD_OCTETS);
    }

    /** A duty cycle is over: is there still pressure? */
    public void endOfCycle() {
        if (pressed && !blocks.isUnderPressure()) {
            pressed = false;
            counters.add(Counter.MEMORY_PRESSURES_LEFT);
        }
    }
}
