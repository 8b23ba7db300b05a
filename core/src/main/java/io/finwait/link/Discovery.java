package io.finwait.link;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/**
 * A neighbour solicitation or advertisement (RFC 4861 §4.3, §4.4) with its IPv6 header. As an
 * object: the fields of a received one, read in place.
 */
final class Discovery {

    static final int SOLICITATION = 135;
    static final int ADVERTISEMENT = 136;

    static final int FLAG_SOLICITED = 0x4000_0000;
    static final int FLAG_OVERRIDE = 0x2000_0000;

    /** Octets of a message with one option, without its IPv6 header. */
    static final int LENGTH = 32;

    /** Octets without an option. */
    static final int BARE = 24;

    /** Options: the source's, and the target's, Ethernet address. */
    static final int SOURCE_OPTION = 1;

    static final int TARGET_OPTION = 2;

    /** ff02::1, all nodes of the link. */
    static final long ALL_NODES_HIGH = 0xFF02L << 48;

    static final long ALL_NODES_LOW = 1;

    /** ff02::1:ff00:0, to which the last 24 bits of an address are added (RFC 4291 §2.7.1). */
    private static final long SOLICITED_LOW = 0x1_FF00_0000L;

    private static final int LAST_24_BITS = 0x00FF_FFFF;

    /** A router would have lowered it, so the message comes from this link (RFC 4861 §3.1). */
    private static final int HOPS = 255;

    private static final int FIRST_TYPE = 133;
    private static final int LAST_TYPE = 137;
    private static final int TARGET = 8;

    private int type;
    private int flags;
    private long sourceHigh;
    private long sourceLow;
    private long targetHigh;
    private long targetLow;
    private long mac;

    /** True when an IPv6 packet is a message of neighbour discovery, well-formed or not. */
    static boolean isOne(ByteBuffer b, int at, int length) {
        if (length <= Ipv6.HEADER_LENGTH || Ipv6.nextHeader(b, at) != Protocol.ICMPV6) {
            return false;
        }
        int type = b.get(at + Ipv6.HEADER_LENGTH) & 0xFF;
        return type >= FIRST_TYPE && type <= LAST_TYPE;
    }

    /** The low half of the group in which an address is asked for; the high half is ff02::. */
    static long groupLow(long low) {
        return SOLICITED_LOW | (low & LAST_24_BITS);
    }

    /** The Ethernet address of an IPv6 group (RFC 2464 §7). */
    static long groupMac(long low) {
        return 0x3333_0000_0000L | (low & 0xFFFF_FFFFL);
    }

    /**
     * Reads a message.
     *
     * @return false when it is neither solicitation nor advertisement, fails a check of RFC 4861
     *     §7.1.1 or §7.1.2, or names an IPv4-mapped address, which would be taken for IPv4 here
     */
    boolean parse(ByteBuffer b, int at, int length) {
        int octets = Ipv6.payloadLength(b, at);
        int message = at + Ipv6.HEADER_LENGTH;
        if (octets < BARE
                || Ipv6.HEADER_LENGTH + octets > length
                || Ipv6.hopLimit(b, at) != HOPS
                || b.get(message + 1) != 0) {
            return false;
        }
        sourceHigh = Ipv6.sourceHigh(b, at);
        sourceLow = Ipv6.sourceLow(b, at);
        long toHigh = Ipv6.destinationHigh(b, at);
        long toLow = Ipv6.destinationLow(b, at);
        int icmp = Protocol.ICMPV6;
        long pseudo = Checksum.pseudoHeader(sourceHigh, sourceLow, toHigh, toLow, icmp, octets);
        type = b.get(message) & 0xFF;
        flags = b.getInt(message + 4);
        targetHigh = b.getLong(message + TARGET);
        targetLow = b.getLong(message + TARGET + 8);
        if (Checksum.finish(Checksum.add(b, message, octets, pseudo)) != 0
                || IpAddress.isMulticastOrUnspecified(targetHigh, targetLow)
                || isGroup(sourceHigh)
                || IpAddress.isV4(targetHigh, targetLow)
                || IpAddress.isV4(sourceHigh, sourceLow)
                || !readOptions(b, message + BARE, octets - BARE)) {
            return false;
        }
        if (type == SOLICITATION) {
            boolean toItsGroup = toHigh == ALL_NODES_HIGH && toLow == groupLow(targetLow);
            return !isFromNobody() || (toItsGroup && mac == 0);
        }
        return type == ADVERTISEMENT && !isFromNobody() && !(isGroup(toHigh) && isSolicited());
    }

    private static boolean isGroup(long high) {
        return high >>> 56 == 0xFF;
    }

    private boolean readOptions(ByteBuffer b, int first, int length) {
        int wanted = type == SOLICITATION ? SOURCE_OPTION : TARGET_OPTION;
        mac = 0;
        int at = first;
        int end = first + length;
        while (at < end) {
            int octets = end - at < 8 ? 0 : (b.get(at + 1) & 0xFF) << 3;
            if (octets == 0 || octets > end - at) {
                return false;
            }
            if ((b.get(at) & 0xFF) == wanted) {
                mac = MacAddress.read(b, at + 2);
                if (!MacAddress.isOfOneHost(mac)) {
                    return false;
                }
            }
            at += octets;
        }
        return true;
    }

    boolean isSolicitation() {
        return type == SOLICITATION;
    }

    /** True for a solicitation of a host that looks for duplicates of its address. */
    boolean isFromNobody() {
        return sourceHigh == 0 && sourceLow == 0;
    }

    /** True for an advertisement that says it answers a solicitation. */
    boolean isSolicited() {
        return (flags & FLAG_SOLICITED) != 0;
    }

    long sourceHigh() {
        return sourceHigh;
    }

    long sourceLow() {
        return sourceLow;
    }

    long targetHigh() {
        return targetHigh;
    }

    long targetLow() {
        return targetLow;
    }

    /** The Ethernet address in the option of a solicitation or advertisement; 0: there is none. */
    long mac() {
        return mac;
    }

    /**
     * Writes a message with its IPv6 header.
     *
     * @param option the kind of option that holds {@code mac}; 0: none
     */
    static void write(
            ByteBuffer b,
            int at,
            int type,
            int flags,
            long targetHigh,
            long targetLow,
            int option,
            long mac,
            long sourceHigh,
            long sourceLow,
            long toHigh,
            long toLow) {
        int octets = option == 0 ? BARE : LENGTH;
        int message = at + Ipv6.HEADER_LENGTH;
        int icmp = Protocol.ICMPV6;
        Ipv6.write(b, at, octets, 0, 0, HOPS, icmp, sourceHigh, sourceLow, toHigh, toLow);
        b.putInt(message, type << 24);
        b.putInt(message + 4, flags);
        b.putLong(message + TARGET, targetHigh);
        b.putLong(message + TARGET + 8, targetLow);
        if (option != 0) {
            b.putShort(message + BARE, (short) (option << 8 | 1));
            MacAddress.write(b, message + BARE + 2, mac);
        }
        long pseudo = Checksum.pseudoHeader(sourceHigh, sourceLow, toHigh, toLow, icmp, octets);
        int sum = Checksum.finish(Checksum.add(b, message, octets, pseudo));
        b.putShort(message + 2, (short) sum);
    }
}
