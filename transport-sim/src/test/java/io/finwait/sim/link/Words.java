package io.finwait.sim.link;

import io.finwait.wire.IpAddress;

import java.nio.ByteBuffer;

/** Builds and reads frames octet by octet, without the code that is tested. */
final class Words {

    static final long ALL = 0xFFFF_FFFF_FFFFL;

    private Words() {}

    static void mac(ByteBuffer b, long mac) {
        b.putShort((short) (mac >>> 32)).putInt((int) mac);
    }

    private static void ip(ByteBuffer b, IpAddress ip) {
        if (ip.isV4()) {
            b.putInt((int) ip.low());
        } else {
            b.putLong(ip.high()).putLong(ip.low());
        }
    }

    /** An ARP message in a frame. */
    static byte[] arp(
            long to, int operation, long sender, String senderIp, long target, String targetIp) {
        ByteBuffer b = ByteBuffer.allocate(60);
        mac(b, to);
        mac(b, sender);
        b.putShort((short) 0x0806).putShort((short) 1).putShort((short) 0x0800);
        b.put((byte) 6).put((byte) 4).putShort((short) operation);
        mac(b, sender);
        ip(b, IpAddress.parse(senderIp));
        mac(b, target);
        ip(b, IpAddress.parse(targetIp));
        return b.array();
    }

    static byte[] request(long sender, String senderIp, String targetIp) {
        return arp(ALL, 1, sender, senderIp, 0, targetIp);
    }

    static byte[] reply(long sender, String senderIp, String targetIp) {
        return arp(Lan.OURS, 2, sender, senderIp, Lan.OURS, targetIp);
    }

    /**
     * A message of neighbour discovery in a frame.
     *
     * @param option 0: none
     */
    static byte[] discovery(
            long to,
            long from,
            int type,
            int flags,
            String source,
            String destination,
            String target,
            int option,
            long mac) {
        ByteBuffer b = ByteBuffer.allocate(14 + 40 + (option == 0 ? 24 : 32));
        mac(b, to);
        mac(b, from);
        b.putShort((short) 0x86DD);
        int octets = b.capacity() - 54;
        b.putInt(0x6000_0000).putShort((short) octets).put((byte) 58).put((byte) 255);
        ip(b, IpAddress.parse(source));
        ip(b, IpAddress.parse(destination));
        b.putInt(type << 24).putInt(flags);
        ip(b, IpAddress.parse(target));
        if (option != 0) {
            b.put((byte) option).put((byte) 1);
            mac(b, mac);
        }
        checksum(b.array());
        return b.array();
    }

    /** Puts the right checksum into an ICMPv6 message behind an Ethernet and an IPv6 header. */
    static void checksum(byte[] frame) {
        ByteBuffer b = ByteBuffer.wrap(frame);
        b.putShort(56, (short) 0);
        int octets = b.getShort(18) & 0xFFFF;
        long sum = 58L + octets;
        for (int at = 22; at < 54 + octets; at += 2) {
            sum += b.getShort(at) & 0xFFFF;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        b.putShort(56, (short) ~sum);
    }

    static byte[] solicitation(long from, String source, String target) {
        return discovery(
                0x3333_FF00_0000L | (IpAddress.parse(target).low() & 0xFF_FFFF),
                from,
                135,
                0,
                source,
                "ff02::1:ff" + "%02x:%04x".formatted(0, IpAddress.parse(target).low() & 0xFFFF),
                target,
                source.equals("::") ? 0 : 1,
                from);
    }

    static byte[] advertisement(long from, String target, String to) {
        return discovery(Lan.OURS, from, 136, 0x6000_0000, target, to, target, 2, from);
    }

    /** A TCP segment in an IP packet; its checksum is nobody's business here. */
    static byte[] segment(IpAddress from, IpAddress to) {
        ByteBuffer b = ByteBuffer.allocate(from.isV4() ? 40 : 60);
        if (from.isV4()) {
            b.putInt(0x4500_0028).putInt(0x4000).putInt(0x4006_0000);
            ip(b, from);
            ip(b, to);
        } else {
            b.putInt(0x6000_0000).putInt(20 << 16 | 0x0640);
            ip(b, from);
            ip(b, to);
        }
        b.putShort((short) 40_000).putShort((short) 80).putInt(99);
        return b.array();
    }

    /** An IP packet in a frame. */
    static byte[] frame(long to, long from, byte[] packet) {
        ByteBuffer b = ByteBuffer.allocate(14 + packet.length);
        mac(b, to);
        mac(b, from);
        b.putShort((short) (packet[0] >>> 4 == 4 ? 0x0800 : 0x86DD)).put(packet);
        return b.array();
    }

    /** A frame in words. */
    static String of(byte[] frame) {
        ByteBuffer b = ByteBuffer.wrap(frame);
        String to = host(mac(b, 0));
        int type = b.getShort(12) & 0xFFFF;
        String vlan = "";
        int at = 14;
        if (type == 0x8100) {
            vlan = " in VLAN " + (b.getShort(14) & 0xFFF);
            type = b.getShort(16) & 0xFFFF;
            at = 18;
        }
        return switch (type) {
                    case 0x0806 -> arp(b, at);
                    case 0x0800 -> "packet for " + v4(b, at + 16);
                    case 0x86DD -> v6(b, at);
                    default -> "frame of type " + type;
                }
                + ", to "
                + to
                + vlan;
    }

    private static String arp(ByteBuffer b, int at) {
        String sender = v4(b, at + 14);
        String target = v4(b, at + 24);
        return b.getShort(at + 6) == 1
                ? "who has " + target + ", tell " + sender
                : sender + " is at " + host(mac(b, at + 8)) + ", told " + target;
    }

    private static String v6(ByteBuffer b, int at) {
        int type = b.get(at + 40) & 0xFF;
        if (b.get(at + 6) != 58 || type < 135) {
            return "packet for " + v6Address(b, at + 24);
        }
        String target = v6Address(b, at + 48);
        String between = ", " + v6Address(b, at + 8) + " > " + v6Address(b, at + 24);
        int option = b.capacity() > at + 64 ? b.get(at + 64) : 0;
        String mac = option == 0 ? "" : ", option " + option + " " + host(mac(b, at + 66));
        return type == 135
                ? "solicits " + target + between + mac
                : "advertises " + target + " " + flags(b.get(at + 44)) + between + mac;
    }

    private static String flags(int octet) {
        return ((octet & 0x40) != 0 ? "S" : "") + ((octet & 0x20) != 0 ? "O" : "");
    }

    private static String v4(ByteBuffer b, int at) {
        return IpAddress.v4(b.getInt(at)).toString();
    }

    private static String v6Address(ByteBuffer b, int at) {
        return IpAddress.format(b.getLong(at), b.getLong(at + 8));
    }

    private static long mac(ByteBuffer b, int at) {
        return (b.getShort(at) & 0xFFFFL) << 32 | (b.getInt(at + 2) & 0xFFFF_FFFFL);
    }

    private static String host(long mac) {
        if (mac == ALL) {
            return "all";
        }
        return mac == Lan.OURS
                ? "us"
                : mac == Lan.PEERS ? "peer" : mac == Lan.FORGERS ? "forger" : hex(mac);
    }

    private static String hex(long mac) {
        return "%012x".formatted(mac);
    }
}
