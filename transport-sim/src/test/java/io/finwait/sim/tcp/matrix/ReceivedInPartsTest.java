package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.sim.Requirement;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/**
 * Text in segments of any length, in any order, twice and overlapping, read in parts while some of
 * it still lies in the transport's buffers, some was kept, and some waits behind gaps: what is read
 * is what was sent. All lengths are hundreds, so that a read often ends where a segment does.
 */
class ReceivedInPartsTest {

    private static final IpAddress LOCAL = IpAddress.parse("10.0.0.1");
    private static final IpAddress REMOTE = IpAddress.parse("10.0.0.2");
    private static final int OCTETS = 60_000;
    private static final int WINDOW = 5_000;
    private static final int MOST_STEPS = 100_000;

    private final HandTransport wire = new HandTransport();
    private final Endpoint endpoint =
            Finwait.open(
                    EndpointConfig.builder()
                            .address(LOCAL)
                            .seed(1)
                            .plain()
                            .receiveBufferOctets(WINDOW)
                            .build(),
                    wire);
    private long now = Bench.SECOND;
    private int iss;
    private int ours;
    private int ack;

    private void work() {
        now += Bench.MS;
        endpoint.doWork(now);
        List<ByteBuffer> sent = wire.takeSent();
        if (!sent.isEmpty()) {
            ByteBuffer last = sent.get(sent.size() - 1);
            ack = TcpHeader.acknowledgment(last, Ipv4.HEADER_LENGTH);
        }
    }

    private Connection open(int firstNumber) {
        iss = firstNumber;
        Listener listener = endpoint.listen(80, 1);
        wire.arrives(packet(0, 0, TcpHeader.SYN));
        endpoint.doWork(now);
        ByteBuffer synAck = wire.takeSent().get(0);
        ours = TcpHeader.sequence(synAck, Ipv4.HEADER_LENGTH) + 1;
        wire.arrives(packet(1, 0, TcpHeader.ACK));
        work();
        ack = iss + 1;
        return listener.accept();
    }

    /** Beginnings of the peer's numbers: the text crosses 2^31 and 2^32 as well. */
    @ParameterizedTest
    @ValueSource(ints = {1, 0x7FFF_9000, 0xFFFF_9000})
    @Requirement("F12")
    void whatIsReadIsWhatWasSent(int firstNumber) throws IOException {
        Random random = new Random(firstNumber);
        Connection connection = open(firstNumber);
        int read = 0;
        int steps = 0;
        while (read < OCTETS && steps++ < MOST_STEPS) {
            int taken = ack - iss - 1;
            for (int i = random.nextInt(4); i > 0; i--) {
                int from = Math.max(0, taken - 200 + 100 * random.nextInt(15));
                boolean next = random.nextInt(3) == 0;
                send(next ? taken : from, 100 * (1 + random.nextInt(7)));
            }
            work();
            if (random.nextInt(3) == 0) {
                work();
            }
            ByteBuffer some = ByteBuffer.allocate(100 * (1 + random.nextInt(9)));
            int count = random.nextInt(3) > 0 ? Math.max(0, connection.receive(some)) : 0;
            for (int i = 0; i < count; i++) {
                assertThat(some.get(i)).as("octet %d", read + i).isEqualTo(octet(read + i));
            }
            read += count;
        }
        assertThat(read).as("octets read in %d steps", steps).isEqualTo(OCTETS);
    }

    private static byte octet(int at) {
        return (byte) (at * 31 + at / 251);
    }

    private void send(int from, int octets) {
        int length = Math.min(octets, OCTETS - from);
        if (length > 0) {
            wire.arrives(packet(1 + from, length, TcpHeader.ACK));
        }
    }

    /** A segment whose number is so far behind the first one. */
    private ByteBuffer packet(int offset, int text, int flags) {
        int length = Ipv4.HEADER_LENGTH + TcpHeader.LENGTH + text;
        ByteBuffer b = ByteBuffer.allocate(length);
        int source = (int) REMOTE.low();
        Ipv4.write(b, 0, length, 0, 0, 64, Protocol.TCP, source, (int) LOCAL.low());
        int at = Ipv4.HEADER_LENGTH;
        TcpHeader.write(b, at, 4_711, 80, iss + offset, ours, TcpHeader.LENGTH, flags, 60_000);
        for (int i = 0; i < text; i++) {
            b.put(at + TcpHeader.LENGTH + i, octet(offset - 1 + i));
        }
        int octets = length - at;
        long pseudo = Checksum.pseudoHeader(0, REMOTE.low(), 0, LOCAL.low(), Protocol.TCP, octets);
        TcpHeader.checksum(b, at, Checksum.finish(Checksum.add(b, at, octets, pseudo)));
        return b;
    }
}
