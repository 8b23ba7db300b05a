package io.finwait.trace;

import io.finwait.spi.Packet;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;

/**
 * Makes ordinary segments with complete checksums from a super-packet, or from a packet whose
 * checksum the transport completes. It uses a buffer of its own, because the packet itself must be
 * sent as it is.
 */
final class SegmentCutter {

    private static final int LONGEST_PACKET = 65_535;

    private final IpView ip = new IpView();
    private ByteBuffer room = ByteBuffer.allocate(0);

    void show(Packet packet, long nowNs, PacketDirection direction, PacketTap tap) {
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        if (ip.parse(b, at, packet.length()) != Verdict.OK || !hasWholeTcpHeader(b)) {
            tap.packet(nowNs, direction, b, at, packet.length());
            return;
        }
        if (room.capacity() == 0) {
            room = ByteBuffer.allocate(LONGEST_PACKET);
        }
        int headers = ip.payloadOffset() - at + TcpHeader.headerLength(b, ip.payloadOffset());
        int textLength = ip.payloadOffset() + ip.payloadLength() - at - headers;
        int size = packet.segmentSize() > 0 ? packet.segmentSize() : Math.max(textLength, 1);
        int done = 0;
        int number = 0;
        do {
            int part = Math.min(size, textLength - done);
            room.put(0, b, at, headers);
            room.put(headers, b, at + headers + done, part);
            int length = headers + part;
            mendIp(length, number);
            mendTcp(length, done, done + part == textLength);
            tap.packet(nowNs, direction, room, 0, length);
            done += part;
            number++;
        } while (done < textLength);
    }

    private boolean hasWholeTcpHeader(ByteBuffer b) {
        if (ip.protocol() != Protocol.TCP || ip.payloadLength() < TcpHeader.LENGTH) {
            return false;
        }
        int header = TcpHeader.headerLength(b, ip.payloadOffset());
        return header >= TcpHeader.LENGTH && header <= ip.payloadLength();
    }

    private void mendIp(int length, int number) {
        if (ip.version() == 4) {
            Ipv4.totalLength(room, 0, length);
            // Segmentation offload counts the identification up from segment to segment.
            room.putShort(4, (short) (Ipv4.identification(room, 0) + number));
            Ipv4.writeChecksum(room, 0);
        } else {
            Ipv6.payloadLength(room, 0, length - Ipv6.HEADER_LENGTH);
        }
    }

    /** FIN and PSH belong to the last segment; CWR only to the first (RFC 3168 §6.1.2). */
    private void mendTcp(int length, int textBefore, boolean last) {
        int at = ip.payloadOffset() - ip.offset();
        int flags = TcpHeader.flags(room, at);
        if (!last) {
            flags &= ~(TcpHeader.FIN | TcpHeader.PSH);
        }
        if (textBefore > 0) {
            flags &= ~TcpHeader.CWR;
        }
        TcpHeader.flags(room, at, flags);
        TcpHeader.sequence(room, at, TcpHeader.sequence(room, at) + textBefore);
        TcpHeader.checksum(room, at, 0);
        int octets = length - at;
        long sum =
                Checksum.pseudoHeader(
                        ip.sourceHigh(),
                        ip.sourceLow(),
                        ip.destinationHigh(),
                        ip.destinationLow(),
                        Protocol.TCP,
                        octets);
        TcpHeader.checksum(room, at, Checksum.finish(Checksum.add(room, at, octets, sum)));
    }
}
