package io.finwait.tcp.internal.loss;

import io.finwait.wire.Seq;

/**
 * Slow start, congestion avoidance, fast retransmit and recovery (RFC 5681, RFC 6582), with byte
 * counting (RFC 3465) and limited transmit (RFC 3042). With SACK the window is no longer blown up while
 * it recovers: the {@code Scoreboard} knows what has left the network (RFC 6675). All sizes in octets.
 */
public final class NewReno {

    private static final int DUPLICATE_ACKS = 3;

    private int mss;
    private boolean countsAll;
    private boolean sack;
    private int window;
    private int threshold;
    private int duplicates;
    private int acknowledgedInAvoidance;
    private boolean recovering;
    private boolean partlyRecovered;
    private boolean keepsTimer;
    private boolean afterTimeout;
    private int recover;

    /**
     * Begins a connection with the initial window of RFC 6928: ten segments.
     *
     * @param countsAllOctets whether slow start takes all that an ACK covers after a timeout as well
     * @param sackPermitted whether both ends use SACK
     */
    public void reset(int segmentSize, int iss, boolean countsAllOctets, boolean sackPermitted) {
        mss = segmentSize;
        sack = sackPermitted;
        countsAll = countsAllOctets;
        afterTimeout = false;
        recover = iss;
        window = initialWindow();
        threshold = Integer.MAX_VALUE;
        duplicates = 0;
        acknowledgedInAvoidance = 0;
        recovering = false;
        partlyRecovered = false;
        keepsTimer = false;
    }

    private int initialWindow() {
        return Math.min(10 * mss, Math.max(2 * mss, 14_600));
    }

    /** The SYN was lost: the initial window is one segment (RFC 5681 §3.1). */
    public void afterLostSyn() {
        window = mss;
    }

    /** The congestion window, in octets. */
    public int window() {
        // Limited transmit: the first two duplicate ACKs each let one new segment out.
        return !recovering && duplicates > 0 && duplicates < DUPLICATE_ACKS
                ? window + duplicates * mss
                : window;
    }

    public boolean isRecovering() {
        return recovering;
    }

    /**
     * True when the last ACK must not restart the retransmission timer: without SACK only the first
     * partial ACK of a recovery does (RFC 6582 §3.2, step 3). One hole is mended each round trip, and
     * where there are hundreds of them the timer is to end it: in slow start they are mended within a few.
     */
    public boolean keepsTimer() {
        return keepsTimer;
    }

    /** True from the first partial ACK of a recovery on. */
    public boolean isPartlyRecovered() {
        return partlyRecovered;
    }

    /** New data was acknowledged. */
    public void onAck(int acknowledged, int ack, int flight) {
        duplicates = 0;
        keepsTimer = false;
        if (recovering && !afterTimeout) {
            if (Seq.geq(ack, recover)) {
                recovering = false;
                window = Math.min(threshold, Math.max(flight, mss) + mss);
            } else if (!sack) {
                // A partial ACK: the next hole is sent again, the window deflates by what left.
                window = Math.max(window - acknowledged + mss, mss);
                keepsTimer = partlyRecovered;
                partlyRecovered = true;
            }
            return;
        }
        recovering &= Seq.lt(ack, recover);
        recover = Seq.max(recover, ack);
        if (window < threshold) {
            window = grow(Math.min(acknowledged, mostPerAck()));
            return;
        }
        afterTimeout = false;
        acknowledgedInAvoidance += acknowledged;
        if (acknowledgedInAvoidance >= window) {
            acknowledgedInAvoidance -= window;
            window = grow(mss);
        }
    }

    /**
     * L of RFC 3465 §2. All that an ACK covers counts: receivers that acknowledge a whole batch at once
     * are the rule today, and two segments an ACK would make slow start linear behind them (RFC 9406
     * §4.2 takes eight, or no limit). One segment after a timeout, when ACKs may cover what was not lost.
     */
    private int mostPerAck() {
        return afterTimeout && !countsAll ? mss : Integer.MAX_VALUE;
    }

    private int grow(int by) {
        return (int) Math.min((long) window + by, 1 << 30);
    }

    /**
     * A duplicate ACK arrived.
     *
     * @param lost whether the first unacknowledged segment is lost by what SACK has told
     * @return true when the first unacknowledged segment is to be sent again now
     */
    public boolean onDuplicateAck(int sndNxt, int sndUna, int flight, boolean lost) {
        duplicates++;
        if (recovering) {
            window = sack ? window : grow(mss);
            return false;
        }
        boolean enough = duplicates >= DUPLICATE_ACKS || lost;
        if (!enough || Seq.lt(sndUna, recover)) {
            return false;
        }
        recovering = true;
        partlyRecovered = false;
        recover = sndNxt;
        threshold = Math.max(flight / 2, 2 * mss);
        window = sack ? threshold : threshold + DUPLICATE_ACKS * mss;
        return true;
    }

    /** The retransmission timer fired for the first time on this data. */
    public void onTimeout(int sndNxt, int flight, boolean first) {
        if (first) {
            threshold = Math.max(flight / 2, 2 * mss);
        }
        window = mss;
        afterTimeout = true;
        duplicates = 0;
        recovering = sack;
        recover = sndNxt;
    }

    /** Nothing was sent for longer than a timeout: begin again carefully (RFC 5681 §4.1). */
    public void onIdle() {
        window = Math.min(window, initialWindow());
    }

    public int duplicates() {
        return duplicates;
    }
}
