package io.finwait.tcp.internal.context;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.tcb.Clock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports exceptions that nothing should have thrown. It never throws itself, since the containment
 * of a failure must not fail by reporting it. A failure that can't be logged is still counted.
 */
public final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final long SECOND_NS = 1_000_000_000L;

    /** A stack trace for each packet of a flood would do more harm than the failure itself. */
    private static final int LOGGED_A_SECOND = 10;

    private final EndpointCounters counters;
    private final Clock clock;
    private final Logger log;
    private long secondBegan;
    private int inSecond;
    private long notLogged;

    Failures(EndpointCounters counters, Clock clock) {
        this(counters, clock, LOG);
    }

    Failures(EndpointCounters counters, Clock clock, Logger log) {
        this.counters = counters;
        this.clock = clock;
        this.log = log;
    }

    /**
     * Counts a failure and logs it, ten in a second at most.
     *
     * @param what was done because of it
     * @param whose the connection, or whatever else failed
     */
    public void report(String what, Object whose, Throwable failure) {
        count();
        try {
            if (clock.lastNs() - secondBegan >= SECOND_NS || inSecond == 0) {
                secondBegan = clock.lastNs();
                inSecond = 0;
            }
            if (inSecond == LOGGED_A_SECOND) {
                notLogged++;
                return;
            }
            inSecond++;
            log.error("{} {} ({} more were not logged)", what, whose, notLogged, failure);
            notLogged = 0;
        } catch (Throwable noLog) {
            // Logging has failed too; the failure is counted.
            notLogged++;
        }
    }

    /** Counts a failure that can't be logged. */
    public void count() {
        counters.add(Counter.FAILURES_CONTAINED);
    }
}
