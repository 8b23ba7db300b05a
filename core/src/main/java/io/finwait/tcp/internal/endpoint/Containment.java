package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.internal.close.FinWait2Records;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.context.Failures;
import io.finwait.tcp.internal.output.SegmentSender;
import io.finwait.tcp.internal.tcb.Tcb;

/**
 * Confines whatever throws. We know of no packet and no call that makes the machinery throw. If one
 * does, the connection that was being handled ends, or a packet without a connection is dropped,
 * and all others go on.
 *
 * <p>Errors are contained as well. When memory or the stack runs out, it does so for the connection
 * that was being handled; and when it runs out for all, nothing is lost by having tried.
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

    /**
     * Something was thrown while a TCB was handled: its connection ends, with RST where that works.
     */
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
     * The user's callback has thrown: its connection ends, unless it has ended already.
     *
     * @param incarnation which connection of the handle the callback was told of
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
                finWait2.abort(connection.sockets, AbortCause.OBSERVER_FAILED);
            }
        } catch (Throwable again) {
            if (tcb == null) {
                drop("the end of an orphan", again);
            } else {
                end(tcb, again);
            }
        }
    }

    /** Something was thrown that concerns no connection: the packet or command is dropped. */
    void drop(String what, Throwable failure) {
        failures.report("dropped because of an internal error:", what, failure);
        sender.abandonQuietly();
    }
}
