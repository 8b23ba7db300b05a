package io.finwait.sim.fuzz;

import java.nio.ByteBuffer;

/** A fuzzer's octets, read as choices; when they are used up every choice is 0. */
final class Choices {

    private final ByteBuffer octets;

    Choices(byte[] octets) {
        this.octets = ByteBuffer.wrap(octets);
    }

    boolean areLeft() {
        return octets.hasRemaining();
    }

    /** A number from 0 to below a bound of at most 256. */
    int below(int bound) {
        return octets.hasRemaining() ? (octets.get() & 0xFF) % bound : 0;
    }

    int number() {
        return below(256) << 24 | below(256) << 16 | below(256) << 8 | below(256);
    }

    /** At most so many octets as they come. */
    byte[] take(int most) {
        byte[] taken = new byte[Math.min(most, octets.remaining())];
        octets.get(taken);
        return taken;
    }
}
