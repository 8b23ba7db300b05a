package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.internal.buffer.Reassembly;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

import java.util.function.LongConsumer;

/**
 * What of the numbers from SND.UNA to SND.NXT the peer holds, as far as its SACKs have told, and
 * what of the rest is lost (RFC 6675). Nothing is thrown away because of a SACK: the peer may still
 * give up what it has reported (RFC 2018 §8), and after a retransmission timeout nothing that it
 * said before counts.
 */
public final class Scoreboard {

    /** DupThresh. */
    public static final int DUPLICATE_ACKS = 3;

    /**
     * What is asked for each ACK walks over the ranges; one that is not noted is one not reported.
     */
    private static final int MOST_RANGES = 1_024;

    /** The peer's reassembly, as we know it. */
    private Reassembly held = Reassembly.NOTHING;

    private int una;

    /** After a retransmission timeout all is lost that was sent before it. */
    private int timedOutTo;

    /** HighRxt: the number behind the last one sent again in this recovery. */
    private int sentAgainTo;

    /** SND.NXT when something was last sent again: what lies behind it was sent later. */
    private int sentLaterFrom;

    /** Octets sent after SND.UNA was sent again that the peer has reported since. */
    private int arrivedLater;

    /** Begins a connection. */
    void reset(int iss) {
        una = iss;
        timeout(iss);
    }

    /**
     * The retransmission timer has fired: nothing is held, all is lost, and nothing was sent again.
     */
    public void timeout(int nxt) {
        held.clear();
        timedOutTo = nxt;
        beginRecovery();
    }

    /** Nothing was sent again so far. */
    public void beginRecovery() {
        sentAgainTo = una;
        sentLaterFrom = una;
        arrivedLater = 0;
    }

    /** Notes that numbers were sent again, with SND.NXT as it is. */
    public void sentAgain(int from, int to, int nxt) {
        sentAgainTo = Seq.max(sentAgainTo, to);
        sentLaterFrom = nxt;
        if (from == una) {
            arrivedLater = 0;
        }
    }

    /** SND.UNA has moved. */
    void acknowledged(int ack) {
        una = ack;
        held.advance(ack);
        sentAgainTo = Seq.max(sentAgainTo, ack);
        timedOutTo = Seq.max(timedOutTo, ack);
        arrivedLater = 0;
    }

    /**
     * Takes the blocks of a segment; what lies outside of what is outstanding, as the first block
     * of RFC 2883 does, is none of them.
     *
     * @return true when one reports a number that none had reported before
     */
    boolean take(TcpOptions options, int nxt) {
        boolean news = false;
        int before = heldOfSentLater();
        for (int i = 0; i < options.sackBlocks(); i++) {
            int left = options.sackLeft(i);
            int right = options.sackRight(i);
            boolean outstanding = Seq.gt(left, una) && Seq.lt(left, right) && Seq.leq(right, nxt);
            if (outstanding && !held.has(left, right)) {
                held = held.orOfItsOwn();
                news |= held.add(left, right, MOST_RANGES);
            }
        }
        // Less than before when a range has made place for one that is nearer.
        arrivedLater += Math.max(0, heldOfSentLater() - before);
        return news;
    }

    /**
     * Octets that are held of what was sent again, and of what was sent for the first time after
     * that.
     */
    private int heldOfSentLater() {
        int octets = 0;
        for (int i = 0; i < held.count(); i++) {
            octets += Math.max(0, Seq.min(held.right(i), sentAgainTo) - held.left(i));
            octets += Math.max(0, held.right(i) - Seq.max(held.left(i), sentLaterFrom));
        }
        return octets;
    }

    /** Octets of what is outstanding that the peer has reported. */
    public int heldOctets() {
        return held.octets();
    }

    /** True when no SACK has reported anything that is outstanding. */
    public boolean isEmpty() {
        return held.count() == 0;
    }

    /** True when SND.UNA was sent again in this recovery. */
    public boolean isFirstSentAgain() {
        return sentAgainTo != una;
    }

    /** True when SND.UNA is lost: IsLost of RFC 6675 §4. */
    public boolean isFirstLost(int mss) {
        return lostTo(mss) != una;
    }

    /**
     * True when SND.UNA was sent again in vain. Holes are filled from the first to the last, and
     * new text comes behind them, so all that the peer reports of them was sent after the first.
     * RFC 6675 would wait for the timeout; the reasoning is that of RFC 8985 §3.1, with the order
     * of numbers in the place of times.
     */
    public boolean isFirstLostAgain(int mss) {
        return isFirstSentAgain() && arrivedLater > (DUPLICATE_ACKS - 1) * mss;
    }

    /**
     * The next lost number that was not sent again (rule 1 of NextSeg, RFC 6675 §4), or {@code nxt}
     * when there is none.
     */
    public int nextLost(int nxt, int mss) {
        int next = sentAgainTo;
        for (int i = 0; i < held.count() && Seq.leq(held.left(i), next); i++) {
            next = Seq.max(next, held.right(i));
        }
        return Seq.lt(next, lostTo(mss)) ? next : nxt;
    }

    /** Where a hole ends: what is held next, or {@code nxt} when nothing is. */
    public int holeEnd(int from, int nxt) {
        for (int i = 0; i < held.count(); i++) {
            if (Seq.gt(held.left(i), from)) {
                return held.left(i);
            }
        }
        return nxt;
    }

    /**
     * What is not held and lies before this number is lost: behind it the peer holds three runs, or
     * more than two segments (IsLost of RFC 6675 §4), or it was sent before a timeout.
     */
    private int lostTo(int mss) {
        int octets = 0;
        for (int i = held.count() - 1; i >= 0 && Seq.gt(held.left(i), timedOutTo); i--) {
            octets += held.right(i) - held.left(i);
            boolean enoughRuns = held.count() - i >= DUPLICATE_ACKS;
            if (enoughRuns || octets > (DUPLICATE_ACKS - 1) * mss) {
                return held.left(i);
            }
        }
        return timedOutTo;
    }

    /** Octets that are still on their way, as far as can be told: SetPipe of RFC 6675 §4. */
    public int pipe(int nxt, int mss) {
        int lostTo = lostTo(mss);
        int notLost = nxt - lostTo;
        int sentAgain = sentAgainTo - una;
        for (int i = 0; i < held.count(); i++) {
            int octets = held.right(i) - held.left(i);
            notLost -= Seq.geq(held.left(i), lostTo) ? octets : 0;
            sentAgain -= Math.max(0, Seq.min(held.right(i), sentAgainTo) - held.left(i));
        }
        return notLost + sentAgain;
    }

    /** Tells all that decides, counted from {@code iss}, see {@code StateDigest}. */
    public void digest(int iss, LongConsumer to) {
        for (int i = 0; i < held.count(); i++) {
            to.accept(held.left(i) - iss);
            to.accept(held.right(i) - iss);
        }
        to.accept(timedOutTo - iss);
        to.accept(sentAgainTo - iss);
        to.accept(sentLaterFrom - iss);
        to.accept(arrivedLater);
    }
}
