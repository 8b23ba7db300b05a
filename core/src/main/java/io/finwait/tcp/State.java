package io.finwait.tcp;

/**
 * The eleven states of a connection (RFC 9293 §3.3.2). {@link #on(Trigger)} is the whole transition
 * table; {@code docs/state-machine.md} is printed from it.
 *
 * <p>The state says what the user has asked for and what was received. The sequence numbers say
 * what has been sent: in FIN-WAIT-1 the FIN may still wait behind unsent text.
 */
public enum State {
    /** No connection. */
    CLOSED,
    /** Waits for a connection request from any peer. */
    LISTEN,
    /** Has sent a connection request and waits for one. */
    SYN_SENT,
    /** Has received and sent a connection request and waits for the acknowledgment. */
    SYN_RECEIVED,
    /** Open: data flows both ways. */
    ESTABLISHED,
    /** We closed; our FIN is not yet acknowledged. */
    FIN_WAIT_1,
    /** We closed, and the peer has acknowledged that but has not closed. */
    FIN_WAIT_2,
    /** The peer closed; our user has not. */
    CLOSE_WAIT,
    /** Both closed at the same time; our FIN is not yet acknowledged. */
    CLOSING,
    /** The peer closed, then we; our FIN is not yet acknowledged. */
    LAST_ACK,
    /**
     * Both closed and acknowledged; waits until old segments have died and the peer must have our
     * last ACK.
     */
    TIME_WAIT;

    /**
     * The state after a trigger.
     *
     * @return the next state, or null where the trigger has no meaning in this state
     */
    public State on(Trigger trigger) {
        return switch (this) {
            case CLOSED ->
                    switch (trigger) {
                        case PASSIVE_OPEN -> LISTEN;
                        case ACTIVE_OPEN -> SYN_SENT;
                        default -> null;
                    };
            case LISTEN ->
                    switch (trigger) {
                        case SYN -> SYN_RECEIVED;
                        case CLOSE, ABORT -> CLOSED;
                        default -> null;
                    };
            case SYN_SENT ->
                    switch (trigger) {
                        case SYN -> SYN_RECEIVED;
                        case SYN_ACK -> ESTABLISHED;
                        case CLOSE, RESET, ABORT, TIMEOUT -> CLOSED;
                        default -> null;
                    };
            case SYN_RECEIVED ->
                    switch (trigger) {
                        case ACK_OF_SYN -> ESTABLISHED;
                        case RESET, ABORT, TIMEOUT, FORGET -> CLOSED;
                        case OLD_DUPLICATE -> TIME_WAIT;
                        default -> null;
                    };
            case ESTABLISHED ->
                    switch (trigger) {
                        case CLOSE -> FIN_WAIT_1;
                        case FIN -> CLOSE_WAIT;
                        case RESET, ABORT, TIMEOUT -> CLOSED;
                        default -> null;
                    };
            case FIN_WAIT_1 ->
                    switch (trigger) {
                        case ACK_OF_FIN -> FIN_WAIT_2;
                        case FIN -> CLOSING;
                        case RESET, ABORT, TIMEOUT -> CLOSED;
                        default -> null;
                    };
            case FIN_WAIT_2 ->
                    switch (trigger) {
                        case FIN -> TIME_WAIT;
                        case RESET, ABORT, TIMEOUT -> CLOSED;
                        default -> null;
                    };
            case CLOSE_WAIT ->
                    switch (trigger) {
                        case CLOSE -> LAST_ACK;
                        case RESET, ABORT, TIMEOUT -> CLOSED;
                        default -> null;
                    };
            case CLOSING ->
                    switch (trigger) {
                        case ACK_OF_FIN -> TIME_WAIT;
                        case RESET, ABORT, TIMEOUT -> CLOSED;
                        default -> null;
                    };
            case LAST_ACK ->
                    switch (trigger) {
                        case ACK_OF_FIN, RESET, ABORT, TIMEOUT -> CLOSED;
                        default -> null;
                    };
            case TIME_WAIT ->
                    switch (trigger) {
                        case SYN -> SYN_RECEIVED;
                        case TWO_MSL, RESET, ABORT -> CLOSED;
                        default -> null;
                    };
        };
    }

    /** True from ESTABLISHED to TIME-WAIT: both SYNs have been acknowledged. */
    public boolean isSynchronized() {
        return switch (this) {
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED -> false;
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT ->
                    true;
        };
    }

    /** True where the peer's FIN has been taken: no further octet can come from it. */
    public boolean hasReceivedFin() {
        return switch (this) {
            case CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> true;
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 ->
                    false;
        };
    }

    /** True where our user may still queue text: the RFC's SEND does not fail with "closing". */
    public boolean acceptsSend() {
        return switch (this) {
            case SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT -> true;
            case CLOSED, LISTEN, FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT -> false;
        };
    }

    /** True where our FIN may still be unacknowledged. */
    public boolean awaitsAckOfFin() {
        return switch (this) {
            case FIN_WAIT_1, CLOSING, LAST_ACK -> true;
            case CLOSED,
                    LISTEN,
                    SYN_SENT,
                    SYN_RECEIVED,
                    ESTABLISHED,
                    FIN_WAIT_2,
                    CLOSE_WAIT,
                    TIME_WAIT ->
                    false;
        };
    }
}
