package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Packets between two threads: whole, in order, none written over while somebody looks at it. */
@Timeout(60)
class LaneTest {

    private static final int LONGEST = 65_553;
    private static final int RECORD = 1_024;

    private final Lane lane = new Lane();
    private final PacketBatch batch = new PacketBatch(64);
    private final Packet[] views = views();

    private static Packet[] views() {
        Packet[] views = new Packet[64];
        for (int i = 0; i < views.length; i++) {
            views[i] = new Packet();
        }
        return views;
    }

    /** A packet whose octets all tell its number. */
    private static Packet packet(int number, int length) {
        ByteBuffer octets = ByteBuffer.allocate(length + 7);
        for (int i = 0; i < length; i++) {
            octets.put(7 + i, (byte) number);
        }
        return new Packet(octets, 7, length);
    }

    private static void assertIs(Packet packet, int number, int length) {
        assertThat(packet.length()).isEqualTo(length);
        int different = 0;
        for (int i = 0; i < length; i++) {
            different |= packet.buffer().get(packet.offset() + i) ^ (byte) number;
        }
        assertThat(different).as("octets of packet %d", number).isZero();
    }

    private int take() {
        lane.letGo();
        batch.clear();
        return lane.take(batch, views, 0, 64);
    }

    @Test
    void everythingThatAPacketSaysComesWithIt() {
        assertThat(lane.put(packet(5, 1_000).segmentSize(536).checksumOffloaded(true))).isTrue();
        assertThat(lane.put(packet(6, 1))).isTrue();
        assertThat(lane.isEmpty()).isFalse();
        assertThat(take()).isEqualTo(2);
        assertThat(lane.isEmpty()).isTrue();
        assertIs(batch.get(0), 5, 1_000);
        assertThat(batch.get(0).segmentSize()).isEqualTo(536);
        assertThat(batch.get(0).checksumOffloaded()).isTrue();
        assertIs(batch.get(1), 6, 1);
        assertThat(batch.get(1).segmentSize()).isZero();
        assertThat(batch.get(1).checksumOffloaded()).isFalse();
        assertThat(take()).isZero();
    }

    @Test
    void aFullLaneRefusesAndTakesAgainWhenThereIsRoom() {
        int fits = Lane.OCTETS / RECORD;
        int length = RECORD - 16;
        for (int i = 0; i < fits; i++) {
            assertThat(lane.put(packet(i, length))).isTrue();
        }
        assertThat(lane.put(packet(99, 1))).isFalse();
        assertThat(take()).isEqualTo(64);
        // They are still looked at.
        assertThat(lane.put(packet(99, 1))).isFalse();
        assertIs(batch.get(0), 0, length);
        lane.letGo();
        assertThat(lane.put(packet(99, length))).isTrue();
        for (int seen = 64; seen <= fits; ) {
            assertThat(take()).isPositive();
            for (int i = 0; i < batch.size(); i++, seen++) {
                assertIs(batch.get(i), seen == fits ? 99 : seen, length);
            }
        }
        assertThat(lane.isEmpty()).isTrue();
    }

    @Test
    void noMoreAreTakenThanAskedForOrThanThereIsRoomFor() {
        for (int i = 0; i < 10; i++) {
            assertThat(lane.put(packet(i, 100))).isTrue();
        }
        assertThat(lane.take(batch, views, 0, 3)).isEqualTo(3);
        assertThat(lane.take(batch, views, 62, 64)).isEqualTo(2);
        PacketBatch small = new PacketBatch(1);
        assertThat(lane.take(small, views, 3, 64)).isEqualTo(1);
        assertIs(small.get(0), 5, 100);
        assertIs(batch.get(0), 0, 100);
        assertIs(batch.get(4), 4, 100);
    }

    @Test
    void packetsOfAllLengthsWrapAround() {
        long seed = 20;
        Random random = new Random(seed);
        for (int i = 0; i < 400; i++) {
            int length = 1 + random.nextInt(random.nextBoolean() ? LONGEST : 100);
            assertThat(lane.put(packet(i, length))).as("seed %d", seed).isTrue();
            if (random.nextBoolean()) {
                assertThat(lane.put(packet(i + 1, 3))).isTrue();
                assertThat(take()).isEqualTo(2);
                assertIs(batch.get(1), i + 1, 3);
            } else {
                assertThat(take()).isEqualTo(1);
            }
            assertIs(batch.get(0), i, length);
        }
    }

    @Test
    void twoThreadsLoseNothingAndConfuseNothing() {
        int packets = 20_000;
        CompletableFuture<Void> putting =
                CompletableFuture.runAsync(
                        () -> {
                            Random random = new Random(1);
                            for (int i = 0; i < packets; ) {
                                int length = 1 + random.nextInt(3_000);
                                Packet packet = packet(i, length);
                                while (!lane.put(packet)) {
                                    Thread.onSpinWait();
                                }
                                i++;
                            }
                        });
        Random random = new Random(1);
        for (int i = 0; i < packets; ) {
            assertThat(putting.isCompletedExceptionally()).isFalse();
            take();
            for (int k = 0; k < batch.size(); k++, i++) {
                assertIs(batch.get(k), i, 1 + random.nextInt(3_000));
            }
        }
        putting.join();
    }
}
