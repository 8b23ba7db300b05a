package io.finwait.examples.soak;

import static io.finwait.examples.soak.HowEnded.ABORTED;
import static io.finwait.examples.soak.HowEnded.NEVER_OPEN;
import static io.finwait.examples.soak.HowEnded.ORDERLY;
import static io.finwait.examples.soak.HowEnded.REFUSED;
import static io.finwait.examples.soak.HowEnded.RESET;
import static io.finwait.examples.soak.HowEnded.RESET_AFTER_TIME_WAIT;
import static io.finwait.examples.soak.HowEnded.TIMED_OUT;

import java.util.EnumSet;
import java.util.Set;

/** What the two users of a connection do, and which endings explain themselves by that. */
enum Plan {
    /** The client asks and half-closes, the server answers and closes. */
    ANSWERED("asked, answered, closed", 40, EnumSet.of(ORDERLY), EnumSet.of(ORDERLY)),

    /** The server closes first, as soon as it has answered, and holds TIME-WAIT. */
    SERVER_CLOSES_FIRST("the server closes first", 15, EnumSet.of(ORDERLY), EnumSet.of(ORDERLY)),

    /** Both send and half-close without waiting for each other. */
    BOTH_CLOSE("both close at once", 15, EnumSet.of(ORDERLY), EnumSet.of(ORDERLY)),

    /** The client aborts at any time. */
    CLIENT_ABORTS(
            "the client aborts",
            8,
            EnumSet.of(ABORTED, ORDERLY, NEVER_OPEN),
            EnumSet.of(RESET, TIMED_OUT, ORDERLY, ABORTED)),

    /** The server aborts at any time. */
    SERVER_ABORTS(
            "the server aborts",
            6,
            EnumSet.of(RESET, TIMED_OUT, ORDERLY),
            EnumSet.of(ABORTED, ORDERLY)),

    /** The client closes and leaves unread what the server sends. */
    UNREAD(
            "closed with unread octets",
            6,
            EnumSet.of(ABORTED, ORDERLY, TIMED_OUT, RESET, NEVER_OPEN),
            EnumSet.of(RESET, TIMED_OUT, ORDERLY)),

    /** The client reads nothing; the server waits until its user timeout. */
    STALLS(
            "the client stalls",
            3,
            EnumSet.of(ABORTED, RESET, TIMED_OUT),
            EnumSet.of(TIMED_OUT, RESET)),

    /**
     * The client reads nothing, and the server closes: an orphan that nobody helps. What it has
     * sent may just fit into the client's buffer.
     */
    ORPHANED(
            "an orphan whose peer stalls",
            3,
            EnumSet.of(ABORTED, RESET, TIMED_OUT, ORDERLY),
            EnumSet.of(TIMED_OUT, RESET, ABORTED, ORDERLY)),

    /** Nobody listens there. */
    NOBODY_LISTENS("nobody listens", 2, EnumSet.of(REFUSED, TIMED_OUT), EnumSet.of(REFUSED)),

    /** Closed before the handshake is over. */
    CLOSED_AT_ONCE(
            "closed before it was open",
            2,
            EnumSet.of(NEVER_OPEN),
            EnumSet.of(RESET, TIMED_OUT, NEVER_OPEN));

    private static final Plan[] ALL = values();

    private final String words;
    private final int share;

    @SuppressWarnings("ImmutableEnumChecker") // Never changed.
    private final Set<HowEnded> clients;

    @SuppressWarnings("ImmutableEnumChecker") // Never changed.
    private final Set<HowEnded> servers;

    Plan(String words, int share, Set<HowEnded> clients, Set<HowEnded> servers) {
        this.words = words;
        this.share = share;
        this.clients = clients;
        this.servers = servers;
    }

    String words() {
        return words;
    }

    /** True when neither user cuts the other off: every octet has to arrive. */
    boolean polite() {
        return this == ANSWERED || this == SERVER_CLOSES_FIRST || this == BOTH_CLOSE;
    }

    boolean explains(boolean client, HowEnded ended) {
        Set<HowEnded> explained = client ? clients : servers;
        // The peer had taken our FIN and closed in order.
        boolean late = ended == RESET_AFTER_TIME_WAIT && explained.contains(ORDERLY);
        return late || explained.contains(ended);
    }

    /** The plan of a number from 0 to 99. */
    static Plan of(int percent) {
        int left = percent;
        for (Plan each : ALL) {
            left -= each.share;
            if (left < 0) {
                return each;
            }
        }
        throw new IllegalArgumentException(percent + " is not below 100");
    }
}
