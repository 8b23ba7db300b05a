package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.FlowShare;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;

/** What comes in at the wrong queue comes to its owner all the same. */
class SharedQueueTest {

    private static final int US = 0x0A00_0001;
    private static final int PEER = 0x0A00_0002;
    private static final FlowShare SHARE =
            EndpointConfig.at("10.0.0.1").share(0, 2, 20).build().share();

    private final List<Scripted> devices = List.of(new Scripted(), new Scripted());
    private final PacketBatch batch = new PacketBatch(64);
    private List<SharedQueue> queues = SharedQueue.join(devices, SHARE);

    private int receive(int queue) {
        batch.clear();
        return queues.get(queue).receive(batch, 0);
    }

    /** An IPv4 packet with the ports of a segment. */
    private static ByteBuffer segment(int from, int to, int sourcePort, int destinationPort) {
        ByteBuffer b = ByteBuffer.allocate(40);
        Ipv4.write(b, 0, 40, 0, 0, 64, Protocol.TCP, from, to);
        b.putShort(20, (short) sourcePort).putShort(22, (short) destinationPort);
        return b;
    }

    private static int owner(int peersPort, int ourPort) {
        IpAddress peer = IpAddress.v4(PEER);
        return SHARE.ownerOf(ourPort, peer.high(), peer.low(), peersPort);
    }

    @Test
    void eachSegmentComesToItsOwnerWhereverItComesIn() {
        int[] seen = new int[2];
        for (int port = 1; port <= 200; port++) {
            int owner = owner(port, 80);
            devices.get(port / 2 % 2).waiting.add(segment(PEER, US, port, 80));
            receive(port / 2 % 2);
            int direct = batch.size();
            assertThat(direct).isEqualTo(port / 2 % 2 == owner ? 1 : 0);
            assertThat(receive(owner) + direct).isEqualTo(1);
            assertThat(receive(1 - owner)).isZero();
            seen[owner]++;
        }
        assertThat(seen[0]).isBetween(60, 140);
        assertThat(queues.get(0).handedOver() + queues.get(1).handedOver()).isBetween(60L, 140L);
    }

    @Test
    void anEphemeralPortHasOneOwner() {
        assertThat(owner(80, 50_000)).isEqualTo(0);
        assertThat(owner(81, 50_001)).isEqualTo(1);
        devices.get(0).waiting.add(segment(PEER, US, 80, 50_001));
        assertThat(receive(0)).isZero();
        assertThat(receive(1)).isEqualTo(1);
        assertThat(batch.get(0).buffer().getShort(batch.get(0).offset() + 20))
                .isEqualTo((short) 80);
    }

    @Test
    void anIcmpErrorComesToTheConnectionThatItQuotes() {
        ByteBuffer b = ByteBuffer.allocate(68);
        Ipv4.write(b, 0, 68, 0, 0, 64, Protocol.ICMP, PEER, US);
        b.put(20, (byte) 3).put(21, (byte) 1);
        b.put(28, segment(US, PEER, 50_001, 80), 0, 40);
        b.putShort(22, (short) Checksum.finish(Checksum.add(b, 20, 48, 0)));
        devices.get(0).waiting.add(b);
        assertThat(receive(0)).isZero();
        assertThat(receive(1)).isEqualTo(1);
    }

    @Test
    void whatBelongsToNoConnectionGoesToTheFirst() {
        ByteBuffer ping = ByteBuffer.allocate(28);
        Ipv4.write(ping, 0, 28, 0, 0, 64, Protocol.ICMP, PEER, US);
        ping.put(20, (byte) 8);
        ByteBuffer nonsense = ByteBuffer.allocate(1);
        devices.get(1).waiting.addAll(List.of(ping, nonsense));
        assertThat(receive(1)).isZero();
        assertThat(receive(0)).isEqualTo(2);
    }

    @Test
    void answersOfNeighboursGoToAllAndQuestionsToTheFirst() {
        devices.forEach(each -> each.medium = Medium.ETHERNET);
        queues = SharedQueue.join(devices, SHARE);
        devices.get(1).waiting.add(arp(2));
        assertThat(receive(1)).isEqualTo(1);
        assertThat(receive(0)).isEqualTo(1);
        devices.get(1).waiting.add(arp(1));
        assertThat(receive(1)).isZero();
        assertThat(receive(0)).isEqualTo(1);
    }

    private static ByteBuffer arp(int operation) {
        ByteBuffer b = ByteBuffer.allocate(42);
        return b.putShort(12, (short) 0x0806).putShort(20, (short) operation);
    }

    @Test
    void framesGoByTheSegmentInThemTaggedOrNot() {
        devices.forEach(each -> each.medium = Medium.ETHERNET);
        queues = SharedQueue.join(devices, SHARE);
        ByteBuffer segment = segment(PEER, US, 80, 50_001);
        ByteBuffer plain = ByteBuffer.allocate(54).putShort(12, (short) 0x0800);
        plain.put(14, segment, 0, 40);
        ByteBuffer tagged = ByteBuffer.allocate(58).putShort(12, (short) 0x8100);
        tagged.putShort(14, (short) 7).putShort(16, (short) 0x0800).put(18, segment, 0, 40);
        devices.get(0).waiting.addAll(List.of(plain, tagged));
        assertThat(receive(0)).isZero();
        assertThat(receive(1)).isEqualTo(2);
        assertThat(batch.get(1).length()).isEqualTo(58);
    }

