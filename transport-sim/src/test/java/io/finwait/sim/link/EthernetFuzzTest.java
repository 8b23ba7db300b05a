package io.finwait.sim.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetCounters.Counter;
import io.finwait.link.EthernetTransport;
import io.finwait.sim.Requirement;
import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Frames that nobody should send, and packets that nobody should: nothing throws, the table stays
 * within its bounds, every place of the carrier comes back, and the host still works afterwards.
 * {@code -Dfinwait.fuzz.frames=1000000} for a long run.
 */
class EthernetFuzzTest {

    private static final int FRAMES = Integer.getInteger("finwait.fuzz.frames", 20_000);
    private static final int NEIGHBOURS = 64;
    private static final Capabilities PLAIN = Capabilities.plain(1_514).withMedium(Medium.ETHERNET);

    private final DirectLink[] link = DirectLink.pair(PLAIN);
    private final PacketBatch heard = new PacketBatch(256);
    private final PacketBatch batch = new PacketBatch(64);
    private EthernetTransport us;
    private long nowNs;

    private final List<byte[]> models =
            List.of(
                    Words.request(Lan.PEERS, "10.0.0.2", "10.0.0.1"),
                    Words.request(Lan.PEERS, "0.0.0.0", "10.0.0.1"),
                    Words.reply(Lan.PEERS, "10.0.0.2", "10.0.0.1"),
                    Words.reply(Lan.FORGERS, "10.0.0.1", "10.0.0.1"),
                    Words.solicitation(Lan.PEERS, "fd00::2", "fd00::1"),
                    Words.solicitation(Lan.PEERS, "::", "fd00::1"),
                    Words.advertisement(Lan.PEERS, "fd00::2", "fd00::1"),
                    Words.frame(Lan.OURS, Lan.PEERS, segment("10.0.0.2", "10.0.0.1")),
                    Words.frame(Lan.OURS, Lan.PEERS, segment("fd00::2", "fd00::1")));

    private static byte[] segment(String from, String to) {
        return Words.segment(IpAddress.parse(from), IpAddress.parse(to));
    }

    private void open(int vlan, long seed) {
        us =
                new EthernetTransport(
                        link[0],
                        EthernetConfig.at("10.0.0.1/16", "fd00::1/64")
                                .gateway("10.0.0.254")
                                .gateway("fe80::1")
                                .mac("02:00:00:00:00:01")
                                .vlan(vlan)
                                .neighbours(NEIGHBOURS)
                                .random(RandomSource.seeded(seed)));
    }

    @Test
    @Requirement("P37")
    void noFrameDoesHarm() {
        run(0, 20_261_128);
    }

    @Test
    @Requirement("P37")
    void noFrameDoesHarmInAVlan() {
        run(5, 20_261_129);
    }

    private void run(int vlan, long seed) {
        open(vlan, seed);
        Random random = new Random(seed);
        for (int i = 0; i < FRAMES; i++) {
            nowNs += random.nextInt(200_000_000);
            byte[] frame = spoilt(models.get(random.nextInt(models.size())).clone(), random);
            arrives(vlan == 0 || random.nextInt(4) == 0 ? frame : tagged(frame, vlan));
            if (random.nextInt(3) == 0) {
                leaves(random);
            }
            work();
            assertThat(us.neighbours()).as("seed %d, frame %d", seed, i).hasSizeLessThan(65);
        }
        stillWorks(vlan);
    }

    private static byte[] spoilt(byte[] frame, Random random) {
        byte[] spoilt = frame;
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            // Mostly in the headers, where it hurts.
            int at = random.nextInt(random.nextInt(4) == 0 ? spoilt.length : 60) % spoilt.length;
            spoilt[at] = (byte) (random.nextBoolean() ? random.nextInt() : spoilt[at] ^ 1);
        }
        if (random.nextInt(8) == 0) {
            spoilt = Arrays.copyOf(spoilt, random.nextInt(120) + 1);
        }
        if (random.nextBoolean() && spoilt.length >= 78 && spoilt[12] == (byte) 0x86) {
            int octets = Math.min(spoilt.length - 54, 32) & ~1;
            ByteBuffer.wrap(spoilt).putShort(18, (short) octets);
            Words.checksum(spoilt);
        }
        return spoilt;
    }

    private static byte[] tagged(byte[] frame, int vlan) {
        if (frame.length < 14) {
            return frame;
        }
        ByteBuffer b = ByteBuffer.allocate(frame.length + 4);
        b.put(frame, 0, 12).putInt(0x8100 << 16 | vlan).put(frame, 12, frame.length - 12);
        return b.array();
    }

    private void arrives(byte[] frame) {
        Packet room = link[1].claim(frame.length);
        room.buffer().put(room.offset(), frame);
        link[1].commit(room, nowNs);
    }

    /** We send something, sometimes nonsense. */
    private void leaves(Random random) {
        boolean v4 = random.nextBoolean();
        int host = random.nextInt(2_000);
        String to = v4 ? "10.0." + host / 250 + "." + (host % 250 + 1) : "fd00::" + host;
        byte[] octets = segment(v4 ? "10.0.0.1" : "fd00::1", to);
        if (random.nextInt(4) == 0) {
            octets[random.nextInt(octets.length)] = (byte) random.nextInt();
        }
        int length = random.nextInt(8) == 0 ? random.nextInt(octets.length) + 1 : octets.length;
        Packet packet = us.claim(length);
        packet.buffer().put(packet.offset(), octets, 0, length);
        if (random.nextInt(10) == 0) {
            us.abandon(packet);
        } else {
            us.commit(packet, nowNs);
        }
    }

    private void work() {
        batch.clear();
        us.receive(batch, nowNs);
        for (int i = 0; i < batch.size(); i++) {
            Packet packet = batch.get(i);
            assertThat(packet.offset() + packet.length())
                    .isLessThanOrEqualTo(packet.buffer().capacity());
        }
        heard.clear();
        link[1].receive(heard, nowNs);
    }

    private void stillWorks(int vlan) {
        nowNs += 60 * Lan.SECOND;
        work();
        work();
        byte[] request = Words.request(Lan.PEERS, "10.0.0.2", "10.0.0.1");
        long answers = us.counters().get(Counter.ANSWERS);
        arrives(vlan == 0 ? request : tagged(request, vlan));
        work();
        assertThat(us.counters().get(Counter.ANSWERS)).isEqualTo(answers + 1);
        assertThat(us.counters().get(Counter.BAD_FRAMES)).isPositive();
        assertThat(us.counters().get(Counter.ANSWERS)).isGreaterThan(100);
        assertThat(us.counters().get(Counter.UNREACHABLE)).isPositive();
        for (int i = 0; i < 128; i++) {
            Packet room = us.claim(40);
            assertThat(room).as("place " + i).isNotNull();
            us.abandon(room);
        }
    }
}
