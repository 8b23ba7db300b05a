package io.finwait.timewait;

import io.finwait.spi.RandomSource;

/**
 * A keyed hash of three words. Without the key, and without seeing hashes, nobody can tell which
 * tuples collide. It takes two products of 64 by 64 bits, each folded into 64: short enough for the
 * processor to begin the next lookups while it waits for memory. A pseudo-random function such as
 * SipHash takes six times as long.
 */
class TupleHash {

    private final long k0;
    private final long k1;
    private final long k2;
    private final long k3;

    TupleHash(RandomSource random) {
        k0 = random.nextLong();
        k1 = random.nextLong();
        k2 = random.nextLong();
        k3 = random.nextLong() | 1;
    }

    /** The hash of three words. */
    long of(long a, long b, long c) {
        return fold(fold(a ^ k0, b ^ k1) ^ c ^ k2, k3);
    }

    private static long fold(long x, long y) {
        // Math.unsignedMultiplyHigh is younger than Java 17.
        long high = Math.multiplyHigh(x, y) + ((x >> 63) & y) + ((y >> 63) & x);
        return x * y ^ high;
    }
}
