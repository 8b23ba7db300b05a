package io.finwait.sim.tcp.matrix;

import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;

/** ICMP errors of a router about a segment that the endpoint has sent (RFC 792, RFC 4443). */
final class Icmp {

    private static final int HEADER = 8;
    private static final int QUOTED_TCP = 20;

    private Icmp() {}

    /**
     * Injects {@code port-unreachable una}: a kind and the quoted number; or {@code too-big una mss
     * 1300}, with the MTU of which so much is left for text.
     */
    static void inject(Bench bench, String text, Numbers numbers) {
        String[] words = text.split(" ", -1);
        int headers = TcpHeader.LENGTH + ipHeader(bench);
        int mtu = words.length > 3 ? Integer.parseInt(words[3]) + headers : 0;
        bench.wire.arrives(packet(bench, words[0], numbers.number(words[1]), mtu));
        bench.work();
    }

    private static int ipHeader(Bench bench) {
        return bench.local.isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
    }

    private static int typeAndCode(String kind, boolean v4) {
        return switch (kind) {
            case "net-unreachable" -> v4 ? 0x0300 : 0x0100;
            case "host-unreachable" -> v4 ? 0x0301 : 0x0103;
            case "protocol-unreachable" -> v4 ? 0x0302 : 0x0401;
            case "port-unreachable" -> v4 ? 0x0303 : 0x0104;
            case "too-big" -> v4 ? 0x0304 : 0x0200;
            case "prohibited" -> v4 ? 0x030D : 0x0101;
            case "source-quench" -> v4 ? 0x0400 : 0x6400;
            case "time-exceeded" -> v4 ? 0x0B00 : 0x0300;
            case "parameter-problem" -> v4 ? 0x0C00 : 0x0400;
            default -> throw new IllegalArgumentException("'" + kind + "' is no ICMP error");
        };
    }

    private static ByteBuffer packet(Bench bench, String kind, int quotedSeq, int mtu) {
        boolean v4 = bench.local.isV4();
        int ip = ipHeader(bench);
        int length = HEADER + ip + QUOTED_TCP;
        ByteBuffer b = ByteBuffer.allocate(ip + length);
        bench.writeIpHeader(b, v4 ? Protocol.ICMP : Protocol.ICMPV6, length);
        b.putShort(ip, (short) typeAndCode(kind, v4));
        b.putInt(ip + 4, mtu);
        quote(bench, b, ip + HEADER, quotedSeq);
        long pseudo =
                v4
                        ? 0
                        : Checksum.pseudoHeader(
                                bench.peer.high(),
                                bench.peer.low(),
                                bench.local.high(),
                                bench.local.low(),
                                Protocol.ICMPV6,
                                length);
        b.putShort(ip + 2, (short) Checksum.finish(Checksum.add(b, ip, length, pseudo)));
        return b;
    }

    private static void quote(Bench bench, ByteBuffer b, int at, int seq) {
        int tcpAt;
        if (bench.local.isV4()) {
            tcpAt = at + Ipv4.HEADER_LENGTH;
            Ipv4.write(
                    b,
                    at,
                    1500,
                    0,
                    0,
                    63,
                    Protocol.TCP,
                    (int) bench.local.low(),
                    (int) bench.peer.low());
        } else {
            tcpAt = at + Ipv6.HEADER_LENGTH;
            Ipv6.write(
                    b,
                    at,
                    1460,
                    0,
                    0,
                    63,
                    Protocol.TCP,
                    bench.local.high(),
                    bench.local.low(),
                    bench.peer.high(),
                    bench.peer.low());
        }
        TcpHeader.write(
                b,
                tcpAt,
                Bench.LOCAL_PORT,
                Bench.PEER_PORT,
                seq,
                0,
                TcpHeader.LENGTH,
                TcpHeader.ACK,
                1000);
    }
}
