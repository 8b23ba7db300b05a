package io.finwait.tcp.internal.loss;

import io.finwait.spi.CongestionControl;

/**
 * Slow start and congestion avoidance (RFC 5681) with byte counting (RFC 3465), from an initial
 * window of ten segments (RFC 6928). All sizes in octets.
 */
public final class NewReno implements CongestionControl {

    private static final int LARGEST_WINDOW = 1 << 30;

    private final boolean countsAll;
    private int mss;
    private int cwnd;
    private int ssthresh;
    private int acknowledgedInAvoidance;
    private boolean afterTimeout;

    /** As they were before the last loss. */
    private int earlierCwnd;

    private int earlierSsthresh;

    /**
     * For connections to come.
     *
     * @param countsAllOctets whether slow start takes all that an ACK covers after a timeout as
     *     well
     */
    public NewReno(boolean countsAllOctets) {
        countsAll = countsAllOctets;
    }

    @Override
    public void begin(int segmentSize, long nowNs) {
        mss = segmentSize;
        cwnd = initialWindow();
        ssthresh = Integer.MAX_VALUE;
        acknowledgedInAvoidance = 0;
        earlierCwnd = 0;
        earlierSsthresh = 0;
        afterTimeout = false;
    }

    private int initialWindow() {
        return Math.min(10 * mss, Math.max(2 * mss, 14_600));
    }

    @Override
    public void synLost(long nowNs) {
        cwnd = mss;
    }

    @Override
    public int window() {
        return cwnd;
    }

    @Override
    public int slowStartThreshold() {
        return ssthresh;
    }

    @Override
    public void acknowledged(int octets, int flightSize, long smoothedRttNs, long nowNs) {
        if (cwnd < ssthresh) {
            grow(Math.min(octets, mostPerAck()));
            return;
        }
        afterTimeout = false;
        acknowledgedInAvoidance += octets;
        if (acknowledgedInAvoidance >= cwnd) {
            acknowledgedInAvoidance -= cwnd;
            grow(mss);
        }
    }

    /**
     * L of RFC 3465 §2. All that an ACK covers counts: receivers that acknowledge a whole batch at
     * once are the rule today, and two segments an ACK would make slow start linear behind them
     * (RFC 9406 §4.2 takes eight, or no limit). One segment after a timeout, when ACKs may cover
     * what was not lost.
     */
    private int mostPerAck() {
        return afterTimeout && !countsAll ? mss : Integer.MAX_VALUE;
    }

    private void grow(int by) {
        cwnd = (int) Math.min((long) cwnd + by, LARGEST_WINDOW);
    }

    @Override
    public void lost(int flightSize, long nowNs) {
        remember();
        ssthresh = Math.max(flightSize / 2, 2 * mss);
        cwnd = ssthresh;
    }

    @Override
    public void recovered(int flightSize, long nowNs) {
        cwnd = Math.min(ssthresh, Math.max(flightSize, mss) + mss);
    }

    @Override
    public void timedOut(int flightSize, boolean again, long nowNs) {
        if (!again) {
            remember();
            ssthresh = Math.max(flightSize / 2, 2 * mss);
        }
        cwnd = mss;
        afterTimeout = true;
    }

    private void remember() {
        earlierCwnd = cwnd;
        earlierSsthresh = ssthresh;
    }

    @Override
    public void spurious(long nowNs) {
        cwnd = Math.max(cwnd, earlierCwnd);
        ssthresh = Math.max(ssthresh, earlierSsthresh);
        afterTimeout = false;
    }

    @Override
    public void idle(long nowNs) {
        cwnd = Math.min(cwnd, initialWindow());
    }
}
