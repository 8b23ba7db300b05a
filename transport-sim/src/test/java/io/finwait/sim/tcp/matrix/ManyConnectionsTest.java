package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.sim.Requirement;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * So many connections that an endpoint looks ahead at all packets of a batch before it processes
 * them. In the batches stand packets with IPv4 options, with extension headers, and some that are
 * none: each segment finds its connection, whatever stands beside it.
 */
class ManyConnectionsTest {

    private static final int CONNECTIONS = 4_400;
    private static final int PORT = 80;
    private static final IpAddress LOCAL_4 = IpAddress.parse("10.0.0.1");
    private static final IpAddress REMOTE_4 = IpAddress.parse("10.0.0.2");
    private static final IpAddress LOCAL_6 = IpAddress.parse("fd00::1");
    private static final IpAddress REMOTE_6 = IpAddress.parse("fd00::2");
    private static final int ISS = 1_000;

    private final HandTransport wire = new HandTransport();
    private final Endpoint endpoint =
            Finwait.open(
                    EndpointConfig.builder()
                            .address(LOCAL_4)
                            .address(LOCAL_6)
                            .seed(1)
                            .plain()
                            .receiveBufferOctets(2_000)
                            .build(),
                    wire);
    private final Map<Integer, Integer> rcvNxt = new HashMap<>();
    private final Map<Integer, Connection> connections = new HashMap<>();
    private final Random random = new Random(8200);
    private long now = Bench.SECOND;

    private void work() {
        now += Bench.MS;
        for (int i = 0; i < 1 + CONNECTIONS / 8; i++) {
            if (endpoint.doWork(now) == 0) {
                return;
            }
        }
    }

    /** Port of the peer, 1025 and up; even ones speak IPv4. */
    private static boolean isV4(int port) {
        return port % 2 == 0;
    }

    private void open() {
        Listener listener = endpoint.listen(PORT, CONNECTIONS);
        for (int port = 1025; port < 1025 + CONNECTIONS; port++) {
            wire.arrives(packet(port, ISS, 0, TcpHeader.SYN, 0, Wrap.NONE));
        }
        work();
        Segment segment = new Segment();
        for (ByteBuffer sent : wire.takeSent()) {
            IpView ip = new IpView();
            assertThat(ip.parse(sent, 0, sent.limit())).isEqualTo(Verdict.OK);
            assertThat(segment.parse(ip, false)).isEqualTo(Verdict.OK);
            rcvNxt.put(segment.destinationPort(), segment.seq() + 1);
        }
        rcvNxt.forEach(
                (port, ack) ->
                        wire.arrives(packet(port, ISS + 1, ack, TcpHeader.ACK, 0, Wrap.NONE)));
        work();
        for (Connection each = listener.accept(); each != null; each = listener.accept()) {
            connections.put(each.remotePort(), each);
        }
        assertThat(connections).hasSize(CONNECTIONS);
    }

    /** What is put around a segment. */
    private enum Wrap {
        NONE,
        OPTIONS,
        MOST_OPTIONS,
        FRAGMENT
    }

