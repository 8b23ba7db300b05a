package io.finwait.timewait;

import static io.finwait.wire.TcpHeader.ACK;
import static io.finwait.wire.TcpHeader.FIN;
import static io.finwait.wire.TcpHeader.RST;
import static io.finwait.wire.TcpHeader.SYN;

import io.finwait.timewait.TimeWaitPolicy.Rst;
import io.finwait.wire.Seq;

/**
 * What the RFCs say about a segment that meets an entry. {@link #judge} gives the verdict and
 * leaves in {@link #effect()} what becomes of the entry; what changes in the entry itself it writes
 * there.
 */
final class SegmentRules {

    /** What becomes of the entry. */
    enum Effect {
        /** Nothing, as far as the wait goes. */
        NONE,
        /** 2MSL begins anew, up to the cap. */
        RESTART,
        /** The peer's FIN came: FIN-WAIT-2 ends, TIME-WAIT begins. */
        BEGIN_TIME_WAIT,
        /** It goes, by a reset in one direction or the other. */
        END
    }

    /**
     * No window is larger (RFC 7323 §2.3), so an older ACK can't be one of ours (RFC 5961 §5.2).
     */
    private static final int MAX_WINDOW = 1 << 30;

    private final TimeWaitPolicy policy;
    private final TimeWaitCounters counters;
    private final TimeWaitObserver observer;
    private final int answerTicks;
    private Effect effect = Effect.NONE;

    SegmentRules(TimeWaitPolicy policy, TimeWaitCounters counters, TimeWaitObserver observer) {
        this.policy = policy;
        this.observer = observer;
        this.counters = counters;
        answerTicks = EntryStore.answerTicks(policy.answerIntervalNs());
    }

    Effect effect() {
        return effect;
    }

    /**
     * Judges one segment.
     *
     * @param length SEG.LEN, SYN and FIN counted
     * @param listening true when a listener would take a connection on this tuple
     * @param listenerTimestamps true when that listener uses timestamps
     */
    TimeWaitVerdict judge(
            TimeWaitEntry e,
            int seq,
            int length,
            int flags,
            int ack,
            boolean hasTs,
            int tsVal,
            boolean listening,
            boolean listenerTimestamps,
            long nowNs) {
        effect = Effect.NONE;
        boolean syn = (flags & SYN) != 0;
        if (e.isParked() && !isForParked(e, seq, length, flags)) {
            return TimeWaitVerdict.PASS;
        }
        // A RST is not checked against PAWS (RFC 7323 §5.2), and a SYN has rules of its own.
        if ((flags & RST) != 0) {
            return e.isFinWait2() ? reset(e, seq, nowNs) : resetInTimeWait(e, seq, nowNs);
        }
        if (syn) {
            boolean reopens =
                    policy.reopening()
                            && listening
                            && !e.isFinWait2()
                            && (flags & (ACK | FIN)) == 0
                            && isNew(e, seq, hasTs, tsVal, listenerTimestamps);
            return reopens ? TimeWaitVerdict.REOPEN : limited(e, nowNs);
        }
        // Without the option a segment of a connection that uses it is dropped (RFC 7323 §3.2).
        if ((flags & ACK) == 0 || (e.timestamps && !hasTs)) {
            return TimeWaitVerdict.DROP;
        }
        if (failsPaws(e, hasTs, tsVal)) {
            return length == 0 ? TimeWaitVerdict.DROP : answer();
        }
        return e.isFinWait2()
                ? inFinWait2(e, seq, length, flags, ack, hasTs, tsVal, nowNs)
                : inTimeWait(e, seq, length, flags, ack, hasTs, tsVal, nowNs);
    }

    /**
     * While a new connection is tried, the entry judges further SYNs, and answers the retransmitted
     * FIN of a peer that may still be in LAST-ACK. All the rest is the new connection's.
     */
    private static boolean isForParked(TimeWaitEntry e, int seq, int length, int flags) {
        int controls = flags & (SYN | RST | FIN | ACK);
        return controls == SYN || (controls == (FIN | ACK) && seq + length == e.rcvNxt);
    }

    /** RFC 6191 §2, and PAWS even where the listener won't use timestamps. */
    private static boolean isNew(
            TimeWaitEntry e, int seq, boolean hasTs, int tsVal, boolean listenerTimestamps) {
        boolean beyond = Seq.gt(seq, e.rcvNxt);
        boolean enabled = hasTs && listenerTimestamps;
        if (!e.timestamps || e.tsOutdated) {
            return enabled || beyond;
        }
        if (failsPaws(e, hasTs, tsVal)) {
            return false;
        }
        return beyond || (enabled && tsVal != e.tsRecent);
    }

    private static boolean failsPaws(TimeWaitEntry e, boolean hasTs, int tsVal) {
        // Timestamps are compared modulo 2^32 like sequence numbers (RFC 7323 §5.2).
        return e.timestamps && !e.tsOutdated && hasTs && Seq.lt(tsVal, e.tsRecent);
    }

