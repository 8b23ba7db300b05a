package io.finwait.sim;

/**
 * Is told of every packet of a {@link SimNetwork}: that it was sent, what happened to it on the
 * way, and its end, which is either {@link #delivered} or {@link #dropped}. A ladder diagram or a
 * capture is drawn from it. Called on the network's driver thread; must not send packets.
 */
public interface SimObserver {

    /** A host has sent a packet; its octets are as the host wrote them. */
    default void sent(long nowNs, SimPacket packet) {}

    /** The packet has arrived at its receiver. */
    default void delivered(long nowNs, SimPacket packet) {}

    /**
     * The packet will never arrive; told when that is decided, which may be before it would arrive.
     */
    default void dropped(long nowNs, SimPacket packet, DropReason why) {}

    /** The network has made a copy, which has a fate of its own. */
    default void duplicated(long nowNs, SimPacket original, SimPacket copy) {}

    /**
     * One octet was changed.
     *
     * @param index of the octet, counted from the packet's first
     */
    default void corrupted(long nowNs, SimPacket packet, int index) {}

    /**
     * A rule holds the packet back.
     *
     * @param untilNs when it arrives; {@link Long#MAX_VALUE}: when {@link Rule#release()} is called
     */
    default void held(long nowNs, SimPacket packet, long untilNs) {}
}
