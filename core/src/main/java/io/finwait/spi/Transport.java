package io.finwait.spi;

/**
 * Carries IP packets between an endpoint and its peers.
 *
 * <p>A transport may lose, duplicate, delay and reorder packets but never alters them. All methods
 * except {@link #wakeup()} are called on one thread, the endpoint's. The rules below are numbered;
 * the published transport contract tests each ({@code io.finwait.sim.contract.TransportContract}).
 *
 * <ol>
 *   <li><b>R1</b> What one side commits, the other receives octet for octet, if it arrives at all.
 *   <li><b>R2</b> Packets of every length from the smallest IP header to {@link Capabilities#mtu()}
 *   are carried.
 *   <li><b>R3</b> {@link #receive} never blocks, and returns the number of packets it added.
 *   <li><b>R4</b> The octets of a received packet stay valid until the next {@code receive}; they
 *   are the transport's, the receiver may read and must not keep them.
 *   <li><b>R5</b> {@code receive} adds at most {@link PacketBatch#room()} packets and loses none
 *   that did not fit: they come with the next call.
 *   <li><b>R6</b> {@link #claim} gives room for at least the length asked for, with at least {@link
 *       Capabilities#headroom()} octets before it, or null when there is no room; null changes
 *       nothing.
 *   <li><b>R7</b> A claimed packet is given back exactly once: by {@link #commit} or by {@link
 *       #abandon}. An abandoned packet is never seen by anybody, and its room can be claimed again.
 *   <li><b>R8</b> After {@code null} from {@code claim}, {@link #await} returns when room is back.
 *   <li><b>R9</b> {@link #await} returns at once when something can be received, when woken, or
 *   when the timeout has passed; a wake-up before the call is not lost. It may return early for no
 *   reason.
 *   <li><b>R10</b> {@link #wakeup} may be called from any thread, at any time, also after close.
 *   <li><b>R11</b> {@link #close} is idempotent; afterwards {@code receive} returns 0, {@code
 *   claim} returns null and {@code await} returns at once; what was claimed before may still be
 *   given back.
 *   <li><b>R12</b> {@link #nextDeadlineNs()} is the time of the transport's own next work (a
 *   delayed packet, a reconnection), or {@link Long#MAX_VALUE}; the work is done inside {@code
 *   receive}.
 *   <li><b>R13</b> A transport that declares not to allocate ({@link Capabilities#allocates()})
 *   allocates nothing per packet in the steady state.
 *   <li><b>R14</b> A claim longer than {@link Capabilities#largestPacket()} is a mistake of the
 *   caller: {@link IllegalArgumentException}.
 * </ol>
 *
 * <p>Times are nanoseconds of any monotonic clock, compared by subtraction. The same clock is used
 * for all calls on one transport.
 */
public interface Transport extends AutoCloseable {

    /** The capabilities of this transport; they never change. */
    Capabilities capabilities();

    /**
     * Adds the packets that have arrived to {@code into}, at most {@link PacketBatch#room()} of
     * them.
     *
     * @param into gets the packets, after those that it holds already
     * @param nowNs the time, in nanoseconds
     * @return how many packets were added; 0 when nothing has arrived
     */
    int receive(PacketBatch into, long nowNs);

    /**
     * Claims room for one packet to be sent.
     *
     * @param length octets of the IP packet, 1 to {@link Capabilities#largestPacket()}
     * @return a packet whose buffer has room for {@code length} octets from its offset, and whose
     *     length is {@code length}; or null when there is no room now
     */
    Packet claim(int length);

    /**
     * Sends a claimed packet, whose length may have been reduced but not increased.
     *
     * @param packet from {@link #claim}; the transport's again from now on
     * @param nowNs the time, in nanoseconds
     */
    void commit(Packet packet, long nowNs);

    /**
     * Gives a claimed packet back unsent.
     *
     * @param packet from {@link #claim}; the transport's again from now on
     */
    void abandon(Packet packet);

    /**
     * The time of the transport's own next work, in nanoseconds; {@link Long#MAX_VALUE} when there
     * is none.
     */
    long nextDeadlineNs();

    /**
     * Waits until something can be received, room is back after a refused claim, {@link #wakeup} is
     * called or the timeout passes.
     *
     * @param timeoutNs how long at most, in nanoseconds; 0 or less looks and returns
     */
    void await(long timeoutNs);

    /** Ends a present or the next {@link #await}; from any thread. */
    void wakeup();

    /**
     * Two transports with the {@link #capabilities()} of this one that are connected only to each
     * other, for {@link io.finwait.tcp.Endpoint#warmUp}. This transport is not used.
     *
     * <p>By default they are the two ends of a link in memory. A transport should return two of its
     * own class if every packet passes its code: the JIT compiler specializes code for the classes
     * that it has met, and would have to compile again for the first real packet.
     *
     * @return the two transports, new ones at each call; the caller closes them
     */
    default Transport[] rehearsalPair() {
        return DirectLink.pair(capabilities());
    }

    /** Closes the transport and frees its resources; a second call does nothing. */
    @Override
    void close();
}
