package io.finwait.raw;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/**
 * Finds TCP segments whose sender, on this machine, has put the sum of the pseudo header where the
 * checksum belongs and has left the rest to a card. A veth hands such frames to XDP as they are,
 * and nothing beside the frame says so.
 */
final class UnfinishedChecksum {

    private static final int TYPE = 12;
    private static final int LINK_HEADER = 14;
    private static final int TAG = 4;
    private static final int VLAN = 0x8100;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;

    private static final int TCP_HEADER = 20;
    private static final int TCP_CHECKSUM = 16;

    private UnfinishedChecksum() {}

    /** True when a frame holds such a segment. */
    static boolean isIn(ByteBuffer b, int at, int length) {
        int link = LINK_HEADER;
        if (length < link + TAG) {
            return false;
        }
        int type = b.getShort(at + TYPE) & 0xFFFF;
        if (type == VLAN) {
            type = b.getShort(at + TYPE + TAG) & 0xFFFF;
            link += TAG;
        }
        return switch (type) {
            case IPV4 -> isInIpv4(b, at + link, length - link);
            case IPV6 -> isInIpv6(b, at + link, length - link);
            default -> false;
        };
    }

    private static boolean isInIpv4(ByteBuffer b, int at, int length) {
        if (length < Ipv4.HEADER_LENGTH) {
            return false;
        }
        int header = Ipv4.headerLength(b, at);
        int octets = Ipv4.totalLength(b, at) - header;
        if (Ipv4.protocol(b, at) != Protocol.TCP
                || header < Ipv4.HEADER_LENGTH
                || octets < TCP_HEADER
                || header + octets > length
                || Ipv4.isFragment(b, at)) {
            return false;
        }
        long from = IpAddress.v4Low(Ipv4.source(b, at));
        long to = IpAddress.v4Low(Ipv4.destination(b, at));
        return isSum(b, at + header, Checksum.pseudoHeader(0, from, 0, to, Protocol.TCP, octets));
    }

    private static boolean isInIpv6(ByteBuffer b, int at, int length) {
        if (length < Ipv6.HEADER_LENGTH + TCP_HEADER) {
            return false;
        }
        int octets = Ipv6.payloadLength(b, at);
        if (Ipv6.nextHeader(b, at) != Protocol.TCP
                || octets < TCP_HEADER
                || Ipv6.HEADER_LENGTH + octets > length) {
            return false;
        }
        long sum =
                Checksum.pseudoHeader(
                        Ipv6.sourceHigh(b, at),
                        Ipv6.sourceLow(b, at),
                        Ipv6.destinationHigh(b, at),
                        Ipv6.destinationLow(b, at),
                        Protocol.TCP,
                        octets);
        return isSum(b, at + Ipv6.HEADER_LENGTH, sum);
    }

    private static boolean isSum(ByteBuffer b, int tcp, long pseudoHeader) {
        return (b.getShort(tcp + TCP_CHECKSUM) & 0xFFFF) == Checksum.fold(pseudoHeader);
    }
}
