package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.SplittableRandom;

/** The hash by numbers of any size, and that keys make a difference. */
class TupleHashTest {

    private static final BigInteger WORD = BigInteger.ONE.shiftLeft(64);

    @Test
    void is_two_products_of_128_bits_each_folded() {
        SplittableRandom words = new SplittableRandom(11);
        for (int seed = 0; seed < 50; seed++) {
            RandomSource keys = RandomSource.seeded(seed);
            long k0 = keys.nextLong();
            long k1 = keys.nextLong();
            long k2 = keys.nextLong();
            long k3 = keys.nextLong() | 1;
            TupleHash hash = new TupleHash(RandomSource.seeded(seed));
            for (int i = 0; i < 50; i++) {
                long a = words.nextLong();
                long b = words.nextLong() >> words.nextInt(64);
                long c = words.nextLong() >>> words.nextInt(64);
                long first = fold(a ^ k0, b ^ k1);
                assertThat(hash.of(a, b, c)).isEqualTo(fold(first ^ c ^ k2, k3));
            }
        }
    }

    /** The last key is odd: a product with an even number loses bits. */
    @Test
    void the_last_key_is_odd() {
        for (long last : new long[] {0, 2, -2}) {
            long[] keys = {5, 6, 7, last};
            long a = 1;
            long b = 2;
            long c = 3;
            long first = fold(a ^ keys[0], b ^ keys[1]);
            int[] next = new int[1];
            TupleHash hash = new TupleHash(() -> keys[next[0]++]);
            assertThat(hash.of(a, b, c)).isEqualTo(fold(first ^ c ^ keys[2], last + 1));
        }
    }

    private static long fold(long x, long y) {
        BigInteger product = unsigned(x).multiply(unsigned(y));
        return product.longValue() ^ product.shiftRight(64).longValue();
    }

    private static BigInteger unsigned(long word) {
        BigInteger signed = BigInteger.valueOf(word);
        return word < 0 ? signed.add(WORD) : signed;
    }
}
