package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.internal.close.FinWait2Records;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.context.Failures;
import io.finwait.tcp.internal.output.SegmentSender;
import io.finwait.tcp.internal.tcb.Tcb;

/**
 * Confines the damage of an unexpected exception. No packet and no call is known to make the
 * machinery throw. If one does, the connection that was being handled ends, or a packet without a
 * connection is dropped, and all other connections go on.
 *
 * <p>Errors are contained as well. When memory or the stack runs out, this often concerns only the
 * connection that was being handled; if it concerns all, the attempt costs nothing.
 */
final class Containment {

    private final Failures failures;
    private final SegmentSender sender;
    private final Lifecycle lifecycle;
    private final FinWait2Records finWait2;

    Containment(
            Failures failures,
            SegmentSender sender,
            Lifecycle lifecycle,
            FinWait2Records finWait2) {
        this.failures = failures;
        this.sender = sender;
        this.lifecycle = lifecycle;
        this.finWait2 = finWait2;
    }

    /** Ends a connection while handling which something was thrown, with RST if possible. */
    void end(Tcb tcb, Throwable failure) {
        failures.report("an internal error ends the connection", tcb, failure);
        reset(tcb);
        try {
            lifecycle.failed(tcb);
        } catch (Throwable again) {
            failures.report("an internal error while ending the connection", tcb, again);
            lifecycle.cutOff(tcb);
        }
    }

    private void reset(Tcb tcb) {
        try {
            sender.abandon();
            if (tcb.connection != null && tcb.state.isSynchronized() && !tcb.resetOwed) {
                sender.sendReset(tcb);
            }
        } catch (Throwable failure) {
            failures.report("no RST could be sent for the connection", tcb, failure);
            sender.abandonQuietly();
        }
    }

    /**
     * Ends a connection whose observer has thrown, unless it has already ended.
     *
     * @param incarnation the connection of this handle that the observer was called for
     */
    void observerThrew(TcpConnection connection, int incarnation, Throwable failure) {
        failures.report("an observer threw, which ends its connection", connection, failure);
        if (connection.incarnation != incarnation) {
            return;
        }
        Tcb tcb = connection.tcb;
        try {
            if (tcb != null) {
                lifecycle.abort(tcb, AbortCause.OBSERVER_FAILED);
            } else if (connection.isRecord()) {
                finWait2.abort(connection.sockets(), AbortCause.OBSERVER_FAILED);
            }
        } catch (Throwable again) {
            if (tcb == null) {
                drop("the end of an orphan", again);
            } else {
                end(tcb, again);
            }
        }
    }

    /** Drops a packet or command that has caused an exception and belongs to no connection. */
    void drop(String what, Throwable failure) {
        failures.report("dropped because of an internal error:", what, failure);
        sender.abandonQuietly();
    }
}
