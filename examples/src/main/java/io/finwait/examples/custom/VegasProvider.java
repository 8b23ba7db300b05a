package io.finwait.examples.custom;

import io.finwait.spi.CongestionControl;
import io.finwait.spi.CongestionControlProvider;

/** {@code vegas}, found by {@link java.util.ServiceLoader}. */
public final class VegasProvider implements CongestionControlProvider {

    @Override
    public String name() {
        return "vegas";
    }

    @Override
    public CongestionControl create() {
        return new Vegas();
    }
}
