package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Tcb;

import java.util.Arrays;

/**
 * What is still taken of arriving text when memory gets short. From three quarters of the budget on
 * nothing is kept behind a gap, since it was never acknowledged and comes again (RFC 2018 §8), and
 * text that holds much larger blocks than it needs is copied together. When the budget is used up,
 * what stands behind gaps goes, and in order so little is taken that the user who reads gets on.
 *
 * <p>Whose user does not read comes first, and among those who holds most, to within a factor of
 * two; it ends when enough is free.
 */
final class MemoryPressure {

    /** Between two looks at all connections. */
    private static final long PRUNING_NS = 100_000_000L;

    /** The same under mere pressure. */
    private static final long COLLAPSING_NS = 1_000_000_000L;

    /** How much of the budget, in sixteenths, may be in use afterwards. */
    private static final int AFTER_PRUNING = 14;

    private static final int AFTER_COLLAPSING = 11;

    private final Context context;

    /** How much can be freed, by {@link #rank}. */
    private final long[] gains = new long[2 * Integer.SIZE];

    private final Pause sincePruning = new Pause(PRUNING_NS);
    private final Pause sinceCollapsing = new Pause(COLLAPSING_NS);

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
            if (sincePruning.isOver(context.nowNs())) {
                free(true, context.blocks.beyond(AFTER_PRUNING));
            }
        } else if (context.blocks.isUnderPressure() && sinceCollapsing.isOver(context.nowNs())) {
            free(false, context.blocks.beyond(AFTER_COLLAPSING));
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

    /** Frees what is wanted and can be freed, in the order of the ranks. */
    private void free(boolean gaps, long wanted) {
        Arrays.fill(gains, 0);
        Tcb[] tcbs = context.tcbs.snapshot();
        for (Tcb tcb : tcbs) {
            gains[rank(tcb)] += gain(tcb, gaps);
        }
        long left = wanted;
        int least = gains.length;
        while (left > 0 && least > 0) {
            left -= gains[--least];
        }
        for (Tcb tcb : tcbs) {
            if (rank(tcb) >= least && gain(tcb, gaps) > 0) {
                relieve(tcb, gaps);
            }
        }
    }

    /** Higher for those whose user does not read, and for those who hold more. */
    private static int rank(Tcb tcb) {
        ReceiveBuffer buffer = tcb.rcv.buffer;
        int ofSize = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(buffer.memory() | 1);
        return buffer.hasWaitingOctets() ? Integer.SIZE + ofSize : ofSize;
    }

    private static int gain(Tcb tcb, boolean gaps) {
        int ofSent = tcb.snd.buffer.memory() - tcb.snd.buffer.leastMemory();
        boolean asItIs = tcb.rcv.reassembly.count() > 0 && !gaps;
        ReceiveBuffer received = tcb.rcv.buffer;
        return asItIs ? ofSent : ofSent + received.memory() - received.memoryInOrder();
    }

    private void relieve(Tcb tcb, boolean gaps) {
        Rcv rcv = tcb.rcv;
        if (gaps && rcv.reassembly.count() > 0) {
            context.counters.add(Counter.BUFFERS_PRUNED);
            rcv.reassembly.clear();
            rcv.finHeld = false;
            rcv.buffer.dropUnreadable();
        }
        int before = rcv.buffer.memory() + tcb.snd.buffer.memory();
        rcv.buffer.copyTogether();
        tcb.snd.buffer.copyTogether();
        if (rcv.buffer.memory() + tcb.snd.buffer.memory() < before) {
            context.counters.add(Counter.BUFFERS_COLLAPSED);
        }
    }

    /** What is done at most once in so long. */
    private static final class Pause {

        private final long lastsNs;
        private boolean begun;
        private long sinceNs;

        Pause(long lastsNs) {
            this.lastsNs = lastsNs;
        }

        /** Whether it is over; then the next one begins. */
        boolean isOver(long nowNs) {
            if (begun && nowNs - sinceNs < lastsNs) {
                return false;
            }
            begun = true;
            sinceNs = nowNs;
            return true;
        }
    }
}
