package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;

/** Sequence numbers around every place where an int or a comparison turns over. */
class SeqTest {

    private static final int[] NUMBERS = {
        0, 1, 2, 0x7FFF_FFFE, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF
    };

    private static final int[] DISTANCES = {0, 1, 2, 1000, 65_535, 1 << 30, Integer.MAX_VALUE};

    @Test
    void beforeAndAfterHoldAcrossEveryTurn() {
        for (int a : NUMBERS) {
            for (int distance : DISTANCES) {
                int b = a + distance;
                boolean apart = distance > 0;
                assertThat(Seq.lt(a, b)).as("%x < %x", a, b).isEqualTo(apart);
                assertThat(Seq.lt(b, a)).isFalse();
                assertThat(Seq.leq(a, b)).isTrue();
                assertThat(Seq.leq(b, a)).isEqualTo(!apart);
                assertThat(Seq.gt(b, a)).isEqualTo(apart);
                assertThat(Seq.gt(a, b)).isFalse();
                assertThat(Seq.geq(b, a)).isTrue();
                assertThat(Seq.geq(a, b)).isEqualTo(!apart);
                assertThat(Seq.distance(a, b)).isEqualTo(distance);
                assertThat(Seq.distance(b, a)).isEqualTo(-distance);
                assertThat(Seq.max(a, b)).isEqualTo(b);
                assertThat(Seq.max(b, a)).isEqualTo(b);
                assertThat(Seq.min(a, b)).isEqualTo(a);
                assertThat(Seq.min(b, a)).isEqualTo(a);
            }
        }
    }

    @Test
    void aWindowHasItsFirstNumberAndNotTheOneBehindIt() {
        for (int start : NUMBERS) {
            for (int size : DISTANCES) {
                for (int seq : NUMBERS) {
                    assertThat(Seq.inWindow(seq, start, size))
                            .as("%x in %d from %x", seq, size, start)
                            .isEqualTo(liesIn(seq, start, size));
                }
                assertThat(Seq.inWindow(start, start, size)).isEqualTo(size > 0);
                assertThat(Seq.inWindow(start + size - 1, start, size)).isEqualTo(size > 0);
                assertThat(Seq.inWindow(start + size, start, size)).isFalse();
                assertThat(Seq.inWindow(start - 1, start, size)).isFalse();
            }
        }
    }

    /** Modulo 2^32, in numbers that never turn over. */
    private static boolean liesIn(int seq, int start, int size) {
        BigInteger ahead =
                BigInteger.valueOf(seq & 0xFFFF_FFFFL)
                        .subtract(BigInteger.valueOf(start & 0xFFFF_FFFFL))
                        .mod(BigInteger.ONE.shiftLeft(32));
        return ahead.compareTo(BigInteger.valueOf(size)) < 0;
    }
}
