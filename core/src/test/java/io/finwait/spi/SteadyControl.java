package io.finwait.spi;

/** A congestion control whose window nothing changes; tests say how large it is. */
public abstract class SteadyControl implements CongestionControl {

    @Override
    public void begin(int mss, long nowNs) {}

    @Override
    public void synLost(long nowNs) {}

    @Override
    public int slowStartThreshold() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void acknowledged(int octets, int flightSize, long smoothedRttNs, long nowNs) {}

    @Override
    public void lost(int flightSize, long nowNs) {}

    @Override
    public void recovered(int flightSize, long nowNs) {}

    @Override
    public void timedOut(int flightSize, boolean again, long nowNs) {}

    @Override
    public void idle(long nowNs) {}
}