    @Test
    @Requirement({"L01", "L05", "L06"})
    void eachSegmentFindsItsConnectionWhateverItIsWrappedIn() throws IOException {
        open();
        int[] told = new int[1025 + CONNECTIONS];
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 2_000; i++) {
                int port = 1025 + random.nextInt(CONNECTIONS);
                Wrap wrap = Wrap.values()[random.nextInt(Wrap.values().length)];
                int seq = ISS + 1 + told[port];
                wire.arrives(packet(port, seq, rcvNxt.get(port), TcpHeader.ACK, 10, wrap));
                told[port] += wrap == Wrap.FRAGMENT ? 0 : 10;
            }
            work();
        }
        ByteBuffer text = ByteBuffer.allocate(2_000);
        for (int port = 1025; port < 1025 + CONNECTIONS; port++) {
            text.clear();
            connections.get(port).receive(text);
            assertThat(text.position()).as("octets of port %d", port).isEqualTo(told[port]);
            for (int i = 0; i < text.position(); i++) {
                assertThat(text.get(i)).isEqualTo((byte) port);
            }
        }
        assertThat(endpoint.counters().get(Counter.RESETS_OUT)).isZero();
    }

    /** Neither the SYN,ACKs nor the ACKs and resets of an endpoint may be fragmented on the way. */
    @Test
    @Requirement("L07")
    void nothingThatIsSentMayBeFragmented() throws IOException {
        open();
        int seen = 0;
        for (int port = 1026; port < 1226; port += 2) {
            Connection each = connections.get(port);
            each.send(ByteBuffer.allocate(1_000));
            if (port % 4 == 0) {
                each.abort();
            }
            wire.arrives(packet(port + 20_000, 7, 9, TcpHeader.ACK, 0, Wrap.NONE));
        }
        work();
        for (ByteBuffer sent : wire.takeSent()) {
            if (sent.get(0) == 0x45) {
                seen++;
                assertThat(Ipv4.dontFragment(sent, 0)).isTrue();
                assertThat(Ipv4.isFragment(sent, 0)).isFalse();
            }
        }
        assertThat(seen).isGreaterThanOrEqualTo(200);
    }

    private static ByteBuffer packet(int port, int seq, int ack, int flags, int text, Wrap wrap) {
        boolean v4 = isV4(port);
        int fixed = v4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int more =
                switch (wrap) {
                    case NONE -> 0;
                    case OPTIONS, FRAGMENT -> v4 ? 4 : 8;
                    case MOST_OPTIONS -> v4 ? 40 : 2_048;
                };
        int tcp = fixed + more;
        int length = tcp + TcpHeader.LENGTH + text;
        ByteBuffer b = ByteBuffer.allocate(length);
        IpAddress from = v4 ? REMOTE_4 : REMOTE_6;
        IpAddress to = v4 ? LOCAL_4 : LOCAL_6;
        TcpHeader.write(b, tcp, port, PORT, seq, ack, TcpHeader.LENGTH, flags, 60_000);
        for (int i = 0; i < text; i++) {
            b.put(tcp + TcpHeader.LENGTH + i, (byte) port);
        }
        long sum =
                Checksum.pseudoHeader(
                        from.high(), from.low(), to.high(), to.low(), Protocol.TCP, length - tcp);
        TcpHeader.checksum(b, tcp, Checksum.finish(Checksum.add(b, tcp, length - tcp, sum)));
        if (v4) {
            writeIpv4(b, from, to, more, wrap);
        } else {
            writeIpv6(b, from, to, more, wrap);
        }
        return b;
    }

    /** Options that look like the ports of another connection, and like none. */
    private static void writeIpv4(ByteBuffer b, IpAddress from, IpAddress to, int more, Wrap wrap) {
        int source = (int) from.low();
        int destination = (int) to.low();
        Ipv4.write(b, 0, b.limit(), 0, 0, 64, Protocol.TCP, source, destination);
        b.put(0, (byte) (0x45 + more / 4));
        for (int i = 0; i < more; i += 4) {
            b.putInt(Ipv4.HEADER_LENGTH + i, i == 0 ? 0x94040000 : 0x01010101);
        }
        if (wrap == Wrap.FRAGMENT) {
            b.putShort(6, (short) 0x2000);
        }
        Ipv4.writeChecksum(b, 0);
    }

    private static void writeIpv6(ByteBuffer b, IpAddress from, IpAddress to, int more, Wrap wrap) {
        int next = wrap == Wrap.FRAGMENT ? 44 : more == 0 ? Protocol.TCP : 60;
        Ipv6.write(
                b,
                0,
                b.limit() - Ipv6.HEADER_LENGTH,
                0,
                0,
                64,
                next,
                /* sourceHigh= */ from.high(),
                /* sourceLow= */ from.low(),
                /* destinationHigh= */ to.high(),
                /* destinationLow= */ to.low());
        if (more > 0) {
            b.put(Ipv6.HEADER_LENGTH, (byte) Protocol.TCP);
            b.put(Ipv6.HEADER_LENGTH + 1, (byte) (wrap == Wrap.FRAGMENT ? 0 : more / 8 - 1));
            b.putShort(Ipv6.HEADER_LENGTH + 2, (short) (wrap == Wrap.FRAGMENT ? 1 : 0));
        }
    }
}
