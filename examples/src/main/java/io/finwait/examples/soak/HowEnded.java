package io.finwait.examples.soak;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.Ending;
import io.finwait.tcp.CloseReason.Step;
import io.finwait.tcp.State;

import java.util.List;
import java.util.Locale;

/** The kinds of a {@link CloseReason}, and those that no plan explains. */
enum HowEnded {
    ORDERLY,
    RESET,
    /**
     * By a peer whose TIME-WAIT was over, because the ACK of our FIN and so many retransmissions
     * were lost. 2MSL is short in a soak, and a retransmission timeout may be longer.
     */
    RESET_AFTER_TIME_WAIT,
    REFUSED,
    ABORTED,
    TIMED_OUT,
    NEVER_OPEN,
    /** By a cause that is a fault of this library's or of the soak's. */
    FAULT;

    static HowEnded of(CloseReason reason) {
        return switch (reason) {
            case CloseReason.Orderly orderly -> ORDERLY;
            case CloseReason.ResetByPeer reset -> ofReset(reset.ending());
            case CloseReason.Refused refused -> REFUSED;
            case CloseReason.Aborted aborted -> of(aborted.cause());
            case CloseReason.TimedOut timedOut -> TIMED_OUT;
            case CloseReason.ClosedBeforeEstablished closed -> NEVER_OPEN;
        };
    }

    /** The peer can't have left TIME-WAIT before 2MSL have passed since our FIN could be sent. */
    private static HowEnded ofReset(Ending ending) {
        List<Step> path = ending.path();
        Step last = path.get(path.size() - 2);
        long waitedNs = path.getLast().atNs() - last.atNs();
        boolean waitsForLastAck = last.state() == State.LAST_ACK || last.state() == State.CLOSING;
        boolean finSent = waitsForLastAck && ending.unsent() == 0;
        return finSent && waitedNs >= Soak.TWO_MSL.toNanos() ? RESET_AFTER_TIME_WAIT : RESET;
    }

    private static HowEnded of(AbortCause cause) {
        return switch (cause) {
            case USER, LINGER_ZERO, UNREAD_DATA, DATA_AFTER_CLOSE, TOO_MANY_ORPHANS -> ABORTED;
            case LISTENER_CLOSED, NO_FIN_WAIT_2, ENDPOINT_CLOSED, OBSERVER_FAILED, INTERNAL_ERROR ->
                    FAULT;
        };
    }

    String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
