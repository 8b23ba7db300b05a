package io.finwait.tcp.internal.context;

import io.finwait.spi.RandomSource;
import io.finwait.wire.FourTuple;

/** SipHash-2-4 (Aumasson and Bernstein, 2012) over whole 64-bit words, keyed by 128 random bits. */
public final class SipHash {

    private final long k0;
    private final long k1;

    /** Takes its key from a source of randomness. */
    public SipHash(RandomSource random) {
        this(random.nextLong(), random.nextLong());
    }

    SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** The hash of a pair of sockets. */
    public long hash(FourTuple tuple) {
        return hash(
                tuple.localHigh, tuple.localLow, tuple.remoteHigh, tuple.remoteLow, tuple.ports());
    }

    /** The hash of five words. */
    public long hash(long a, long b, long c, long d, long e) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        for (int word = 0; word < 6; word++) {
            long m =
                    switch (word) {
                        case 0 -> a;
                        case 1 -> b;
                        case 2 -> c;
                        case 3 -> d;
                        case 4 -> e;
                        default -> 40L << 56;
                    };
            v3 ^= m;
            for (int round = 0; round < 2; round++) {
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
            }
            v0 ^= m;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
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
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
