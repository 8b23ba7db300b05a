package io.finwait.raw;

import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;

/** Resets that neither host has sent. */
final class Forged {

    private static final int TCP = Ipv4.HEADER_LENGTH;
    private static final int LENGTH = TCP + TcpHeader.LENGTH;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;

    private Forged() {}

    static int textLength(byte[] packet) {
        return packet.length - TCP - TcpHeader.headerLength(ByteBuffer.wrap(packet), TCP);
    }

    /** The RST with which a host without the connection answers a segment (RFC 9293 §3.10.7.1). */
    static byte[] answerOfNobody(byte[] packet, int timeToLive) {
        ByteBuffer p = ByteBuffer.wrap(packet);
        return reset(p, DESTINATION, SOURCE, TcpHeader.acknowledgment(p, TCP), timeToLive);
    }

    /** An RST that takes the place of a segment, as if its sender had aborted before. */
    static byte[] inFrontOf(byte[] packet, int timeToLive) {
        ByteBuffer p = ByteBuffer.wrap(packet);
        return reset(p, SOURCE, DESTINATION, TcpHeader.sequence(p, TCP), timeToLive);
    }

    private static byte[] reset(ByteBuffer p, int from, int to, int seq, int timeToLive) {
        boolean same = from == SOURCE;
        int ours = same ? TcpHeader.sourcePort(p, TCP) : TcpHeader.destinationPort(p, TCP);
        int theirs = same ? TcpHeader.destinationPort(p, TCP) : TcpHeader.sourcePort(p, TCP);
        ByteBuffer b = ByteBuffer.allocate(LENGTH);
        Ipv4.write(b, 0, LENGTH, 0, 1, timeToLive, Protocol.TCP, p.getInt(from), p.getInt(to));
        TcpHeader.write(b, TCP, ours, theirs, seq, 0, TcpHeader.LENGTH, TcpHeader.RST, 0);
        long addresses = Checksum.add(b, SOURCE, 8, 0);
        long sum =
                Checksum.add(b, TCP, TcpHeader.LENGTH, addresses + Protocol.TCP + TcpHeader.LENGTH);
        TcpHeader.checksum(b, TCP, Checksum.finish(sum));
        return b.array();
    }
}
