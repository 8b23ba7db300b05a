package io.finwait.examples.soak;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;

import java.util.Locale;

/** The kinds of a {@link CloseReason}, and those that no plan explains. */
enum HowEnded {
    ORDERLY,
    RESET,
    REFUSED,
    ABORTED,
    TIMED_OUT,
    NEVER_OPEN,
    /** By a cause that is a fault of this library's or of the soak's. */
    FAULT;

    static HowEnded of(CloseReason reason) {
        return switch (reason) {
            case CloseReason.Orderly orderly -> ORDERLY;
            case CloseReason.ResetByPeer reset -> RESET;
            case CloseReason.Refused refused -> REFUSED;
            case CloseReason.Aborted aborted -> of(aborted.cause());
            case CloseReason.TimedOut timedOut -> TIMED_OUT;
            case CloseReason.ClosedBeforeEstablished closed -> NEVER_OPEN;
        };
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
