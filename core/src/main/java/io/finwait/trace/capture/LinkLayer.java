package io.finwait.trace.capture;

import java.nio.ByteBuffer;

/**
 * Finds the IP packet inside a captured frame. The numbers are the link types of pcap and pcapng
 * (https://www.tcpdump.org/linktypes.html).
 */
public final class LinkLayer {

    /** No IP packet is in the frame, or the link type is not known. */
    public static final int NONE = -1;

    static final int NULL = 0;
    static final int ETHERNET = 1;
    static final int PPP = 9;
    static final int RAW_OF_BSD = 12;
    static final int RAW_OF_OPENBSD = 14;
    static final int RAW = 101;
    static final int LOOP = 108;
    static final int LINUX_COOKED = 113;
    static final int IPV4 = 228;
    static final int IPV6 = 229;
    static final int LINUX_COOKED_2 = 276;

    private static final int ETHERNET_HEADER = 14;
    private static final int VLAN_TAG = 4;
    private static final int MPLS_LABEL = 4;
    private static final int PPPOE_HEADER = 6;
    private static final int LOOPBACK_HEADER = 4;
    private static final int COOKED_HEADER = 16;
    private static final int COOKED_2_HEADER = 20;

    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_IPV6 = 0x86DD;
    private static final int TYPE_MPLS = 0x8847;
    private static final int TYPE_MPLS_MULTICAST = 0x8848;
    private static final int TYPE_PPPOE = 0x8864;
    private static final int TYPE_SERVICE_VLAN = 0x88A8;
    private static final int TYPE_OLD_SERVICE_VLAN = 0x9100;

    private static final int PPP_IPV4 = 0x0021;
    private static final int PPP_IPV6 = 0x0057;
    private static final int MPLS_BOTTOM = 0x100;

    private LinkLayer() {}

    /** Whether frames of a link type can be read at all. */
    public static boolean isKnown(int linkType) {
        return switch (linkType) {
            case NULL,
                    ETHERNET,
                    PPP,
                    RAW_OF_BSD,
                    RAW_OF_OPENBSD,
                    RAW,
                    LOOP,
                    LINUX_COOKED,
                    IPV4,
                    IPV6,
                    LINUX_COOKED_2 ->
                    true;
            default -> false;
        };
    }

    /**
     * Index of the first octet of the IP packet in the packet's buffer.
     *
     * @return {@link #NONE} when there is none
     */
    public static int ipOffset(CapturedPacket packet) {
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        int end = at + packet.length();
        return switch (packet.linkType()) {
            case ETHERNET ->
                    end - at < ETHERNET_HEADER
                            ? NONE
                            : behindTypes(b, at + ETHERNET_HEADER, end, type(b, at + 12));
            case RAW_OF_BSD, RAW_OF_OPENBSD, RAW, IPV4, IPV6 -> startsIp(b, at, end);
            // The family's number differs between systems; the version of IP tells enough.
            case NULL, LOOP -> startsIp(b, at + LOOPBACK_HEADER, end);
            case LINUX_COOKED ->
                    end - at < COOKED_HEADER
                            ? NONE
                            : behindTypes(b, at + COOKED_HEADER, end, type(b, at + 14));
            case LINUX_COOKED_2 ->
                    end - at < COOKED_2_HEADER
                            ? NONE
                            : behindTypes(b, at + COOKED_2_HEADER, end, type(b, at));
            case PPP -> ppp(b, at, end);
            default -> NONE;
        };
    }

    private static int type(ByteBuffer b, int at) {
        return b.getShort(at) & 0xFFFF;
    }

    /** Passes over tags and labels, each of which says what comes behind it. */
    private static int behindTypes(ByteBuffer b, int begin, int end, int firstType) {
        int at = begin;
        int type = firstType;
        while (true) {
            switch (type) {
                case TYPE_VLAN, TYPE_SERVICE_VLAN, TYPE_OLD_SERVICE_VLAN -> {
                    if (end - at < VLAN_TAG) {
                        return NONE;
                    }
                    type = type(b, at + 2);
                    at += VLAN_TAG;
                }
                case TYPE_IPV4, TYPE_IPV6 -> {
                    return startsIp(b, at, end);
                }
                case TYPE_MPLS, TYPE_MPLS_MULTICAST -> {
                    return behindLabels(b, at, end);
                }
                case TYPE_PPPOE -> {
                    return ppp(b, at + PPPOE_HEADER, end);
                }
                default -> {
                    return NONE;
                }
            }
        }
    }

    private static int behindLabels(ByteBuffer b, int begin, int end) {
        int at = begin;
        while (end - at >= MPLS_LABEL) {
            boolean bottom = (b.getInt(at) & MPLS_BOTTOM) != 0;
            at += MPLS_LABEL;
            if (bottom) {
                return startsIp(b, at, end);
            }
        }
        return NONE;
    }

    private static int ppp(ByteBuffer b, int begin, int end) {
        int at = begin;
        if (end - at >= 2 && type(b, at) == 0xFF03) {
            at += 2;
        }
        if (end - at < 2) {
            return NONE;
        }
        int protocol = type(b, at);
        return protocol == PPP_IPV4 || protocol == PPP_IPV6 ? startsIp(b, at + 2, end) : NONE;
    }

    private static int startsIp(ByteBuffer b, int at, int end) {
        if (at >= end) {
            return NONE;
        }
        int version = b.get(at) >>> 4 & 0xF;
        return version == 4 || version == 6 ? at : NONE;
    }
}
