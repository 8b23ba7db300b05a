package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Tcb;

/**
 * What is still taken of arriving text when memory gets short. From three quarters of the budget on
 * nothing is kept behind a gap: it was never acknowledged, and comes again (RFC 2018 §8). When the
 * budget is used up, what stands behind gaps goes, and in order so little is taken that the user
 * who reads gets on.
 */
final class MemoryPressure {

    /** Between two looks at all connections. */
    private static final long PRUNING_NS = 100_000_000L;

    private final Context context;
    private boolean pruned;
    private long prunedNs;

    MemoryPressure(Context context) {
        this.context = context;
    }

    /**
     * How many octets of text may be taken, from the first one on.
     *
     * @param ahead how far behind RCV.NXT they begin
     */
    int bearable(Tcb tcb, int ahead, int octets) {
        if (!context.memory.isUnderPressure()) {
            return octets;
        }
        int taken = ahead > 0 ? 0 : inOrder(tcb, octets);
        if (taken < octets) {
            context.counters.add(Counter.TEXT_DROPPED_FOR_MEMORY);
        }
        return taken;
    }

    /** What stands behind gaps goes if the budget is used up: others need the memory. */
    void makeRoom() {
        if (context.blocks.isFull()) {
            prune();
        }
    }

    private int inOrder(Tcb tcb, int octets) {
        makeRoom();
        if (!context.blocks.isFull()) {
            return octets;
        }
        int room = BlockPool.SMALL_OCTETS - tcb.rcv.buffer.readable();
        return Math.max(0, Math.min(octets, room));
    }

    private void prune() {
        if (pruned && context.nowNs() - prunedNs < PRUNING_NS) {
            return;
        }
        pruned = true;
        prunedNs = context.nowNs();
        for (Tcb tcb : context.tcbs.snapshot()) {
            Rcv rcv = tcb.rcv;
            if (rcv.reassembly.count() > 0) {
                context.counters.add(Counter.BUFFERS_PRUNED);
                rcv.reassembly.clear();
                rcv.finHeld = false;
                rcv.buffer.dropUnreadable();
            }
        }
    }
}
