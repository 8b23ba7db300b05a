package io.finwait.wire;

import java.nio.ByteBuffer;

/**
 * The IP layer of one packet, read in place; reused from packet to packet. Addresses are held as in
 * {@link IpAddress}, IPv4 ones IPv4-mapped.
 */
public final class IpView {

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT_HEADER = 44;
    private static final int DESTINATION_OPTIONS = 60;

    /** Where a routing header says how many nodes are still to be visited (RFC 8200 §4.4). */
    private static final int SEGMENTS_LEFT = 3;

    /** Offset and "more fragments": without both it is the whole packet (RFC 8200 §4.5). */
    private static final int PART_OF_A_LARGER = 0xFFF9;

    private static final int PAD1 = 0;
    private static final int DISCARD_UNKNOWN = 0x40;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int version;
    private int offset;
    private int payloadOffset;
    private int payloadLength;
    private int protocol;
    private int timeToLive;
    private int typeOfService;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    /**
     * Reads the IP header. On anything but {@link Verdict#OK} the fields mean nothing.
     *
     * @param b big-endian
     * @param at index of the first octet
     * @param length octets that are there; more than the header says are ignored as padding
     */
    public Verdict parse(ByteBuffer b, int at, int length) {
        buffer = b;
        offset = at;
        if (length < 1) {
            return Verdict.TRUNCATED;
        }
        return switch (b.get(at) >>> 4 & 0xF) {
            case 4 -> parseV4(b, at, length);
            case 6 -> parseV6(b, at, length);
            default -> Verdict.BAD_VERSION;
        };
    }

    private Verdict parseV4(ByteBuffer b, int at, int length) {
        if (length < Ipv4.HEADER_LENGTH) {
            return Verdict.TRUNCATED;
        }
        // The fixed header in three reads, since every read of a buffer checks its bounds.
        long first = b.getLong(at);
        long second = b.getLong(at + 8);
        int last = b.getInt(at + 16);
        int header = (int) (first >>> 54) & 0x3C;
        int total = (int) (first >>> 32) & 0xFFFF;
        if (header < Ipv4.HEADER_LENGTH || header > total) {
            return Verdict.BAD_HEADER_LENGTH;
        }
        if (total > length) {
            return Verdict.TRUNCATED;
        }
        int options = header - Ipv4.HEADER_LENGTH;
        long sum = Checksum.half(first) + Checksum.half(second) + (last & 0xFFFF_FFFFL);
        if (options > 0) {
            sum = Checksum.add(b, at + Ipv4.HEADER_LENGTH, options, sum);
        }
        if (Checksum.finish(sum) != 0) {
            return Verdict.BAD_IP_CHECKSUM;
        }
        if ((first & 0x3FFF) != 0) {
            return Verdict.FRAGMENT;
        }
        version = 4;
        payloadOffset = at + header;
        payloadLength = total - header;
        protocol = (int) (second >>> 48) & 0xFF;
        timeToLive = (int) (second >>> 56);
        typeOfService = (int) (first >>> 48) & 0xFF;
        sourceHigh = 0;
        sourceLow = IpAddress.v4Low((int) second);
        destinationHigh = 0;
        destinationLow = IpAddress.v4Low(last);
        return Verdict.OK;
    }

    private Verdict parseV6(ByteBuffer b, int at, int length) {
        if (length < Ipv6.HEADER_LENGTH) {
            return Verdict.TRUNCATED;
        }
        int payload = Ipv6.payloadLength(b, at);
        if (Ipv6.HEADER_LENGTH + payload > length) {
            return Verdict.TRUNCATED;
        }
        version = 6;
        payloadOffset = at + Ipv6.HEADER_LENGTH;
        payloadLength = payload;
        protocol = Ipv6.nextHeader(b, at);
        timeToLive = Ipv6.hopLimit(b, at);
        typeOfService = Ipv6.trafficClass(b, at);
        sourceHigh = Ipv6.sourceHigh(b, at);
        sourceLow = Ipv6.sourceLow(b, at);
        destinationHigh = Ipv6.destinationHigh(b, at);
        destinationLow = Ipv6.destinationLow(b, at);
        if (IpAddress.isV4(sourceHigh, sourceLow)
                || IpAddress.isV4(destinationHigh, destinationLow)) {
            // IPv4-mapped addresses never stand on the wire (RFC 4942 §2.2); they would be taken
            // for IPv4 connections here.
            return Verdict.BAD_VERSION;
        }
        return skipExtensions(b);
    }

