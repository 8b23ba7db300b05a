package io.finwait.tcp.internal.loss;

import io.finwait.spi.CongestionControl;

/**
 * Slow start and congestion avoidance (RFC 5681) with byte counting (RFC 3465), from an initial
 * window of ten segments (RFC 6928). All sizes in octets.
 */
public final class NewReno implements CongestionControl {

    private static final int LARGEST_WINDOW = 1 << 30;

    private int mss;
    private int cwnd;
    private int ssthresh;
    private int acknowledgedInAvoidance;

    /** As they were before the last loss. */
    private int earlierCwnd;

    private int earlierSsthresh;

    @Override
    public void begin(int segmentSize, long nowNs) {
        mss = segmentSize;
        cwnd = initialWindow();
        ssthresh = Integer.MAX_VALUE;
        acknowledgedInAvoidance = 0;
        earlierCwnd = 0;
        earlierSsthresh = 0;
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
            grow(octets);
            return;
        }
        acknowledgedInAvoidance += octets;
        if (acknowledgedInAvoidance >= cwnd) {
            acknowledgedInAvoidance -= cwnd;
            grow(mss);
        }
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
    }

    private void remember() {
        earlierCwnd = cwnd;
        earlierSsthresh = ssthresh;
    }

    @Override
    public void spurious(long nowNs) {
        cwnd = Math.max(cwnd, earlierCwnd);
        ssthresh = Math.max(ssthresh, earlierSsthresh);
    }

    @Override
    public void idle(long nowNs) {
        cwnd = Math.min(cwnd, initialWindow());
    }
}
