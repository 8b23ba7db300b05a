package io.finwait.nio.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Faults that begin after a time. */
@Timeout(60)
class FaultSwitchTest {

    private static final Duration SHORT = Duration.ofMillis(20);

    private final AtomicInteger told = new AtomicInteger();
    private final FaultSwitch faults = new FaultSwitch(RelayFaults.none(), told::incrementAndGet);

    /** A second thread would wait on behind the connection's end. */
    @Test
    void whatIsSetBeforeTheStartIsWaitedForOnce() {
        faults.set(RelayFaults.none().beginsAfter(SHORT).resetAfter(0));
        faults.start();
        while (told.get() < 2) {
            Thread.onSpinWait();
        }
        LockSupport.parkNanos(5 * SHORT.toNanos());
        assertThat(told).as("when they were set and when they began").hasValue(2);
        assertThat(faults.now().ends().octetsThatPass()).isZero();
        faults.stop();
    }
}
