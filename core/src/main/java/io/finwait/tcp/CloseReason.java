package io.finwait.tcp;

import java.util.List;

/**
 * How a connection ended. Every connection has exactly one, and it is final on entering TIME-WAIT
 * or CLOSED; how TIME-WAIT itself ended is told to the observer of the TIME-WAIT table.
 *
 * <p>A normal close can be told from an abort (RFC 9293 MUST-12): {@link Orderly} means that both
 * FINs were exchanged and acknowledged so far as this end can know.
 */
public sealed interface CloseReason {

    /** What was left, and the way that led here. */
    Ending ending();

    /** The ending in the words that people know, such as "Connection reset by peer". */
    String message();

    /** Both ends closed; every octet sent was acknowledged by the peer's TCP. */
    record Orderly(ClosedFirst closedFirst, Ending ending) implements CloseReason {
        @Override
        public String message() {
            return switch (closedFirst) {
                case LOCAL -> "Closed in order, by this end first";
                case REMOTE -> "Closed in order, by the peer first";
                case BOTH -> "Closed in order, by both ends at once";
            };
        }
    }

    /** The peer sent an acceptable RST after the connection was open. */
    record ResetByPeer(Ending ending) implements CloseReason {
        @Override
        public String message() {
            return "Connection reset by peer";
        }
    }

    /** The peer answered our SYN with RST, or the network said that the port can't be reached. */
    record Refused(Ending ending) implements CloseReason {
        @Override
        public String message() {
            return "Connection refused";
        }
    }

    /** This end gave the connection up. */
    record Aborted(AbortCause cause, Ending ending) implements CloseReason {
        @Override
        public String message() {
            return cause.message();
        }
    }

    /** A timer gave the connection up. */
    record TimedOut(TimeoutCause cause, Ending ending) implements CloseReason {
        @Override
        public String message() {
            return cause.message();
        }
    }

    /** The user closed before the connection was established; nobody has seen it. */
    record ClosedBeforeEstablished(Ending ending) implements CloseReason {
        @Override
        public String message() {
            return "Closed before it was established";
        }
    }

    /** Which end sent its FIN first, as seen from here. */
    enum ClosedFirst {
        /** This end: it holds TIME-WAIT. */
        LOCAL,
        /** The peer. */
        REMOTE,
        /** Both, before either saw the other's FIN (simultaneous close). */
        BOTH
    }

    /** Why this end aborted. */
    enum AbortCause {
        /** The user called {@link Connection#abort()}. */
        USER("Aborted by this end"),
        /** CLOSE with linger 0. */
        LINGER_ZERO("Aborted by this end: closed with linger 0"),
        /** CLOSE while received octets were unread (RFC 9293 SHLD-3, RFC 2525 §2.17). */
        UNREAD_DATA("Aborted by this end: closed with unread data"),
        /** New data arrived after CLOSE (RFC 9293 SHLD-3, RFC 2525 §2.16). */
        DATA_AFTER_CLOSE("Aborted by this end: data arrived after it had closed"),
        /** More connections without a user than the policy allows. */
        TOO_MANY_ORPHANS("Aborted by this end: too many orphaned connections"),
        /** The listener was closed before anybody accepted. */
        LISTENER_CLOSED("Aborted by this end: its listener was closed before it was accepted"),
        /** The policy keeps no orphan in FIN-WAIT-2. */
        NO_FIN_WAIT_2("Aborted by this end: the policy allows no FIN-WAIT-2 without a user"),
        /** The endpoint was closed. */
        ENDPOINT_CLOSED("Aborted by this end: its endpoint was closed"),
        /** The user's {@link ConnectionObserver} has thrown; the log has the stack trace. */
        OBSERVER_FAILED("Aborted by this end: its observer threw, see the log"),
        /** Something has thrown that never should; the log has the stack trace. */
        INTERNAL_ERROR("Aborted by this end: an internal error, see the log");

        private final String message;

        AbortCause(String message) {
            this.message = message;
        }

        String message() {
            return message;
        }
    }

    /** Which timer gave up. */
    enum TimeoutCause {
        /** The SYN or SYN-ACK was retransmitted too often (RFC 9293 MUST-23). */
        CONNECT("Connection timed out while connecting"),
        /**
         * Data or a FIN was retransmitted too often without an acknowledgment: R2 (RFC 9293
         * §3.8.3).
         */
        RETRANSMISSION("Connection timed out: no acknowledgment"),
        /** The user timeout passed (RFC 9293 §3.10.8). */
        USER_TIMEOUT("Connection timed out: user timeout"),
        /** The peer did not answer keepalive probes. */
        KEEPALIVE("Connection timed out: no answer to keepalive"),
        /** The peer did not answer window probes. */
        WINDOW_PROBE("Connection timed out: no answer to window probes"),
        /** Without a user, and the peer does not acknowledge or keeps its window closed. */
        ORPHAN("Connection timed out after close"),
        /** Without a user in FIN-WAIT-2, and the peer does not close. */
        FIN_WAIT_2("Connection timed out after close: the peer did not close");

        private final String message;

        TimeoutCause(String message) {
            this.message = message;
        }

        String message() {
            return message;
        }
    }

    /**
     * What was left when the connection ended.
     *
     * @param unsent octets that the user had sent and that never went out
     * @param unacknowledged octets that went out and were not acknowledged
     * @param unread octets that were received in order and not read at the moment of ending
     * @param path the states in order, each with the time it was entered
     */
    record Ending(long unsent, long unacknowledged, long unread, List<Step> path) {
        public Ending {
            path = List.copyOf(path);
        }

        /** The states alone, in words: {@code ESTABLISHED > FIN_WAIT_1 > TIME_WAIT}. */
        public String pathInWords() {
            StringBuilder words = new StringBuilder();
            for (Step step : path) {
                words.append(words.length() == 0 ? "" : " > ").append(step.state());
            }
            return words.toString();
        }
    }

    /**
     * A state and when it was entered.
     *
     * @param state the state entered
     * @param atNs the time of the duty cycle, in nanoseconds
     */
    record Step(State state, long atNs) {}
}
