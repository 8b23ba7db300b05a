package io.finwait.tcp.internal.loss;

import io.finwait.spi.CongestionControl;

/**
 * What {@link NewReno} and {@link Cubic} have in common: a window that begins with ten segments
 * (RFC 6928), is given back when a loss was none, and returns to the beginning after a pause. All
 * sizes in octets.
 */
public abstract class LossBasedControl implements CongestionControl {

    static final int LARGEST_WINDOW = 1 << 30;

    int mss;
    int cwnd;
    int ssthresh;

    /** As they were before the last loss. */
    private int earlierCwnd;

    private int earlierSsthresh;

    @Override
    public void begin(int segmentSize, long nowNs) {
        mss = segmentSize;
        cwnd = initialWindow();
        ssthresh = Integer.MAX_VALUE;
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

    void grow(int by) {
        cwnd = (int) Math.min((long) cwnd + by, LARGEST_WINDOW);
    }

    /** A loss is about to shrink the window. */
    void remember() {
        earlierCwnd = cwnd;
        earlierSsthresh = ssthresh;
    }

    @Override
    public void recovered(int flightSize, long nowNs) {
        cwnd = Math.min(ssthresh, Math.max(flightSize, mss) + mss);
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
