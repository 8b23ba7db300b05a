package io.finwait.sim.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Both ends of a transport under test, opened anew for each rule. */
abstract class ContractEnds {

    /** A wait that has to be ended by something else than its timeout, in nanoseconds. */
    protected static final long LONG_NS = 20_000_000_000L;

    static final int ORDINARY = 100;

    TransportFixture fixture;
    Exchange exchange;

    /** Opens both ends anew; called before each test, and closed after it. */
    protected abstract TransportFixture openFixture() throws Exception;

    @BeforeEach
    final void open() throws Exception {
        fixture = openFixture();
        exchange = new Exchange(fixture);
    }

    @AfterEach
    final void closeBothEnds() {
        if (fixture != null) {
            fixture.close();
        }
    }

    Transport near() {
        return fixture.near();
    }

    Capabilities capabilities() {
        return near().capabilities();
    }

    void assertReturnsEarly(long timeoutNs, String because) {
        long before = fixture.now();
        near().await(timeoutNs);
        long waited = fixture.now() - before;
        assertTrue(waited < timeoutNs, () -> "await waited the whole timeout although " + because);
    }
}
