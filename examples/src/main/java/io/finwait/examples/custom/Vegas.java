package io.finwait.examples.custom;

import io.finwait.spi.CongestionControl;

/**
 * A congestion control of one's own that keeps queues short (after Brakmo and Peterson, "TCP
 * Vegas", 1995): what lies in queues is the window's part that makes a round trip longer than the
 * shortest one, and it holds that between two and four segments.
 */
public final class Vegas implements CongestionControl {

    private static final int LEAST_QUEUED = 2;
    private static final int MOST_QUEUED = 4;

    private int mss;
    private int window;
    private int threshold;
    private int leftInRound;
    private long shortestNs;
    private long shortestInRoundNs;

    @Override
    public void begin(int segmentSize, long nowNs) {
        mss = segmentSize;
        window = 10 * mss;
        threshold = Integer.MAX_VALUE;
        leftInRound = window;
        shortestNs = Long.MAX_VALUE;
        shortestInRoundNs = Long.MAX_VALUE;
    }

    @Override
    public void synLost(long nowNs) {
        window = mss;
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public int slowStartThreshold() {
        return threshold;
    }

    @Override
    public void roundTrip(long rttNs, long nowNs) {
        long rtt = Math.max(rttNs, 1);
        shortestNs = Math.min(shortestNs, rtt);
        shortestInRoundNs = Math.min(shortestInRoundNs, rtt);
    }

    @Override
    public void acknowledged(int octets, int flightSize, long smoothedRttNs, long nowNs) {
        boolean starting = window < threshold;
        window += starting ? Math.min(octets, (1 << 30) - window) / 2 : 0;
        leftInRound -= octets;
        if (leftInRound > 0 || shortestInRoundNs == Long.MAX_VALUE) {
            return;
        }
        long queuedNs = shortestInRoundNs - shortestNs;
        long queued = (long) ((double) window * queuedNs / shortestInRoundNs) / mss;
        if (queued > MOST_QUEUED) {
            threshold = Math.min(threshold, window);
            window = Math.max(window - mss, 2 * mss);
        } else if (!starting && queued < LEAST_QUEUED) {
            window = Math.min(window + mss, 1 << 30);
        }
        leftInRound = flightSize;
        shortestInRoundNs = Long.MAX_VALUE;
    }

    @Override
    public void lost(int flightSize, long nowNs) {
        threshold = Math.max(flightSize / 4 * 3, 2 * mss);
        window = threshold;
    }

    @Override
    public void recovered(int flightSize, long nowNs) {
        window = threshold;
    }

    @Override
    public void timedOut(int flightSize, boolean again, long nowNs) {
        threshold = Math.max(flightSize / 2, 2 * mss);
        window = mss;
    }

    @Override
    public void idle(long nowNs) {
        window = Math.min(window, 10 * mss);
    }
}
