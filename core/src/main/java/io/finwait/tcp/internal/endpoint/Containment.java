package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.tcb.Tcb;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what throws where it is. No packet and no call makes the machinery throw, as far as we know;
 * should one do it all the same, the one connection that was being handled ends, a packet of nobody is
 * dropped, and everybody else goes on.
 *
 * <p>Errors are contained as well. Memory that runs out, or a stack, does so for whom the machinery was
 * working at that moment; and where everybody's fails, nothing is lost by having tried. What cannot even
 * be logged is still counted.
 */
public final class Containment {

    private static final Logger LOG = LoggerFactory.getLogger(Containment.class);
    private static final long SECOND_NS = 1_000_000_000L;

    /** A stack trace for each packet of a flood would do more harm than what it tells of. */
    private static final int LOGGED_A_SECOND = 10;

    private final TcpEndpoint endpoint;
    private long secondBegan;
    private int inSecond;
    private long notLogged;

    Containment(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Something was thrown while a TCB was handled: its connection ends, with RST where that works. */
    public void end(Tcb tcb, Throwable failure) {
        report("an internal error ends the connection", tcb, failure);
        reset(tcb);
        try {
            endpoint.lifecycle.failed(tcb);
        } catch (Throwable again) {
            report("an internal error while ending the connection", tcb, again);
            endpoint.lifecycle.cutOff(tcb);
        }
    }

    private void reset(Tcb tcb) {
        try {
            endpoint.output.abandon();
            if (tcb.connection != null && tcb.state.isSynchronized() && !tcb.resetOwed) {
                endpoint.output.sendReset(tcb);
            }
        } catch (Throwable failure) {
            report("no RST could be sent for the connection", tcb, failure);
            abandonQuietly();
        }
    }

    private void abandonQuietly() {
        try {
            endpoint.output.abandon();
        } catch (Throwable failure) {
            endpoint.counters.add(Counter.FAILURES_CONTAINED);
        }
    }

    /**
     * The user's callback has thrown: its connection ends, unless it has ended already.
     *
     * @param incarnation which connection of the handle the callback was told of
     */
    void observerThrew(TcpConnection connection, int incarnation, Throwable failure) {
        report("an observer threw, which ends its connection", connection, failure);
        if (connection.incarnation != incarnation) {
            return;
        }
        Tcb tcb = connection.tcb;
        try {
            if (tcb != null) {
                endpoint.lifecycle.abort(tcb, AbortCause.OBSERVER_FAILED);
            } else if (connection.isRecord()) {
                endpoint.finWait2.abort(connection, AbortCause.OBSERVER_FAILED);
            }
        } catch (Throwable again) {
            if (tcb == null) {
                drop("the end of an orphan", again);
            } else {
                end(tcb, again);
            }
        }
    }

    /** Something was thrown that concerns no connection: what asked for it is dropped. */
    public void drop(String what, Throwable failure) {
        report("dropped because of an internal error:", what, failure);
        abandonQuietly();
    }

    private void report(String what, Object whose, Throwable failure) {
        endpoint.counters.add(Counter.FAILURES_CONTAINED);
        try {
            if (endpoint.now - secondBegan >= SECOND_NS || inSecond == 0) {
                secondBegan = endpoint.now;
                inSecond = 0;
            }
            if (inSecond == LOGGED_A_SECOND) {
                notLogged++;
                return;
            }
            inSecond++;
            LOG.error("{} {} ({} more were not logged)", what, whose, notLogged, failure);
            notLogged = 0;
        } catch (Throwable noLog) {
            // Nothing can be said; it was counted.
            notLogged++;
        }
    }
}
