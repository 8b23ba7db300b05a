package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.tcb.Clock;

import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** What nothing should have thrown is counted each time, and logged ten times a second. */
class FailuresTest {

    private static final long SECOND = 1_000_000_000L;

    private final EndpointCounters counters = new EndpointCounters();
    private final Clock clock = new Clock();

    /** For each line that was logged: how many had not been, before it. */
    private final List<Long> notLogged = new ArrayList<>();

    private boolean logThrows;
    private final Failures failures = new Failures(counters, clock, log());

    private Logger log() {
        return (Logger)
                Proxy.newProxyInstance(
                        Logger.class.getClassLoader(),
                        new Class<?>[] {Logger.class},
                        (proxy, method, arguments) -> {
                            if (logThrows) {
                                throw new IllegalStateException("planted");
                            }
                            assertThat(method.getName()).isEqualTo("error");
                            notLogged.add((Long) ((Object[]) arguments[1])[2]);
                            return null;
                        });
    }

    private void report(int times, long atNs) {
        clock.begin(atNs);
        for (int i = 0; i < times; i++) {
            failures.report("ended", "whose", new IllegalStateException("planted"));
        }
        clock.end();
    }

    private long counted() {
        return counters.get(Counter.FAILURES_CONTAINED);
    }

    @Test
    void tenInASecondAreLoggedAndTheNextLineTellsHowManyWereNot() {
        report(25, 5 * SECOND);
        assertThat(notLogged).hasSize(10).containsOnly(0L);
        report(1, 6 * SECOND - 1);
        assertThat(notLogged).hasSize(10);
        report(11, 6 * SECOND);
        assertThat(notLogged).hasSize(20);
        assertThat(notLogged.get(10)).isEqualTo(16);
        assertThat(notLogged.subList(11, 20)).containsOnly(0L);
        assertThat(counted()).isEqualTo(37);
    }

    /** A second begins with the first line in it, not with each. */
    @Test
    void theSecondBeginsWithItsFirstLine() {
        report(1, 5 * SECOND);
        report(9, 5 * SECOND + SECOND / 2);
        report(1, 6 * SECOND - 1);
        assertThat(notLogged).hasSize(10);
        report(10, 6 * SECOND);
        assertThat(notLogged).hasSize(20);
        assertThat(notLogged.get(10)).isEqualTo(1);
    }

    /** The clock's origin is arbitrary: the first failure may come before second 1. */
    @Test
    void theFirstFailureIsLoggedWhateverTheTime() {
        report(2, 0);
        report(1, Long.MIN_VALUE + 1);
        assertThat(notLogged).hasSize(3);
    }

    @Test
    void aLogThatThrowsIsNobodysFailure() {
        logThrows = true;
        report(3, 5 * SECOND);
        logThrows = false;
        report(1, 5 * SECOND);
        assertThat(notLogged).containsExactly(3L);
        assertThat(counted()).isEqualTo(4);
    }

    @Test
    void whatCannotBeLoggedIsCounted() {
        failures.count();
        assertThat(counted()).isEqualTo(1);
        assertThat(notLogged).isEmpty();
    }
}
