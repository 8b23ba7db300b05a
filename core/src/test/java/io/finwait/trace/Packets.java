package io.finwait.trace;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;

/** TCP packets between 10.0.0.1:40000 (or fd00::1) and 10.0.0.2:80 (or fd00::2) for tests. */
public final class Packets {

    static final int CLIENT_PORT = 40_000;
    static final int SERVER_PORT = 80;

    private static final IpAddress CLIENT_V4 = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER_V4 = IpAddress.parse("10.0.0.2");
    private static final IpAddress CLIENT_V6 = IpAddress.parse("fd00::1");
    private static final IpAddress SERVER_V6 = IpAddress.parse("fd00::2");

    private Packets() {}

    public static ByteBuffer fromClient(int flags, int seq, int ack, int textLength) {
        return tcp(4, true, flags, seq, ack, textLength);
    }

    public static ByteBuffer fromServer(int flags, int seq, int ack, int textLength) {
        return tcp(4, false, flags, seq, ack, textLength);
    }

    /** A whole packet with good checksums; its octets of text count up from 0. */
    public static ByteBuffer tcp(
            int version, boolean fromClient, int flags, int seq, int ack, int textLength) {
        int ip = version == 4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int octets = TcpHeader.LENGTH + textLength;
        ByteBuffer b = ByteBuffer.allocate(ip + octets);
        IpAddress client = version == 4 ? CLIENT_V4 : CLIENT_V6;
        IpAddress server = version == 4 ? SERVER_V4 : SERVER_V6;
        IpAddress from = fromClient ? client : server;
        IpAddress to = fromClient ? server : client;
        if (version == 4) {
            Ipv4.write(
                    b, 0, b.capacity(), 0, 7, 64, Protocol.TCP, (int) from.low(), (int) to.low());
        } else {
            Ipv6.write(
                    b,
                    0,
                    octets,
                    0,
                    0,
                    64,
                    Protocol.TCP,
                    from.high(),
                    from.low(),
                    to.high(),
                    to.low());
        }
        TcpHeader.write(
                b,
                ip,
                fromClient ? CLIENT_PORT : SERVER_PORT,
                fromClient ? SERVER_PORT : CLIENT_PORT,
                seq,
                ack,
                TcpHeader.LENGTH,
                flags,
                65_535);
        for (int i = 0; i < textLength; i++) {
            b.put(ip + TcpHeader.LENGTH + i, (byte) i);
        }
        long pseudo =
                Checksum.pseudoHeader(
                        from.high(), from.low(), to.high(), to.low(), Protocol.TCP, octets);
        TcpHeader.checksum(b, ip, Checksum.finish(Checksum.add(b, ip, octets, pseudo)));
        return b;
    }
}
