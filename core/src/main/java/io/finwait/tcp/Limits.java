package io.finwait.tcp;

import java.util.Objects;

/**
 * What strangers may make an endpoint hold and send. What each limit is for, what happens at it and
 * which counter tells is on the page {@code docs/limits.md}.
 *
 * @param synCookies when a SYN is answered without keeping anything of it
 * @param synAckRetransmissions how often the SYN,ACK of a listener's handshake is sent again before
 *     the handshake is forgotten, 0 to 30. With 5 a stranger's handshake lasts 63 s. RFC 9293
 *     MUST-23 asks for three minutes of a SYN; the peer whose SYN it was goes on for as long as it
 *     likes, and each SYN begins anew
 */
public record Limits(SynCookies synCookies, int synAckRetransmissions) {

    /** SYN cookies when a backlog is full, and five retransmissions of a SYN,ACK. */
    public static final Limits DEFAULT = new Limits(SynCookies.WHEN_FULL, 5);

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
    }

    /** The same with SYN cookies at another time. */
    public Limits withSynCookies(SynCookies when) {
        return new Limits(when, synAckRetransmissions);
    }

    /** The same with another number of retransmissions of a SYN,ACK. */
    public Limits withSynAckRetransmissions(int retransmissions) {
        return new Limits(synCookies, retransmissions);
    }
}
