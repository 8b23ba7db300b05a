package io.finwait.spi;

/**
 * What a transport can do.
 *
 * @param mtu the largest IP packet that travels as one, in octets, 576 to 65,535
 * @param headroom octets that lower layers need in front of each packet (Ethernet 14,
 *     virtio_net_hdr 12)
 * @param largestPacket the largest packet that may be claimed or received, in octets: the MTU, or
 *     more where super-packets are carried ({@link Packet#segmentSize()})
 * @param checksumOffload true: the transport completes TCP checksums of packets that say so, and
 *     may deliver packets whose checksum is already known to be good
 * @param segmentationOffload true: a TCP packet longer than the MTU is cut by the transport or
 *     whatever lies below it
 * @param lossless true: every committed packet arrives
 * @param ordered true: packets arrive in the order in which they were committed
 * @param allocates true: the transport may allocate objects per packet
 */
public record Capabilities(
        int mtu,
        int headroom,
        int largestPacket,
        boolean checksumOffload,
        boolean segmentationOffload,
        boolean lossless,
        boolean ordered,
        boolean allocates) {

    /**
     * The smallest MTU that a transport may declare: every IPv4 host must accept such packets (RFC
     * 791 §3.2).
     */
    public static final int SMALLEST_MTU = 576;

    /** The largest MTU that a transport may declare: the longest IPv4 packet (RFC 791 §3.1). */
    public static final int LARGEST_MTU = 65_535;

    public Capabilities {
        if (mtu < SMALLEST_MTU || mtu > LARGEST_MTU) {
            throw new IllegalArgumentException(
                    "mtu " + mtu + " is out of range; choose 576 to 65535 octets");
        }
        if (largestPacket < mtu) {
            throw new IllegalArgumentException(
                    "largestPacket " + largestPacket + " is smaller than the mtu " + mtu);
        }
        if (headroom < 0) {
            throw new IllegalArgumentException("headroom " + headroom + " is negative");
        }
    }

    /**
     * The capabilities of a transport for packets of at most {@code mtu} octets that promises
     * nothing else: it may lose and reorder, cuts no super-packets, completes no checksums and may
     * allocate.
     */
    public static Capabilities plain(int mtu) {
        return new Capabilities(mtu, 0, mtu, false, false, false, false, true);
    }
}
