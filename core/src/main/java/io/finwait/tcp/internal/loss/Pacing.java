package io.finwait.tcp.internal.loss;

import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

/**
 * Spreads a window over the round trip where the path is long and the window is large. What ACKs
 * let out is spread by them; but a window that opens all at once, or many ACKs that are taken in
 * one batch, would let out a burst, which overflows a router's queue although the path has room.
 *
 * <p>The pace is twice the window in a round trip while it doubles, and a fifth more than the
 * window afterwards, so that ACKs and not the pace hold back a sender that they clock. What is due
 * in a millisecond leaves together.
 */
public final class Pacing {

    private static final long MS = 1_000_000L;

    /** On shorter paths a burst is short as well, and a timer would be too coarse. */
    private static final long SHORTEST_PATH_NS = 10 * MS;

    /** Queues take smaller windows at once. */
    private static final int FEWEST_SEGMENTS = 32;

    private static final long QUANTUM_NS = MS;

    /** What was not sent in this part of a round trip may follow at once. */
    private static final int CREDIT_DIVISOR = 8;

    /** How fast it is forgotten that timers came late. */
    private static final int LATENESS_DIVISOR = 8;

    private final Context context;
    private final boolean on;

    /**
     * How late the timers of this endpoint have come. On a machine that has other work that may be
     * longer than a round trip, and without it a sender would never reach its window.
     */
    private long latenessNs;

    public Pacing(Context context) {
        this.context = context;
        on = context.config.pacing();
    }

    /** Whether a connection is paced now. */
    public boolean applies(Tcb tcb) {
        return on
                && tcb.rtt.smoothedNs() >= SHORTEST_PATH_NS
                && tcb.cwnd() > FEWEST_SEGMENTS * tcb.snd.mss;
    }

    /**
     * How many octets may leave now: whole segments, or none, and then a timer tells when. Without
     * a pace {@link Integer#MAX_VALUE}.
     */
    public int room(Tcb tcb) {
        if (!applies(tcb)) {
            return Integer.MAX_VALUE;
        }
        long aheadNs = tcb.pacedToNs - context.nowNs();
        if (aheadNs >= QUANTUM_NS) {
            tcb.timers.startAt(Timer.PACING, tcb.pacedToNs);
            return 0;
        }
        int mss = tcb.snd.mss;
        long dueNs = QUANTUM_NS - Math.max(aheadNs, -creditNs(tcb));
        long segments = dueNs * inRoundTrip(tcb) / tcb.rtt.smoothedNs() / mss;
        return (int) Math.min(Math.max(segments, 1) * mss, Tcb.LARGEST_WINDOW);
    }

    /** The timer has fired: what waited may go. */
    public void turnHasCome(Tcb tcb) {
        long lateNs = context.nowNs() - tcb.pacedToNs;
        latenessNs = Math.max(lateNs, latenessNs - latenessNs / LATENESS_DIVISOR);
        context.wantsOutput(tcb);
    }

    /** Octets of text have left. */
    public void sent(Tcb tcb, int octets) {
        if (!applies(tcb)) {
            return;
        }
        long earliestNs = context.nowNs() - creditNs(tcb);
        boolean late = tcb.pacedToNs - earliestNs < 0;
        long fromNs = late ? earliestNs : tcb.pacedToNs;
        tcb.pacedToNs = fromNs + octets * tcb.rtt.smoothedNs() / inRoundTrip(tcb);
    }

    private long creditNs(Tcb tcb) {
        long rttNs = tcb.rtt.smoothedNs();
        return Math.min(rttNs / CREDIT_DIVISOR + latenessNs, rttNs);
    }

    private static long inRoundTrip(Tcb tcb) {
        long cwnd = tcb.cwnd();
        boolean doubles = cwnd < tcb.congestion.slowStartThreshold();
        return doubles ? 2 * cwnd : cwnd + cwnd / 5;
    }
}
