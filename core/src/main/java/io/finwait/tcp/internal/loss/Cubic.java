package io.finwait.tcp.internal.loss;

/**
 * CUBIC (RFC 9438) with HyStart++ (RFC 9406). After a loss the window comes back, quickly at first,
 * to where the loss was, stays near it for a while, and then looks for more; that depends on the
 * time since the loss and not on the round trip. Sizes in octets, as the calls have them; windows
 * of the cubic function in segments.
 */
public final class Cubic extends LossBasedControl {

    private static final double C = 0.4;
    private static final double BETA = 0.7;
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);
    private static final double SECOND_NS = 1e9;

    private final HyStart hyStart = new HyStart();

    /** What of a growth by octets has not made a whole one yet. */
    private double fraction;

    /** {@code W_max}, {@code W_est} and {@code cwnd_prior}, in segments. */
    private double wMax;

    private double wEst;
    private double cwndPrior;

    /** {@code K}, in seconds. */
    private double k;

    /** Congestion avoidance has begun, at this time. */
    private boolean inEpoch;

    private long epochNs;

    /** When an ACK last opened the window in it. */
    private long lastAckNs;

    /** As they were before the last loss. */
    private double earlierWMax;

    private double earlierWEst;
    private double earlierCwndPrior;
    private double earlierK;
    private boolean earlierInEpoch;
    private long earlierEpochNs;

    @Override
    public void begin(int segmentSize, long nowNs) {
        super.begin(segmentSize, nowNs);
        fraction = 0;
        wMax = 0;
        wEst = 0;
        cwndPrior = 0;
        k = 0;
        inEpoch = false;
        epochNs = nowNs;
        lastAckNs = nowNs;
        rememberEpoch();
        hyStart.begin();
    }

    @Override
    public void roundTrip(long rttNs, long nowNs) {
        if (isFirstSlowStart()) {
            hyStart.roundTrip(rttNs, nowNs);
        }
    }

    @Override
    public void overtaken() {
        hyStart.overtaken();
    }

    @Override
    public void acknowledged(int octets, int flightSize, long smoothedRttNs, long nowNs) {
        int left = octets;
        if (cwnd < ssthresh) {
            left = slowStart(octets, flightSize, nowNs);
        }
        if (left > 0 && cwnd >= ssthresh) {
            avoid(left, smoothedRttNs, nowNs);
        }
    }

    private boolean isFirstSlowStart() {
        return ssthresh == Integer.MAX_VALUE;
    }

    /** Opens the window up to ssthresh; returns the octets that are left for avoidance. */
    private int slowStart(int octets, int flightSize, long nowNs) {
        boolean first = isFirstSlowStart();
        if (first && hyStart.acknowledged(octets, flightSize, cwnd, nowNs)) {
            ssthresh = cwnd;
            return octets;
        }
        int divisor = first && hyStart.isConservative() ? HyStart.CSS_GROWTH_DIVISOR : 1;
        int room = ssthresh - cwnd;
        int by = Math.min(octets / divisor, room);
        grow(by);
        return by == room ? octets - by * divisor : 0;
    }

    /** RFC 9438 §4.2 to §4.5. */
    private void avoid(int octets, long smoothedRttNs, long nowNs) {
        double segments = (double) cwnd / mss;
        if (inEpoch) {
            leaveOutPause(smoothedRttNs, nowNs);
        } else {
            inEpoch = true;
            epochNs = nowNs;
            wEst = segments;
            wMax = Math.max(wMax, segments);
            k = Math.cbrt((wMax - segments) / C);
            fraction = 0;
        }
        lastAckNs = nowNs;
        double acked = (double) octets / mss;
        wEst += (wEst >= cwndPrior ? 1 : ALPHA) * acked / segments;
        double seconds = (nowNs - epochNs + smoothedRttNs) / SECOND_NS;
        double target = wMax + C * cube(seconds - k);
        target = Math.min(Math.max(target, segments), 1.5 * segments);
        double next = segments + (target - segments) * acked / segments;
        next = Math.max(next, Math.min(wEst, segments + acked));
        fraction += (next - segments) * mss;
        int whole = (int) Math.min(fraction, LARGEST_WINDOW);
        fraction -= whole;
        grow(whole);
    }

    /**
     * While the window is in use an ACK comes in each round trip. Where none came for longer the
     * user had nothing to send, or little, and that time does not count (RFC 9438 §5.8): otherwise
     * the window would then open as if it had been in use all the time.
     */
    private void leaveOutPause(long smoothedRttNs, long nowNs) {
        long pause = nowNs - lastAckNs;
        if (smoothedRttNs > 0 && pause > 2 * smoothedRttNs) {
            epochNs += pause - smoothedRttNs;
        }
    }

    private static double cube(double x) {
        return x * x * x;
    }

    /** RFC 9438 §4.6 and §4.7. */
    @Override
    public void lost(int flightSize, long nowNs) {
        remember();
        reduce(flightSize);
        cwnd = ssthresh;
    }

    private void reduce(int flightSize) {
        double segments = (double) cwnd / mss;
        wMax = segments < wMax ? segments * (1 + BETA) / 2 : segments;
        cwndPrior = segments;
        ssthresh = Math.max((int) (flightSize * BETA), 2 * mss);
        inEpoch = false;
    }

    @Override
    void remember() {
        super.remember();
        rememberEpoch();
    }

    private void rememberEpoch() {
        earlierWMax = wMax;
        earlierWEst = wEst;
        earlierCwndPrior = cwndPrior;
        earlierK = k;
        earlierInEpoch = inEpoch;
        earlierEpochNs = epochNs;
    }

    /** RFC 9438 §4.8: K is 0 in the next epoch, and W_max its first window. */
    @Override
    public void timedOut(int flightSize, boolean again, long nowNs) {
        if (!again) {
            remember();
            reduce(flightSize);
        }
        wMax = 0;
        inEpoch = false;
        cwnd = mss;
    }

    /** RFC 9438 §4.9: it goes on as if nothing had been. */
    @Override
    public void spurious(long nowNs) {
        super.spurious(nowNs);
        wMax = earlierWMax;
        wEst = earlierWEst;
        cwndPrior = earlierCwndPrior;
        k = earlierK;
        inEpoch = earlierInEpoch;
        epochNs = earlierEpochNs;
        lastAckNs = nowNs;
    }

    @Override
    public void idle(long nowNs) {
        super.idle(nowNs);
        inEpoch = false;
    }
}