    /** Steps over extension headers (RFC 8200 §4), as far as they leave the packet as it is. */
    private Verdict skipExtensions(ByteBuffer b) {
        boolean first = true;
        while (true) {
            int octets;
            switch (protocol) {
                case HOP_BY_HOP, DESTINATION_OPTIONS, ROUTING -> {
                    if (payloadLength < 8) {
                        return Verdict.TRUNCATED;
                    }
                    octets = ((b.get(payloadOffset + 1) & 0xFF) + 1) << 3;
                    if (octets > payloadLength) {
                        return Verdict.BAD_HEADER_LENGTH;
                    }
                    if (!isUnderstood(b, octets, first)) {
                        return Verdict.UNKNOWN_EXTENSION;
                    }
                }
                case FRAGMENT_HEADER -> {
                    octets = 8;
                    if (payloadLength < octets) {
                        return Verdict.TRUNCATED;
                    }
                    if ((b.getShort(payloadOffset + 2) & PART_OF_A_LARGER) != 0) {
                        return Verdict.FRAGMENT;
                    }
                }
                default -> {
                    return Verdict.OK;
                }
            }
            protocol = b.get(payloadOffset) & 0xFF;
            payloadOffset += octets;
            payloadLength -= octets;
            first = false;
        }
    }

    /** False when RFC 8200 wants the packet discarded. */
    private boolean isUnderstood(ByteBuffer b, int octets, boolean first) {
        if (protocol == ROUTING) {
            return b.get(payloadOffset + SEGMENTS_LEFT) == 0;
        }
        return (first || protocol != HOP_BY_HOP) && mayBeSkipped(b, payloadOffset + 2, octets - 2);
    }

    /**
     * The first two bits of an option that nobody knows say whether the rest still counts (§4.2).
     */
    private static boolean mayBeSkipped(ByteBuffer b, int at, int length) {
        int end = at + length;
        int next = at;
        while (next < end) {
            int type = b.get(next) & 0xFF;
            if (type >= DISCARD_UNKNOWN || (type != PAD1 && next + 1 == end)) {
                return false;
            }
            next += type == PAD1 ? 1 : 2 + (b.get(next + 1) & 0xFF);
        }
        return next == end;
    }

    /** The buffer that was parsed. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** 4 or 6. */
    public int version() {
        return version;
    }

    /** Index of the first octet of the IP header. */
    public int offset() {
        return offset;
    }

    /** Index of the first octet behind the IP headers. */
    public int payloadOffset() {
        return payloadOffset;
    }

    /** Octets behind the IP headers. */
    public int payloadLength() {
        return payloadLength;
    }

    /** What the packet carries, see {@link Protocol}. */
    public int protocol() {
        return protocol;
    }

    /** TTL or hop limit. */
    public int timeToLive() {
        return timeToLive;
    }

    /** DSCP and ECN. */
    public int typeOfService() {
        return typeOfService;
    }

    /** First long of the source address. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** Second long of the source address. */
    public long sourceLow() {
        return sourceLow;
    }

    /** First long of the destination address. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** Second long of the destination address. */
    public long destinationLow() {
        return destinationLow;
    }

    /** The sum of the pseudo header for what the packet carries. */
    public long pseudoHeaderSum() {
        return Checksum.pseudoHeader(
                sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, payloadLength);
    }
}
