package io.finwait.examples.soak;

import java.nio.ByteBuffer;

/**
 * What one end sends: octets that tell the connection, the direction and their place, so that none
 * can be lost, repeated, moved or come from elsewhere unnoticed. The first eight are the number of
 * the connection.
 */
final class Text {

    static final int HEADER = Long.BYTES;

    private final long number;
    private final long salt;
    private long at;

    Text(long number, boolean fromClient) {
        this.number = number;
        salt = mix(2 * number + (fromClient ? 1 : 0));
    }

    /** How many octets have passed. */
    long at() {
        return at;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 27);
    }

    private byte octet(long place) {
        return place < HEADER
                ? (byte) (number >>> (8 * place))
                : (byte) (mix(salt + (place >>> 3)) >>> (8 * (place & 7)));
    }

    /** Puts the next octets. */
    void fill(ByteBuffer target, int octets) {
        for (int i = 0; i < octets; i++) {
            target.put(octet(at + i));
        }
    }

    /** What was filled last and is gone. */
    void passed(int octets) {
        at += octets;
    }

    /** Takes octets that have come; false when they are not the next ones. */
    boolean take(ByteBuffer source) {
        while (source.hasRemaining()) {
            if (source.get() != octet(at)) {
                return false;
            }
            at++;
        }
        return true;
    }

    /** The number of the connection that a text begins with. */
    static long number(ByteBuffer header) {
        long number = 0;
        for (int i = 0; i < HEADER; i++) {
            number |= (header.get(i) & 0xFFL) << (8 * i);
        }
        return number;
    }
}