    private TimeWaitVerdict inTimeWait(
            TimeWaitEntry e,
            int seq,
            int length,
            int flags,
            int ack,
            boolean hasTs,
            int tsVal,
            long nowNs) {
        if ((flags & FIN) != 0 && seq + length == e.rcvNxt) {
            recordTimestamp(e, hasTs, tsVal);
            effect = Effect.RESTART;
            return answer();
        }
        if (length > 0) {
            return answer();
        }
        if (seq == e.rcvNxt && isAckOfOurs(e, ack, MAX_WINDOW)) {
            // To answer it would be to begin an endless exchange of ACKs with a peer in TIME-WAIT.
            recordTimestamp(e, hasTs, tsVal);
            return TimeWaitVerdict.DROP;
        }
        return limited(e, nowNs);
    }

    private TimeWaitVerdict inFinWait2(
            TimeWaitEntry e,
            int seq,
            int length,
            int flags,
            int ack,
            boolean hasTs,
            int tsVal,
            long nowNs) {
        int text = length - (flags & FIN);
        if (!isAcceptable(e, seq, length)) {
            return length == 0 ? limited(e, nowNs) : answer();
        }
        if (!isAckOfOurs(e, ack, observer.oldestAck(e))) {
            return limited(e, nowNs);
        }
        if (text > 0 && Seq.gt(seq + text, e.rcvNxt)) {
            counters.reset++;
            effect = Effect.END;
            return TimeWaitVerdict.RESET;
        }
        if (length == 0) {
            return TimeWaitVerdict.DROP;
        }
        if ((flags & FIN) != 0 && seq + text == e.rcvNxt) {
            recordTimestamp(e, hasTs, tsVal);
            e.rcvNxt++;
            e.phase = TimeWaitEntry.WAITING;
            effect = Effect.BEGIN_TIME_WAIT;
        }
        return answer();
    }

    /** The test of RFC 5961 §5.2: an ACK of something else, or a very old one, is none of ours. */
    private static boolean isAckOfOurs(TimeWaitEntry e, int ack, int oldest) {
        return Seq.leq(ack, e.sndNxt) && Seq.geq(ack, e.sndNxt - oldest);
    }

    /**
     * The test of RFC 9293 §3.10.7.4, table 6. Where the window is closed, the first octet behind
     * it passes as well: a probe's octet tells that there is text nobody will read, and a FIN needs
     * no room. An ACK may stand right behind the window, where a peer is that has filled it (T-13).
     */
    private static boolean isAcceptable(TimeWaitEntry e, int seq, int length) {
        int window = Math.max(e.rcvWnd(), 1);
        if (length == 0) {
            return Seq.inWindow(seq, e.rcvNxt, window + 1);
        }
        return Seq.inWindow(seq, e.rcvNxt, window)
                || Seq.inWindow(seq + length - 1, e.rcvNxt, window);
    }

    private TimeWaitVerdict resetInTimeWait(TimeWaitEntry e, int seq, long nowNs) {
        if (policy.rst() == Rst.EXACT_MATCH) {
            return reset(e, seq, nowNs);
        }
        if (Seq.inWindow(seq, e.rcvNxt, Math.max(e.rcvWnd(), 1))) {
            counters.assassinationsBlocked++;
        }
        return TimeWaitVerdict.DROP;
    }

    private TimeWaitVerdict reset(TimeWaitEntry e, int seq, long nowNs) {
        if (seq == e.rcvNxt) {
            counters.reset++;
            effect = Effect.END;
            return TimeWaitVerdict.CLOSED;
        }
        return Seq.inWindow(seq, e.rcvNxt, e.rcvWnd()) ? limited(e, nowNs) : TimeWaitVerdict.DROP;
    }

    /** Only numbers that are exactly the peer's may move TS.Recent, and never backwards. */
    private static void recordTimestamp(TimeWaitEntry e, boolean hasTs, int tsVal) {
        if (e.timestamps && hasTs) {
            e.tsRecent = tsVal;
            e.tsOutdated = false;
        }
    }

    private TimeWaitVerdict answer() {
        counters.reAcked++;
        return TimeWaitVerdict.ACK;
    }

    private TimeWaitVerdict limited(TimeWaitEntry e, long nowNs) {
        int now = EntryStore.answerTick(nowNs);
        if (EntryStore.answerTicks(e.answered, now) < answerTicks) {
            counters.suppressed++;
            return TimeWaitVerdict.DROP;
        }
        e.answered = now;
        counters.challenged++;
        return TimeWaitVerdict.CHALLENGE_ACK;
    }

    /** A time of the last answer that forbids none. */
    int neverAnswered(long nowNs) {
        return EntryStore.answerTick(nowNs - policy.answerIntervalNs() - (1 << 18));
    }
}
