package io.finwait.tcp;

import io.finwait.wire.IpAddress;
import io.finwait.wire.Unreachable;

/**
 * A peer's SYN that a {@link CatchAll} has not answered: the user says what becomes of it, at once
 * or when it has found out, by connecting onwards for instance. Meanwhile the peer repeats its SYN,
 * as it does when a packet is lost; its repetitions are not told.
 *
 * <p>The first answer counts. Each of the four methods returns false, and does nothing, when there
 * was an answer before, or when the SYN no longer waits: its time was over, newer ones have crowded
 * it out, or its peer has taken it back.
 *
 * <p>All methods are called on the endpoint's thread; elsewhere, for instance {@code
 * driver.call(endpoint -> incoming.accept())}. An answer leaves with the next duty cycle.
 */
public interface Incoming {

    /** Whom the peer calls: an address of the endpoint, or in one of its prefixes. */
    IpAddress localAddress();

    /** The port that it calls, 1 to 65,535. */
    int localPort();

    /** The peer. */
    IpAddress remoteAddress();

    /** Its port, 1 to 65,535. */
    int remotePort();

    /**
     * Answers with SYN,ACK. {@link IncomingHandler#onEstablished} brings the connection when the
     * peer has completed the handshake, {@link IncomingHandler#onGone} says that it will not.
     */
    boolean accept();

    /** Answers with RST, as a port on which nobody listens: "Connection refused". */
    boolean refuse();

    /**
     * Answers with ICMP's "destination unreachable", from the endpoint's first address of the IP
     * version or, where it has none, from the address that was called. As many go to one source in
     * a second as resets ({@link EndpointConfig#resetsPerSecond()}); the rest is silence.
     */
    boolean unreachable(Unreachable why);

    /**
     * Never answers. Repetitions of the SYN are not told until the time is over for which SYNs wait
     * ({@link CatchAllLimits#waitNs()}); another SYN of the peer's is.
     */
    boolean ignore();

    /** True while there was no answer and one would count. */
    boolean isWaiting();

    /**
     * True when a SYN cookie has answered already ({@link CatchAllLimits#answersWhenFull()}): the
     * peer's connection is open. {@link #accept} then hands it over; the other three end it by RST,
     * which is all that is left.
     */
    boolean isAlreadyOpen();

    /** An object of the user's; null at first. */
    Object attachment();

    /** Sets {@link #attachment()}. */
    void attach(Object attachment);
}
