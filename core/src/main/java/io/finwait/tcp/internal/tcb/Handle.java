package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.State;

/**
 * The user's handle of a connection, as the rooms below {@code endpoint} see it. It outlives the
 * TCB and is told what happens to it. Nothing here calls the user: events are noted, and the
 * observer is called after the batch of packets.
 */
public interface Handle extends ConnectionInfo {

    /** Notes {@link Events} for the observer. */
    void tell(int events);

    /** The events that are noted and not yet told. */
    int untold();

    /** Notes a soft error, such as an ICMP message; it does not end the connection. */
    void tellSoftError(String message);

    /**
     * The TCB has entered a state, at the time of this duty cycle or, between two, of the next one.
     */
    void entered(State state, long nowNs);

    /** A duty cycle begins: changes of state since the last one get this time. */
    void dateSteps(long nowNs);

    /** Our FIN was queued. */
    void closedHere();

    /** The peer's FIN was processed; called before the state changes. */
    void closedThere();

    /** The connection has ended; the TCB is about to be reused. */
    void ended(Tcb tcb, EndKind kind, int cause);

    /**
     * The connection is cut off after an internal error; the TCB may be in any condition and must
     * not be read.
     */
    void cutOff(long nowNs);

    /** The TCB of this orphan in FIN-WAIT-2 becomes a record of the TIME-WAIT table. */
    void shrunk(Tcb tcb);

    /** The record has entered a state: TIME-WAIT, or CLOSED. */
    void recordEnded(EndKind kind, int cause, State state, long nowNs);

    /** How it ended; null while it lives. */
    CloseReason closeReason();

    /** The deadline of a graceful close has passed: closes, even with unread text. */
    void gracefulCloseExpired();
}
