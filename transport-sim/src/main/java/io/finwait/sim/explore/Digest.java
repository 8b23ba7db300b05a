package io.finwait.sim.explore;

import java.util.function.LongConsumer;

/** Folds words into 128 bits. */
final class Digest implements LongConsumer {

    long high;
    long low;

    void begin() {
        high = 0x243F6A8885A308D3L;
        low = 0x13198A2E03707344L;
    }

    @Override
    public void accept(long word) {
        high = mix(high ^ word) + low;
        low = mix(low + word * 0x9E3779B97F4A7C15L) ^ Long.rotateLeft(high, 23);
    }

    static long mix(long word) {
        long z = (word ^ (word >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
