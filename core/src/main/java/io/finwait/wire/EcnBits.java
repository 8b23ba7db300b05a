package io.finwait.wire;

import java.nio.ByteBuffer;

/**
 * The two bits of explicit congestion notification in an IP header (RFC 3168 §5): the lowest ones
 * of IPv4's type of service and of IPv6's traffic class.
 */
public final class EcnBits {

    /** The two bits of the octet. */
    public static final int MASK = 3;

    /** Not-ECT: a router that has to tell of congestion drops the packet. */
    public static final int NOT_CAPABLE = 0;

    /** ECT(1), which RFC 8311 keeps for experiments. */
    public static final int CAPABLE_1 = 1;

    /** ECT(0): a router may mark the packet instead of dropping it. */
    public static final int CAPABLE = 2;

    /** CE: a router on the way has too much to carry. */
    public static final int CONGESTION_EXPERIENCED = 3;

    private EcnBits() {}

    /** The two bits of an IP packet of either version, 0 to 3. */
    public static int of(ByteBuffer b, int at) {
        return isV4(b, at) ? Ipv4.typeOfService(b, at) & MASK : Ipv6.trafficClass(b, at) & MASK;
    }

    /**
     * Marks a packet as a router does, if its sender allows it. The checksum of IPv4 fits again
     * (RFC 1624); TCP's does not cover these bits.
     *
     * @param length octets that are there; too few for an IP header of its version are left alone
     * @return true when the packet is marked now, or was marked before
     */
    public static boolean mark(ByteBuffer b, int at, int length) {
        if (length < Ipv4.HEADER_LENGTH) {
            return false;
        }
        boolean v4 = isV4(b, at);
        if (!v4 && ((b.get(at) & 0xF0) != 0x60 || length < Ipv6.HEADER_LENGTH)) {
            return false;
        }
        int before = of(b, at);
        if (before == NOT_CAPABLE) {
            return false;
        }
        if (v4) {
            int tos = Ipv4.typeOfService(b, at);
            Ipv4.typeOfService(b, at, tos | CONGESTION_EXPERIENCED);
        } else {
            int first = b.getInt(at);
            b.putInt(at, first | CONGESTION_EXPERIENCED << 20);
        }
        return true;
    }

    private static boolean isV4(ByteBuffer b, int at) {
        return (b.get(at) & 0xF0) == 0x40;
    }
}
