package io.finwait.spi;

import java.util.Objects;

/**
 * What a transport can do.
 *
 * @param mtu the largest IP packet that travels as one, in octets, 576 to 65,535; of a carrier of
 *     frames the largest frame, of which Ethernet's header takes 14 octets, or 18 with a VLAN tag
 * @param headroom octets that lower layers need in front of each packet (Ethernet 14,
 *     virtio_net_hdr 12)
 * @param largestPacket the largest packet that may be claimed or received, in octets: the MTU, or
 *     more where super-packets are carried ({@link Packet#segmentSize()}), or frames with a VLAN
 *     tag
 * @param checksumOffload true: the transport completes TCP checksums of packets that say so, and
 *     may deliver packets whose checksum is already known to be good
 * @param segmentationOffload true: a TCP packet longer than the MTU is cut by the transport or
 *     whatever lies below it
 * @param lossless true: every committed packet arrives
 * @param ordered true: packets arrive in the order in which they were committed
 * @param allocates true: the transport may allocate objects per packet
 * @param medium what a packet is here: an IP packet or an Ethernet frame
 */
public record Capabilities(
        int mtu,
        int headroom,
        int largestPacket,
        boolean checksumOffload,
        boolean segmentationOffload,
        boolean lossless,
        boolean ordered,
        boolean allocates,
        Medium medium) {

    /**
     * The smallest MTU that a transport may declare: every IPv4 host must accept such packets (RFC
     * 791 §3.2).
     */
    public static final int SMALLEST_MTU = 576;

    /** The largest MTU that a transport may declare: the longest IPv4 packet (RFC 791 §3.1). */
    public static final int LARGEST_MTU = 65_535;

    /** The largest frame that a carrier of frames may declare: the longest IPv4 packet in it. */
    public static final int LARGEST_FRAME = LARGEST_MTU + 18;

    public Capabilities {
        Objects.requireNonNull(medium, "medium");
        int largest = medium == Medium.IP ? LARGEST_MTU : LARGEST_FRAME;
        if (mtu < SMALLEST_MTU || mtu > largest) {
            throw new IllegalArgumentException(
                    "mtu " + mtu + " is out of range; choose 576 to " + largest + " octets");
        }
        if (largestPacket < mtu) {
            throw new IllegalArgumentException(
                    "largestPacket " + largestPacket + " is smaller than the mtu " + mtu);
        }
        if (headroom < 0) {
            throw new IllegalArgumentException("headroom " + headroom + " is negative");
        }
    }

    /** The capabilities of a transport that carries IP packets. */
    public Capabilities(
            int mtu,
            int headroom,
            int largestPacket,
            boolean checksumOffload,
            boolean segmentationOffload,
            boolean lossless,
            boolean ordered,
            boolean allocates) {
        this(
                mtu,
                headroom,
                largestPacket,
                checksumOffload,
                segmentationOffload,
                lossless,
                ordered,
                allocates,
                Medium.IP);
    }

    /** The same with another medium: what counted packets counts frames, or the other way. */
    public Capabilities withMedium(Medium other) {
        return new Capabilities(
                mtu,
                headroom,
                largestPacket,
                checksumOffload,
                segmentationOffload,
                lossless,
                ordered,
                allocates,
                other);
    }

    /**
     * Checks the length that is asked of {@link Transport#claim}.
     *
     * @throws IllegalArgumentException when it is not 1 to {@code largestPacket}; the message says
     *     so
     */
    public void requireClaimable(int length) {
        if (length < 1 || length > largestPacket) {
            throw new IllegalArgumentException(
                    "a packet of %d octets can't be claimed; claim 1 to %d"
                            .formatted(length, largestPacket));
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
