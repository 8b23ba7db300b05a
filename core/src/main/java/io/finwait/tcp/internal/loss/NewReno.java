package io.finwait.tcp.internal.loss;

/**
 * Slow start and congestion avoidance (RFC 5681) with byte counting (RFC 3465). All sizes in
 * octets.
 */
public final class NewReno extends LossBasedControl {

    private int acknowledgedInAvoidance;

    @Override
    public void begin(int segmentSize, long nowNs) {
        super.begin(segmentSize, nowNs);
        acknowledgedInAvoidance = 0;
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

    @Override
    public void lost(int flightSize, long nowNs) {
        remember();
        ssthresh = Math.max(flightSize / 2, 2 * mss);
        cwnd = ssthresh;
    }

    @Override
    public void timedOut(int flightSize, boolean again, long nowNs) {
        if (!again) {
            remember();
            ssthresh = Math.max(flightSize / 2, 2 * mss);
        }
        cwnd = mss;
    }
}
