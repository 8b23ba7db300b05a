package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Octets come out of a ring in the order in which they went in, through all its sizes. */
@Timeout(60)
class ByteRingTest {

    private static final int MOVED = 20_000_000;

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
                for (int i = 0; i < octets; i++) {
                    assertThat(out[i])
                            .as("octet %s, seed 7", taken + i)
                            .isEqualTo(octet(taken + i));
                }
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
}
