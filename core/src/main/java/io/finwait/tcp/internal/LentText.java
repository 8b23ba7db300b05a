package io.finwait.tcp.internal;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Text in order that still lies in the transport's buffers, where it stays valid until the next receive
 * (rule R4 of {@link io.finwait.spi.Transport}). Who reads within the duty cycle in which it came takes
 * it from there, and it is copied once, not twice.
 */
final class LentText {

    private ByteBuffer[] buffers = new ByteBuffer[1];
    private int[] starts = new int[1];
    private int[] lengths = new int[1];
    private int first;
    private int end;
    private int octets;

    /** Octets held. */
    int octets() {
        return octets;
    }

    void add(ByteBuffer buffer, int at, int length) {
        if (end == buffers.length) {
            buffers = Arrays.copyOf(buffers, 2 * end);
            starts = Arrays.copyOf(starts, 2 * end);
            lengths = Arrays.copyOf(lengths, 2 * end);
        }
        buffers[end] = buffer;
        starts[end] = at;
        lengths[end++] = length;
        octets += length;
    }

    /** Moves the first octets to the user. */
    void read(ByteBuffer target, int length) {
        int left = length;
        while (left > 0) {
            int part = Math.min(left, lengths[first]);
            target.put(target.position(), buffers[first], starts[first], part);
            target.position(target.position() + part);
            drop(part);
            left -= part;
        }
    }

    /** Moves everything into a chain, from a distance on. */
    void moveTo(BlockChain chain, int distance) {
        int to = distance;
        for (; first < end; first++) {
            chain.write(to, buffers[first], starts[first], lengths[first]);
            to += lengths[first];
        }
        clear();
    }

    /** Forgets the first octets. */
    void drop(int length) {
        int left = length;
        octets -= length;
        while (left > 0) {
            int part = Math.min(left, lengths[first]);
            starts[first] += part;
            lengths[first] -= part;
            left -= part;
            if (lengths[first] == 0) {
                first++;
            }
        }
        if (octets == 0) {
            clear();
        }
    }

    void clear() {
        Arrays.fill(buffers, 0, end, null);
        first = 0;
        end = 0;
        octets = 0;
    }
}
