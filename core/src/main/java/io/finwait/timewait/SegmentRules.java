package io.finwait.timewait;

import static io.finwait.wire.TcpHeader.ACK;
import static io.finwait.wire.TcpHeader.FIN;
import static io.finwait.wire.TcpHeader.RST;
import static io.finwait.wire.TcpHeader.SYN;

import io.finwait.timewait.TimeWaitPolicy.Rst;
import io.finwait.wire.Seq;

/**
 * The RFCs' rules for a segment that arrives for an entry. {@link #judge} returns the verdict,
 * changes the numbers in the entry, and sets {@link #effect()}, which says what becomes of the
 * entry.
 */
final class SegmentRules {

    /** What becomes of the entry. */
    enum Effect {
        /** The wait goes on unchanged. */
        NONE,
        /** 2MSL begins anew, up to the cap. */
        RESTART,
        /** The peer's FIN has arrived: TIME-WAIT begins. */
        BEGIN_TIME_WAIT,
        /** The entry is removed, because a RST was received or is sent. */
        END
    }

    /**
     * The largest window (RFC 7323 §2.3); an ACK further below SND.NXT is not acceptable (RFC 5961
     * §5.2).
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
        // PAWS does not apply to a RST (RFC 7323 §5.2), and a SYN has its own rules.
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
        // When timestamps are in use, a segment without them is dropped (RFC 7323 §3.2).
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
     * While a new connection is being opened, the entry still judges SYNs and answers the
     * retransmitted FIN of a peer in LAST-ACK. All other segments are for the new connection.
     */
    private static boolean isForParked(TimeWaitEntry e, int seq, int length, int flags) {
        int controls = flags & (SYN | RST | FIN | ACK);
        return controls == SYN || (controls == (FIN | ACK) && seq + length == e.rcvNxt);
    }

    /** The test of RFC 6191 §2, with PAWS even if the listener does not use timestamps. */
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
            // Answering it would begin an endless exchange of ACKs with a peer that is also in
            // TIME-WAIT.
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

    /** The test of RFC 5961 §5.2 for the ACK field. */
    private static boolean isAckOfOurs(TimeWaitEntry e, int ack, int oldest) {
        return Seq.leq(ack, e.sndNxt) && Seq.geq(ack, e.sndNxt - oldest);
    }

    /**
     * The test of RFC 9293 §3.10.7.4, table 6. With a closed window the next octet passes as well:
     * a window probe shows that there is text nobody will read, and a FIN needs no room. An ACK
     * passes right behind the window, since its sender may have filled the window (T-13).
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

    /**
     * Updates TS.Recent. Callers have checked that the sequence number is exactly the expected one,
     * and PAWS that the timestamp is not older.
     */
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

    /** A time of the last answer that allows one at once. */
    int neverAnswered(long nowNs) {
        return EntryStore.answerTick(nowNs - policy.answerIntervalNs() - (1 << 18));
    }
}