    @Test
    void whatFindsNoRoomInTheBatchComesWithTheNext() {
        for (int i = 0; i < 10; i++) {
            devices.get(0).waiting.add(segment(PEER, US, 80 + i, 50_000));
            devices.get(1).waiting.add(segment(PEER, US, 90 + i, 50_000));
        }
        assertThat(receive(1)).isZero();
        List<Integer> ports = new ArrayList<>();
        for (int round = 0; round < 7; round++) {
            PacketBatch small = new PacketBatch(3);
            queues.get(0).receive(small, 0);
            for (int i = 0; i < small.size(); i++) {
                ports.add((int) small.get(i).buffer().getShort(small.get(i).offset() + 20));
            }
        }
        assertThat(ports).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void aFullLaneIsCountedAndNeitherSideKeepsTheOtherOut() {
        ByteBuffer large = ByteBuffer.allocate(60_000);
        large.put(0, segment(PEER, US, 80, 50_001), 0, 40);
        Ipv4.write(large, 0, 60_000, 0, 0, 64, Protocol.TCP, PEER, US);
        for (int i = 0; i < 40; i++) {
            devices.get(0).waiting.add(large);
        }
        assertThat(receive(0)).isZero();
        assertThat(queues.get(0).handedOver()).isEqualTo(17);
        assertThat(queues.get(0).dropped()).isEqualTo(23);
        for (int i = 0; i < 100; i++) {
            devices.get(1).waiting.add(segment(PEER, US, i, 50_001));
        }
        PacketBatch small = new PacketBatch(4);
        queues.get(1).receive(small, 0);
        for (int i = 0; i < 4; i++) {
            assertThat(small.get(i).length()).as("packet %d", i).isEqualTo(i < 2 ? 60_000 : 40);
        }
        PacketBatch odd = new PacketBatch(3);
        queues.get(1).receive(odd, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(odd.get(i).length()).as("packet %d", i).isEqualTo(i < 2 ? 60_000 : 40);
        }
    }

    /** More than a lane holds passes through it, as long as it is taken. */
    @Test
    void whatWasTakenMakesRoomInItsLane() {
        ByteBuffer large = ByteBuffer.allocate(60_000);
        large.put(0, segment(PEER, US, 80, 50_001), 0, 40);
        Ipv4.write(large, 0, 60_000, 0, 0, 64, Protocol.TCP, PEER, US);
        for (int i = 0; i < 3 * Lane.OCTETS / 60_000; i++) {
            devices.get(0).waiting.add(large);
            assertThat(receive(0)).isZero();
            assertThat(receive(1)).isEqualTo(1);
        }
        assertThat(queues.get(0).dropped()).isZero();
        assertThat(queues.get(1).toString()).endsWith(", queue 1 of 2");
    }

    @Test
    void whoWaitsIsWokenAndWhoHasSomethingDoesNotWait() {
        devices.get(1).onAwait =
                () -> {
                    devices.get(0).waiting.add(segment(PEER, US, 80, 50_001));
                    receive(0);
                };
        queues.get(1).await(1_000);
        assertThat(devices.get(1).wakeups).isEqualTo(1);
        assertThat(devices.get(1).timeoutNs).isEqualTo(1_000);
        devices.get(1).onAwait = () -> {};
        queues.get(1).await(1_000);
        assertThat(devices.get(1).timeoutNs).isZero();
        assertThat(receive(1)).isEqualTo(1);
        // It does not wait now, and costs nobody a system call.
        devices.get(0).waiting.add(segment(PEER, US, 80, 50_001));
        receive(0);
        assertThat(devices.get(1).wakeups).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void thereIsAQueueForEachEndpoint(int count) {
        FlowShare other = EndpointConfig.at("10.0.0.1").share(0, count, 1).build().share();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SharedQueue.join(devices, other))
                .withMessageContaining("2 queues for " + count + " endpoints");
    }

    @Test
    void nothingThatComesInThrows() {
        long seed = 21;
        Random random = new Random(seed);
        for (Medium medium : Medium.values()) {
            devices.forEach(each -> each.medium = medium);
            queues = SharedQueue.join(devices, SHARE);
            int got = 0;
            for (int i = 0; i < 20_000; i++) {
                byte[] octets = new byte[1 + random.nextInt(90)];
                random.nextBytes(octets);
                ByteBuffer b = ByteBuffer.wrap(octets);
                int at = medium == Medium.ETHERNET ? 14 : 0;
                if (octets.length > at + 20 && random.nextBoolean()) {
                    if (at > 0) {
                        b.putShort(12, (short) 0x0800);
                    }
                    int protocol = random.nextBoolean() ? Protocol.TCP : Protocol.ICMP;
                    Ipv4.write(b, at, octets.length - at, 0, 0, 64, protocol, PEER, US);
                }
                devices.get(i % 2).waiting.add(b);
                got += receive(0) + receive(1) + receive(0);
            }
            assertThat(got).as("seed %d", seed).isGreaterThanOrEqualTo(20_000);
        }
    }

    /** A queue into which the test puts packets. */
    private static final class Scripted implements Transport {

        private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
        private Medium medium = Medium.IP;
        private Runnable onAwait = () -> {};
        private long timeoutNs;
        private int wakeups;

        @Override
        public Capabilities capabilities() {
            return Capabilities.plain(1_500).withMedium(medium);
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            int count = 0;
            while (!waiting.isEmpty() && into.room() > 0) {
                ByteBuffer next = waiting.remove();
                into.add(new Packet(next, 0, next.capacity()));
                count++;
            }
            return count;
        }

        @Override
        public Packet claim(int length) {
            return null;
        }

        @Override
        public void commit(Packet packet, long nowNs) {}

        @Override
        public void abandon(Packet packet) {}

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void await(long newTimeoutNs) {
            timeoutNs = newTimeoutNs;
            onAwait.run();
        }

        @Override
        public void wakeup() {
            wakeups++;
        }

        @Override
        public void close() {}
    }
}
