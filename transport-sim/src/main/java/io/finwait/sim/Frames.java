package io.finwait.sim;

import java.nio.ByteBuffer;

/**
 * Matchers for Ethernet frames, in a network that carries them ({@link SimNetwork#ethernet()}). The
 * matchers of {@link Segments} look into frames as well.
 */
public final class Frames {

    /** Octets in front of the payload: two addresses and the type. */
    static final int HEADER = 14;

    private static final int TAG = 4;
    private static final int TYPE = 12;
    private static final int ARP = 0x0806;
    private static final int VLAN = 0x8100;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int IPV6_HEADER = 40;
    private static final int IPV6_NEXT_HEADER = 6;
    private static final int ICMPV6 = 58;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int REDIRECT = 137;
    private static final long GROUP = 1L << 40;

    private Frames() {}

    /** Frames of the address resolution protocol (RFC 826), whether tagged or not. */
    public static PacketMatcher arp() {
        return passing -> type(passing.packet()) == ARP;
    }

    /** Frames of IPv6 neighbour discovery (RFC 4861): ICMPv6 types 133 to 137. */
    public static PacketMatcher neighbourDiscovery() {
        return passing -> {
            SimPacket frame = passing.packet();
            int ip = ipAt(frame);
            if (type(frame) != IPV6 || frame.length() - ip <= IPV6_HEADER) {
                return false;
            }
            int at = frame.offset() + ip;
            int message = frame.buffer().get(at + IPV6_HEADER) & 0xFF;
            return frame.buffer().get(at + IPV6_NEXT_HEADER) == ICMPV6
                    && message >= ROUTER_SOLICITATION
                    && message <= REDIRECT;
        };
    }

    /** Where the payload begins, behind a VLAN tag if there is one; 0 outside of Ethernet. */
    static int payloadAt(SimPacket frame) {
        if (!frame.isFrame || frame.length() < HEADER) {
            return 0;
        }
        boolean tagged = rawType(frame, TYPE) == VLAN && frame.length() >= HEADER + TAG;
        return tagged ? HEADER + TAG : HEADER;
    }

    /** Where the IP header begins in a packet or a frame. */
    static int ipAt(SimPacket packet) {
        int type = type(packet);
        return type == IPV4 || type == IPV6 ? payloadAt(packet) : 0;
    }

    private static int type(SimPacket frame) {
        int payload = payloadAt(frame);
        return payload == 0 ? 0 : rawType(frame, payload - 2);
    }

    private static int rawType(SimPacket frame, int at) {
        return frame.buffer().getShort(frame.offset() + at) & 0xFFFF;
    }

    static long destination(SimPacket frame) {
        return address(frame.buffer(), frame.offset());
    }

    static long source(SimPacket frame) {
        return address(frame.buffer(), frame.offset() + 6);
    }

    /** True for an address of several hosts, or of all. */
    static boolean isGroup(long address) {
        return (address & GROUP) != 0;
    }

    private static long address(ByteBuffer b, int at) {
        return (b.getShort(at) & 0xFFFFL) << 32 | (b.getInt(at + 2) & 0xFFFF_FFFFL);
    }
}
