package io.finwait.timewait;

import io.finwait.spi.RandomSource;

/**
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) over two or three words,
 * keyed by the random source: who does not know the key cannot make tuples collide.
 */
class TupleHash {

    private final long k0;
    private final long k1;

    TupleHash(RandomSource random) {
        k0 = random.nextLong();
        k1 = random.nextLong();
    }

    /** The hash of the first {@code words} words, 2 or 3. */
    long of(int words, long a, long b, long c) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        long word = a;
        for (int i = 0; i < words + 4; i++) {
            boolean compressing = i <= words;
            if (compressing) {
                word = i == words ? (long) words << 59 : i == 0 ? a : i == 1 ? b : c;
                v3 ^= word;
            } else if (i == words + 1) {
                v2 ^= 0xff;
            }
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
            if (compressing) {
                v0 ^= word;
            }
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
