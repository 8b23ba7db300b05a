package io.finwait.tcp.internal.loss;

import io.finwait.spi.CongestionControl;
import io.finwait.spi.CongestionControlProvider;

/** {@code newreno}. */
public final class NewRenoProvider implements CongestionControlProvider {

    @Override
    public String name() {
        return "newreno";
    }

    @Override
    public CongestionControl create() {
        return new NewReno();
    }
}
