package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * RFC 9293 §3.10.7.4 allows header prediction because its outcome is that of the steps. Two
 * endpoints that differ in nothing else get the same random segments and the same calls: they must
 * send the same octets, and be in the same state after every duty cycle.
 */
class HeaderPredictionTest {

    private static final int CONNECTIONS = 150;
    private static final int CYCLES = 60;
    private static final int PEER_PORT = 40_000;
    private static final IpAddress LOCAL = IpAddress.parse("10.0.0.1");
    private static final IpAddress PEER = IpAddress.parse("10.0.0.2");

    /** How many segments were processed as predicted: else the comparison would say nothing. */
    private int predicted;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsPredictedHasTheOutcomeOfTheSteps(long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < CONNECTIONS; i++) {
            new Run(random, seed, i).go();
        }
        assertThat(predicted).isGreaterThan(CONNECTIONS * 6);
    }

    /** One connection of both endpoints, and the peer that they share. */
    private final class Run {

        private final Random random;
        private final String name;
        private final boolean timestamps;
        private final Side with;
        private final Side without;
        private long now = 1_000_000_000L;
        private int seq;
        private int ack;
        private int sentByUs;
        private int echo;

        Run(Random random, long seed, int number) {
            this.random = random;
            name = "seed " + seed + ", connection " + number;
            timestamps = random.nextInt(4) != 0;
            EndpointConfig.Builder config =
                    EndpointConfig.builder()
                            .address(LOCAL)
                            .timestamps(timestamps)
                            .delayedAck(Duration.ofNanos(random.nextBoolean() ? 0 : 40_000_000L))
                            .nagle(random.nextBoolean())
                            .userTimeout(
                                    Duration.ofNanos(random.nextInt(3) == 0 ? 5_000_000_000L : 0))
                            .receiveBufferOctets(random.nextBoolean() ? 8_000 : 256 * 1024);
            with = new Side(config.seed(seed).build());
            without = new Side(config.seed(seed).build());
            without.endpoint.input.headerPrediction().off();
        }

        void go() throws IOException {
            open();
            for (int i = 0; i < CYCLES && with.connection.state() != State.CLOSED; i++) {
                int segments = random.nextInt(5);
                for (int j = 0; j < segments; j++) {
                    someSegment();
                }
                now += random.nextInt(10) == 0 ? 200_000_000L : random.nextInt(2_000_000);
                cycle();
                someCall();
            }
        }

        private void open() {
            with.connection = with.endpoint.connect(LOCAL, 12_345, PEER, PEER_PORT);
            without.connection = without.endpoint.connect(LOCAL, 12_345, PEER, PEER_PORT);
            cycle();
            seq = random.nextInt();
            segment(TcpHeader.SYN | TcpHeader.ACK, seq, ack, 0, 5_000);
            seq++;
            cycle();
            assertThat(with.connection.state()).as(name).isEqualTo(State.ESTABLISHED);
        }

        private void someSegment() {
            int text = random.nextBoolean() ? 0 : 1 + random.nextInt(1_400);
            int window = random.nextInt(3) == 0 ? random.nextInt(3_000) : 5_000;
            int flags = TcpHeader.ACK | (random.nextBoolean() ? TcpHeader.PSH : 0);
            int acknowledged = random.nextInt(sentByUs - ack + 1);
            switch (random.nextInt(150)) {
                case 0 -> segment(flags, seq + random.nextInt(9_000), ack, text, window);
                case 1 -> segment(flags, seq - random.nextInt(3_000), ack, text, window);
                case 2 -> segment(flags, seq, ack - random.nextInt(500), text, window);
                case 3 -> segment(flags, seq, sentByUs + 1, text, window);
                case 4 -> segment(flags | TcpHeader.URG, seq, ack, text, window);
                case 5 -> {
                    segment(flags | TcpHeader.FIN, seq, ack, text, window);
                    seq += random.nextBoolean() ? text + 1 : 0;
                }
                case 6 -> {
                    echo -= 3;
                    segment(flags, seq, ack, text, window);
                    echo += 3;
                }
                case 7 -> {
                    boolean deadly = random.nextInt(4) == 0;
                    int rst = TcpHeader.RST;
                    segment(rst, seq + (deadly ? 0 : 1 + random.nextInt(50)), 0, 0, 0);
                }
                case 8 -> segment(flags, seq, ack, text, 0);
                case 9 -> {
                    segment(flags | TcpHeader.FIN, seq + text, ack, 0, window);
                    segment(flags, seq, ack, text, window);
                    seq += text + 1;
                }
                default -> {
                    ack += text == 0 ? acknowledged : 0;
                    segment(flags, seq, ack, text, window);
                    seq += text;
                }
            }
        }

        private void someCall() throws IOException {
            int octets = random.nextInt(4_000);
            int call = random.nextInt(60);
            for (Side side : List.of(with, without)) {
                if (call < 20 && side.connection.sendRoom() > 0) {
                    side.connection.send(ByteBuffer.allocate(octets));
                } else if (call < 50 && side.connection.unread() > 0) {
                    side.connection.receive(ByteBuffer.allocate(octets));
                } else if (call == 50) {
                    side.connection.shutdownOutput();
                } else if (call == 51) {
                    side.connection.close();
                }
            }
        }

        private void cycle() {
            predicted += with.cycle(now);
            without.cycle(now);
            assertThat(with.sent).as(name).isEqualTo(without.sent);
            assertThat(with.digest()).as(name).isEqualTo(without.digest());
            assertThat(with.endpoint.nextDeadlineNs())
                    .as(name)
                    .isEqualTo(without.endpoint.nextDeadlineNs());
            if (with.numbersSeen) {
                ack = with.connection.state() == State.SYN_SENT ? with.firstSeq + 1 : ack;
                sentByUs = with.highest;
                echo = with.timestamp;
            }
            with.sent.clear();
            without.sent.clear();
        }

        private void segment(int flags, int seqNumber, int ackNumber, int text, int window) {
            int header = TcpHeader.LENGTH + (timestamps ? 12 : 0);
            int length = Ipv4.HEADER_LENGTH + header + text;
            ByteBuffer b = ByteBuffer.allocate(length);
            int peer = (int) PEER.low();
            int local = (int) LOCAL.low();
            Ipv4.write(b, 0, length, 0, 0, 64, Protocol.TCP, peer, local);
            int tcp = Ipv4.HEADER_LENGTH;
            TcpHeader.write(b, tcp, PEER_PORT, 12_345, seqNumber, ackNumber, header, flags, window);
            if (timestamps) {
                int value = (int) (now / 1_000_000) + (flags == TcpHeader.ACK ? echo % 2 : 0);
                TcpOptions.writeTimestamps(b, tcp + TcpHeader.LENGTH, value, echo);
            }
            for (int i = 0; i < text; i++) {
                b.put(tcp + header + i, (byte) (seqNumber + i));
            }
            long sum =
                    Checksum.pseudoHeader(
                            0,
                            Integer.toUnsignedLong(peer),
                            0,
                            Integer.toUnsignedLong(local),
                            Protocol.TCP,
                            length - tcp);
            int checksum = Checksum.finish(Checksum.add(b, tcp, length - tcp, sum));
            TcpHeader.checksum(b, tcp, checksum);
            with.incoming.add(new Packet(b, 0, length));
            without.incoming.add(new Packet(b, 0, length));
        }
    }

    /** An endpoint whose packets are handed over and collected by hand. */
    private static final class Side implements Transport {

        private final TcpEndpoint endpoint;
        private final List<Packet> incoming = new ArrayList<>();
        private final List<String> sent = new ArrayList<>();
        private Connection connection;
        private boolean numbersSeen;
        private int firstSeq;
        private int highest;
        private int timestamp;

        Side(EndpointConfig config) {
            endpoint = new TcpEndpoint(config, this);
        }

        /** Returns how many segments were as predicted. */
        int cycle(long now) {
            long before = endpoint.input.headerPrediction().taken();
            endpoint.doWork(now);
            return (int) (endpoint.input.headerPrediction().taken() - before);
        }

        List<Long> digest() {
            List<Long> words = new ArrayList<>();
            StateDigest.of(endpoint, 0, 0, words::add);
            words.add(connection == null ? -1 : connection.unread());
            words.add((long) endpoint.counters().nonZero().hashCode());
            return words;
        }

        @Override
        public Capabilities capabilities() {
            return Capabilities.plain(1500);
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            int count = incoming.size();
            incoming.forEach(into::add);
            incoming.clear();
            return count;
        }

        @Override
        public Packet claim(int length) {
            return new Packet(ByteBuffer.allocate(length), 0, length);
        }

        @Override
        public void commit(Packet packet, long nowNs) {
            byte[] octets = packet.buffer().array();
            sent.add(HexFormat.of().formatHex(octets, 0, packet.length()));
            ByteBuffer b = packet.buffer();
            int tcp = Ipv4.HEADER_LENGTH;
            int first = TcpHeader.sequence(b, tcp);
            int header = TcpHeader.headerLength(b, tcp);
            int flags = TcpHeader.flags(b, tcp) & (TcpHeader.SYN | TcpHeader.FIN);
            int end = first + packet.length() - tcp - header + Integer.bitCount(flags);
            if (!numbersSeen) {
                firstSeq = first;
                highest = end;
                numbersSeen = true;
            }
            highest = end - highest > 0 ? end : highest;
            if (header > 28 && b.getInt(tcp + TcpHeader.LENGTH) == 0x0101080A) {
                timestamp = b.getInt(tcp + TcpHeader.LENGTH + 4);
            }
        }

        @Override
        public void abandon(Packet packet) {}

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void await(long timeoutNs) {}

        @Override
        public void wakeup() {}

        @Override
        public void close() {}
    }
}
