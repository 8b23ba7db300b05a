package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.State;

/**
 * The user's handle, as far as the machinery needs it: it outlives the TCB and learns what happens
 * to it. Nothing here calls the user; events are noted and told when the packets at hand are
 * processed.
 */
public interface Handle extends ConnectionInfo {

    /** Notes {@link Events} that the observer is to be told. */
    void tell(int events);

    /** Events noted and not told yet. */
    int untold();

    /** Notes what the network says of the path; it ends nothing. */
    void tellSoftError(String message);

    /**
     * The TCB has entered a state; inside a duty cycle at its time, else at that of the next one.
     */
    void entered(State state, long nowNs);

    /** A duty cycle begins: steps that a user's call made before it happen now. */
    void dateSteps(long nowNs);

    /** Our FIN was queued. */
    void closedHere();

    /** The peer's FIN was taken; told before the state changes. */
    void closedThere();

    /** The TCB goes. */
    void ended(Tcb tcb, EndKind kind, int cause);

    /** The TCB goes, and nothing that it holds can be relied on. */
    void cutOff(long nowNs);

    /** The TCB of this orphan in FIN-WAIT-2 becomes a record of the TIME-WAIT table. */
    void shrunk(Tcb tcb);

    /** The record has entered a state: TIME-WAIT, or CLOSED. */
    void recordEnded(EndKind kind, int cause, State state, long nowNs);

    /** How it ended; null while it lives. */
    CloseReason closeReason();

    /** The deadline of a graceful close has come: CLOSE, whatever is unread. */
    void gracefulCloseExpired();
}
