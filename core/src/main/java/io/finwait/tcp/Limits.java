package io.finwait.tcp;

import java.util.Objects;

/**
 * What strangers, and peers that do not go on, may make an endpoint hold and send. What each limit
 * is for, what happens at it and which counter tells is on the page {@code docs/limits.md}.
 *
 * @param synCookies when a SYN is answered without keeping anything of it
 * @param synAckRetransmissions how often the SYN,ACK of a listener's handshake is sent again before
 *     the handshake is forgotten, 0 to 30. With 5 a stranger's handshake lasts 63 s. RFC 9293
 *     MUST-23 asks for three minutes of a SYN; the peer whose SYN it was goes on for as long as it
 *     likes, and each SYN begins anew
 * @param orphanOctets how many octets all connections without a user may have queued; with more,
 *     the oldest and largest of them are reset. Their number is limited by {@link
 *     ClosePolicy#maxOrphans()}
 * @param finWait2Records how many connections without a user may wait for the peer's FIN alone, as
 *     records of the TIME-WAIT table; with one more the oldest is reset
 * @param memoryOctets how much memory, in octets, all connections are to take: their text, sent and
 *     received, at what its blocks take; 1,800 octets for each connection and handshake; the table
 *     of TIME-WAIT; and what is kept for later. From three quarters of it on, no window grows and
 *     nothing is kept behind a gap; when it is used up, connections that have unread text get no
 *     more; when connections alone use it up, listeners take no more, beyond the first MiB
 */
public record Limits(
        SynCookies synCookies,
        int synAckRetransmissions,
        long orphanOctets,
        int finWait2Records,
        long memoryOctets) {

    /**
     * SYN cookies when a backlog is full, five retransmissions of a SYN,ACK, 65,536 records, for
     * text a quarter of the heap, and for orphans as much, at least 64 MiB: a server that has
     * written all to clients that take it must not reset them because they are many.
     */
    public static final Limits DEFAULT =
            new Limits(
                    SynCookies.WHEN_FULL,
                    5,
                    Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4),
                    65_536,
                    Runtime.getRuntime().maxMemory() / 4);

    private static final int MOST_RETRANSMISSIONS = 30;

    public Limits {
        Objects.requireNonNull(synCookies, "synCookies");
        if (synAckRetransmissions < 0 || synAckRetransmissions > MOST_RETRANSMISSIONS) {
            throw new IllegalArgumentException(
                    "synAckRetransmissions "
                            + synAckRetransmissions
                            + " is out of range; choose 0 to "
                            + MOST_RETRANSMISSIONS);
        }
        requireNotNegative("orphanOctets", orphanOctets);
        requireNotNegative("finWait2Records", finWait2Records);
        requireNotNegative("memoryOctets", memoryOctets);
    }

    private static void requireNotNegative(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    what + " " + value + " is negative; choose 0 for none, or more");
        }
    }

    /** The same with SYN cookies at another time. */
    public Limits withSynCookies(SynCookies when) {
        return new Limits(when, synAckRetransmissions, orphanOctets, finWait2Records, memoryOctets);
    }

    /** The same with another number of retransmissions of a SYN,ACK. */
    public Limits withSynAckRetransmissions(int retransmissions) {
        return new Limits(synCookies, retransmissions, orphanOctets, finWait2Records, memoryOctets);
    }

    /** The same with another number of octets that orphans may have queued. */
    public Limits withOrphanOctets(long octets) {
        return new Limits(synCookies, synAckRetransmissions, octets, finWait2Records, memoryOctets);
    }

    /** The same with another number of orphans that wait as records for the peer's FIN. */
    public Limits withFinWait2Records(int records) {
        return new Limits(synCookies, synAckRetransmissions, orphanOctets, records, memoryOctets);
    }

    /** The same with another amount of memory for text. */
    public Limits withMemoryOctets(long octets) {
        return new Limits(synCookies, synAckRetransmissions, orphanOctets, finWait2Records, octets);
    }
}
