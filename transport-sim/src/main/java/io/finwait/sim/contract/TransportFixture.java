package io.finwait.sim.contract;

import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

/**
 * A transport under test, the near end, and means to put packets in front of it and to see what it
 * has sent, the far end. For a socket the far end is the other socket, for a TUN device a raw
 * socket on the kernel's side.
 *
 * <p>The far end may show packets that the contract did not ask for (a kernel's router
 * solicitations, for instance): the contract knows its own by protocol number 253 (RFC 3692) and by
 * the two addresses, and ignores the others.
 *
 * <p>The defaults of the methods about time are those of a transport in real time; a simulated one
 * overrides all three. Everything here is called on one thread.
 */
public interface TransportFixture extends AutoCloseable {

    /** The transport under test; after {@link #reopen()} the new one. */
    Transport near();

    /** Address of the near end: where injected packets go to and captured ones come from. */
    IpAddress nearAddress();

    /** Address of the far end, of the same IP version. */
    IpAddress farAddress();

    /**
     * Sends a packet from the far end to the near one.
     *
     * @param packet a whole IP packet, at most {@code mtu} octets
     */
    void inject(byte[] packet);

    /**
     * Takes the oldest packet that has come to the far end and was not taken yet, waiting for one.
     *
     * @param withinNs how long to wait at most, in nanoseconds of {@link #now()}; 0 looks and
     *     returns
     * @return a whole IP packet, or null when none came
     */
    byte[] capture(long withinNs);

    /**
     * Closes the transport under test, when it is still open, and opens it again with the same
     * parameters.
     */
    void reopen();

    /** True when {@link #now()} moves only by calls, so that nothing waits for another thread. */
    default boolean virtualTime() {
        return false;
    }

    /** The clock that the transport is used with, in nanoseconds. */
    default long now() {
        return System.nanoTime();
    }

    /**
     * Lets time pass: in virtual time exactly {@code ns}; in real time at most that much, and no
     * more than is needed for something to happen at the near end.
     */
    default void advance(long ns) {
        near().await(ns);
    }

    /** Closes both ends and frees what they hold. */
    @Override
    void close();
}
