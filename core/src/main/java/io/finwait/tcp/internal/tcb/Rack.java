package io.finwait.tcp.internal.tcb;

import io.finwait.wire.Seq;

import java.util.function.LongConsumer;

/**
 * What RACK knows (RFC 8985 §5.2): of all that the peer has reported, what was sent last, how long
 * that took, and how far segments overtake each other on the way. What was sent a reordering window
 * before it and was not reported is lost. Times in nanoseconds.
 */
public final class Rack {

    /** Recoveries without a D-SACK after which the window is as small as at first. */
    private static final int PERSISTENCE = 16;

    /** The shortest round trip is looked for anew after so long: routes change. */
    private static final long MIN_RTT_LIFE_NS = 300L * 1_000_000_000L;

    /** The ACK that is taken. */
    private long nowNs;

    private boolean echoes;

    /** The tick of our timestamps' clock that it echoes: its lower 32 bits. */
    private int echoedTick;

    private long measuredNowNs;

    /** {@code RACK.xmit_ts}; means nothing before something was reported. */
    private long sentNs;

    /** {@code RACK.end_seq} */
    private int end;

    private boolean valid;

    /** {@code RACK.rtt} */
    private long rttNs;

    /** {@code RACK.min_RTT}, or 0 when nothing was measured. */
    private long minRttNs;

    private long minRttSinceNs;

    /** {@code RACK.fack}: the number behind the highest one reported. */
    private int highest;

    /** The same before the ACK under way: what one ACK tells has no order. */
    private int highestBefore;

    private boolean reorderingSeen;

    /** {@code RACK.reo_wnd_mult} */
    private int multiple;

    /** {@code RACK.reo_wnd_persist} */
    private int persist;

    /** Whether {@code RACK.dsack_round} runs. */
    private boolean inDuplicateRound;

    private int duplicateRound;

    void reset(int iss) {
        nowNs = 0;
        measuredNowNs = -1;
        echoes = false;
        sentNs = 0;
        end = iss;
        valid = false;
        rttNs = 0;
        minRttNs = 0;
        minRttSinceNs = 0;
        highest = iss;
        highestBefore = iss;
        reorderingSeen = false;
        multiple = 1;
        persist = PERSISTENCE;
        inDuplicateRound = false;
        duplicateRound = iss;
    }

    /** An acceptable ACK is about to be taken. */
    void ackArrives(long now) {
        nowNs = now;
        highestBefore = highest;
        measuredNowNs = -1;
        echoes = false;
    }

    /** That ACK echoes a tick of our timestamps' clock, of which these are the lower 32 bits. */
    public void echoes(int tick) {
        echoes = true;
        echoedTick = tick;
    }

    /** Whether the ACK under way echoes what was sent before a time. */
    private boolean echoesEarlierThan(long sentAtNs) {
        int sentTick = (int) (sentAtNs / Clock.TIMESTAMP_TICK_NS);
        return echoes && sentTick - echoedTick > 0;
    }

    /** Whether segments were seen to overtake each other (RFC 8985 §6.2, step 3). */
    public boolean reorderingSeen() {
        return reorderingSeen;
    }

    /** The round trip that the ACK under way has measured, or -1. */
    public long measuredNowNs() {
        return measuredNowNs;
    }

    /**
     * The peer has reported numbers (RFC 8985 §6.2, steps 2 and 3).
     *
     * @param sentAtNs when the last of them was sent
     * @param behind the number behind it
     * @param again it was sent again, and whose arrival is reported is not known
     */
    void delivered(long sentAtNs, int behind, boolean again) {
        long rtt = nowNs - sentAtNs;
        if (again && (echoesEarlierThan(sentAtNs) || rtt < minRttNs)) {
            return;
        }
        if (!again) {
            measured(rtt);
        }
        if (!valid || isBefore(sentNs, end, sentAtNs, behind)) {
            valid = true;
            sentNs = sentAtNs;
            end = behind;
            rttNs = rtt;
        }
    }

    private void measured(long rtt) {
        measuredNowNs = rtt;
        if (minRttNs == 0 || rtt <= minRttNs || nowNs - minRttSinceNs > MIN_RTT_LIFE_NS) {
            minRttNs = Math.max(rtt, 1);
            minRttSinceNs = nowNs;
        }
    }

    /** {@code RACK_sent_after} of RFC 8985 §6.1, the other way round. */
    private static boolean isBefore(long timeNs, int seq, long otherNs, int otherSeq) {
        return timeNs - otherNs < 0 || (timeNs == otherNs && Seq.lt(seq, otherSeq));
    }

    /** Numbers were reported that were sent once: whether others have overtaken them. */
    void reportedOnce(int behind) {
        if (Seq.gt(behind, highest)) {
            highest = behind;
        } else if (Seq.lt(behind, highestBefore)) {
            reorderingSeen = true;
        }
    }

    void reported(int behind) {
        highest = Seq.max(highest, behind);
    }

    /** Whether something was sent before what was reported, so that it may be lost. */
    boolean sentLaterThan(long timeNs, int behind) {
        return valid && isBefore(timeNs, behind, sentNs, end);
    }

    /** Up to which number what was sent at a time was sent before what was reported. */
    int overtakenTo(long timeNs, int behind) {
        return timeNs == sentNs ? Seq.min(behind, end) : behind;
    }

    /** When what was sent at a time and is not reported counts as lost. */
    long lostAtNs(long timeNs, long reorderingWindowNs) {
        return timeNs + rttNs + reorderingWindowNs;
    }

    /** A D-SACK has come: something went again that had only been overtaken. */
    public void duplicateReported(int una, int nxt) {
        if (inDuplicateRound && Seq.geq(una, duplicateRound)) {
            inDuplicateRound = false;
        }
        if (!inDuplicateRound) {
            inDuplicateRound = true;
            duplicateRound = nxt;
            multiple = Math.min(multiple + 1, 1 << 10);
            persist = PERSISTENCE;
        }
    }

    /** What had counted as lost was only overtaken. */
    public void overtaken() {
        reorderingSeen = true;
    }

    /** A recovery has ended. */
    public void recovered() {
        persist--;
        if (persist <= 0) {
            persist = PERSISTENCE;
            multiple = 1;
        }
    }

    /**
     * {@code RACK_update_reo_wnd} of RFC 8985 §6.2: how long to wait for what may only have been
     * overtaken.
     *
     * @param impatient in recovery, or three segments behind a gap are reported
     */
    public long reorderingWindowNs(boolean impatient, long smoothedRttNs) {
        if (!reorderingSeen && impatient) {
            return 0;
        }
        return Math.min(multiple * (minRttNs / 4), Math.max(smoothedRttNs, minRttNs));
    }

    /** The shortest round trip of late, or 0 when nothing was measured. */
    public long minRttNs() {
        return minRttNs;
    }

    void digest(int iss, long now, LongConsumer to) {
        to.accept(valid ? now - sentNs : -1);
        to.accept(end - iss);
        to.accept(rttNs);
        to.accept(minRttNs);
        to.accept(highest - iss);
        to.accept(reorderingSeen ? 1 : 0);
        to.accept(multiple);
        to.accept(persist);
        to.accept(inDuplicateRound ? duplicateRound - iss : -1);
    }
}
