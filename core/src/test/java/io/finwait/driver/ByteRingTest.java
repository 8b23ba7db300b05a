package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Octets come out of a ring in the order in which they went in, through all its sizes. */
@Timeout(60)
class ByteRingTest {

    private static final int MOVED = 20_000_000;
    private static final int RINGS = 10_000;
    private static final int TOGETHER = 2_000;

    private final ByteRing ring = new ByteRing();

    private static byte octet(long position) {
        return (byte) (position * 31 + (position >>> 9));
    }

    private static byte[] octets(long from, int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = octet(from + i);
        }
        return octets;
    }

    @Test
    void itTakesItsLargestSizeAndSoonNoMore() {
        byte[] much = octets(0, 4 * ByteRing.LARGEST);
        assertThat(put(much)).isBetween(ByteRing.LARGEST, 2 * ByteRing.LARGEST);
        assertThat(ring.put(new byte[1], 0, 1)).isZero();
        assertThat(ring.room()).isZero();
        int length = ring.length();
        byte[] out = new byte[length];
        assertThat(ring.take(out, 0, length)).isEqualTo(length);
        assertThat(out).isEqualTo(octets(0, length));
        assertThat(ring.room()).isEqualTo(ByteRing.LARGEST);
    }

    private int put(byte[] octets) {
        int done = 0;
        int some;
        while ((some = ring.put(octets, done, Math.min(octets.length - done, 1000))) > 0) {
            done += some;
        }
        return done;
    }

    @Test
    void nothingIsThereAtFirst() {
        assertThat(ring.isEmpty()).isTrue();
        assertThat(ring.octetsToTake()).isNull();
        assertThat(ring.take(new byte[1], 0, 1)).isZero();
        assertThat(ring.take(ByteBuffer.allocate(1))).isZero();
    }

    @Test
    void whateverTheStepsTheOrderStays() {
        SplittableRandom random = new SplittableRandom(7);
        long put = 0;
        long taken = 0;
        for (int step = 0; step < 20_000; step++) {
            int length = random.nextInt(1, random.nextBoolean() ? 100 : 60_000);
            if (random.nextInt(5) < 3) {
                byte[] in = octets(put, length);
                put +=
                        random.nextBoolean()
                                ? ring.put(in, 0, length)
                                : ring.put(ByteBuffer.wrap(in));
            } else {
                byte[] out = new byte[length];
                int octets =
                        random.nextBoolean()
                                ? ring.take(out, 0, length)
                                : ring.take(ByteBuffer.wrap(out));
                int wrong = Arrays.mismatch(out, 0, octets, octets(taken, octets), 0, octets);
                assertThat(wrong).as("octet behind %s, seed 7", taken).isEqualTo(-1);
                taken += octets;
            }
            assertThat(ring.length()).isEqualTo((int) (put - taken));
        }
    }

    @Test
    void oneThreadPutsAndAnotherTakes() throws InterruptedException {
        Thread putting = new Thread(this::putAll);
        putting.start();
        byte[] out = new byte[5000];
        long taken = 0;
        long wrong = 0;
        while (taken < MOVED) {
            int octets = ring.take(out, 0, out.length);
            for (int i = 0; i < octets; i++) {
                wrong += out[i] == octet(taken + i) ? 0 : 1;
            }
            taken += octets;
            if (octets == 0) {
                Thread.onSpinWait();
            }
        }
        putting.join();
        assertThat(wrong).isZero();
        assertThat(ring.isEmpty()).isTrue();
    }

    private void putAll() {
        long put = 0;
        while (put < MOVED) {
            byte[] in = octets(put, (int) Math.min(3000, MOVED - put));
            int done = 0;
            while (done < in.length) {
                int octets = ring.put(in, done, in.length - done);
                done += octets;
                if (octets == 0) {
                    Thread.onSpinWait();
                }
            }
            put += in.length;
        }
    }

    /** The first part of a ring holds less than what is put. */
    @Test
    void whatIsPutInOneCallIsSeenAtOnce() throws InterruptedException {
        ByteRing[] rings = new ByteRing[RINGS];
        Arrays.setAll(rings, i -> new ByteRing());
        AtomicInteger torn = new AtomicInteger();
        Thread watcher = new Thread(() -> watch(rings, torn));
        watcher.start();
        ByteBuffer octets = ByteBuffer.wrap(octets(0, TOGETHER));
        for (int i = 0; i < RINGS; i++) {
            switch (i % 3) {
                case 0 -> rings[i].put(octets.array(), 0, TOGETHER);
                case 1 -> rings[i].put(octets.clear());
                default -> rings[i].put(threeOf(octets.clear()), 0, 3);
            }
        }
        watcher.join();
        assertThat(torn).hasValue(0);
    }

    private static ByteBuffer[] threeOf(ByteBuffer octets) {
        return new ByteBuffer[] {
            octets.slice(0, 10), octets.slice(10, 1500), octets.slice(1510, 490)
        };
    }

    private static void watch(ByteRing[] rings, AtomicInteger torn) {
        for (ByteRing each : rings) {
            int length;
            while ((length = each.length()) < TOGETHER) {
                if (length > 0) {
                    torn.incrementAndGet();
                }
                Thread.onSpinWait();
            }
        }
    }
}
