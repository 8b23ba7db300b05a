package io.finwait.trace;

import java.nio.ByteBuffer;

/**
 * Is told of every IP packet that passes a {@link TapTransport}. Called on the endpoint's thread,
 * so it should be quick.
 */
@FunctionalInterface
public interface PacketTap {

    /**
     * One packet passes: an ordinary one with whole checksums, also where the transport carries
     * super-packets or completes checksums by itself.
     *
     * @param nowNs the time of the endpoint's duty cycle, in nanoseconds
     * @param direction sent or received by the endpoint
     * @param buffer big-endian; the transport's: valid during the call, read by absolute index,
     *     never written
     * @param offset index of the first octet of the IP header
     * @param length octets of the packet
     */
    void packet(long nowNs, PacketDirection direction, ByteBuffer buffer, int offset, int length);

    /** The endpoint has nothing to do and is about to wait: a good moment to write things out. */
    default void idle() {}

    /**
     * True when the tap may allocate per packet, so that the transport under it can't promise not
     * to ({@link io.finwait.spi.Capabilities#allocates()}).
     */
    default boolean allocates() {
        return true;
    }

    /** A tap that tells two others, the first one first. */
    static PacketTap both(PacketTap first, PacketTap second) {
        return new PacketTap() {
            @Override
            public void packet(
                    long nowNs,
                    PacketDirection direction,
                    ByteBuffer buffer,
                    int offset,
                    int length) {
                first.packet(nowNs, direction, buffer, offset, length);
                second.packet(nowNs, direction, buffer, offset, length);
            }

            @Override
            public void idle() {
                first.idle();
                second.idle();
            }

            @Override
            public boolean allocates() {
                return first.allocates() || second.allocates();
            }
        };
    }
}
