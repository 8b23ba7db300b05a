package io.finwait.tcp.internal.loss;

import io.finwait.spi.CongestionControl;
import io.finwait.spi.CongestionControlProvider;

/** {@code cubic}. */
public final class CubicProvider implements CongestionControlProvider {

    @Override
    public String name() {
        return "cubic";
    }

    @Override
    public CongestionControl create() {
        return new Cubic();
    }
}
