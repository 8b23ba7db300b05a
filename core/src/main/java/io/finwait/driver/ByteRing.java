package io.finwait.driver;

import java.nio.ByteBuffer;

/**
 * Octets on their way from one thread to another: one thread puts, one takes, neither waits for the
 * other. There is no memory before the first octet; a ring that is full goes on in one four times
 * as large, up to the largest size, and the small one is let go when its octets are taken.
 *
 * <p>Positions count all octets since the beginning, and are the only thing that both threads write
 * and read. What is put in one call is told at once, so that it leaves as one piece.
 */
final class ByteRing {

    static final int SMALLEST = 1 << 10;
    static final int LARGEST = 256 << 10;

    private static final int GROWTH = 4;

    /** Memory for the octets from a position on. */
    private static final class Part {
        final long begin;
        final int mask;
        final ByteBuffer putting;
        final ByteBuffer taking;

        /** Where the next part begins; written before it, and before any octet in it is told. */
        long end = Long.MAX_VALUE;

        Part next;

        Part(long begin, int length) {
            this.begin = begin;
            mask = length - 1;
            putting = ByteBuffer.allocate(length);
            taking = putting.duplicate();
        }

        int length() {
            return mask + 1;
        }

        int at(long position) {
            return (int) (position - begin) & mask;
        }
    }

    private volatile long put;
    private volatile long taken;

    /**
     * Where the first octet is put; written by the putting thread before it tells of that octet.
     */
    private Part first;

    private Part putInto;

    /** So far there are octets; {@link #put} follows when they are told. */
    private long filled;

    private Part takeFrom;

    // The thread that puts.

    /**
     * Room for octets in one piece, from the buffer's position to its limit, or null when there is
     * none; see {@link #putDone}.
     */
    ByteBuffer roomToPut() {
        Part part = putInto;
        if (part == null) {
            part = new Part(filled, SMALLEST);
            first = part;
            putInto = part;
        }
        int free = free(part);
        if (free == 0) {
            if (part.length() >= LARGEST) {
                return null;
            }
            Part larger = new Part(filled, part.length() * GROWTH);
            part.next = larger;
            part.end = filled;
            putInto = larger;
            part = larger;
            free = part.length();
        }
        int at = part.at(filled);
        return part.putting.limit(Math.min(part.length(), at + free)).position(at);
    }

    /** Notes how many octets were put into the room, and tells the other thread. */
    void putDone(int octets) {
        filled += octets;
        put = filled;
    }

    /** Puts as many octets as there is room for; how many that was. */
    int put(byte[] source, int offset, int length) {
        int done = 0;
        ByteBuffer room;
        while (done < length && (room = roomToPut()) != null) {
            int octets = Math.min(room.remaining(), length - done);
            room.put(source, offset + done, octets);
            filled += octets;
            done += octets;
        }
        put = filled;
        return done;
    }

    /** Puts as many octets as there is room for, and consumes them; how many that was. */
    int put(ByteBuffer source) {
        int done = fill(source);
        put = filled;
        return done;
    }

    /** The same with several buffers, one behind the other. */
    int put(ByteBuffer[] sources, int offset, int length) {
        int done = 0;
        for (int i = offset; i < offset + length; i++) {
            done += fill(sources[i]);
            if (sources[i].hasRemaining()) {
                break;
            }
        }
        put = filled;
        return done;
    }

    private int fill(ByteBuffer source) {
        int done = 0;
        ByteBuffer room;
        while (source.hasRemaining() && (room = roomToPut()) != null) {
            int octets = Math.min(room.remaining(), source.remaining());
            room.put(room.position(), source, source.position(), octets);
            source.position(source.position() + octets);
            filled += octets;
            done += octets;
        }
        return done;
    }

    private int free(Part part) {
        return (int) (part.length() - (filled - Math.max(taken, part.begin)));
    }

    // The thread that takes.

    /** Octets in one piece, or null when there are none; see {@link #takeDone}. */
    ByteBuffer octetsToTake() {
        long from = taken;
        long to = put;
        if (from == to) {
            return null;
        }
        Part part = takeFrom == null ? first : takeFrom;
        while (from == part.end) {
            part = part.next;
        }
        takeFrom = part;
        int octets = (int) (Math.min(to, part.end) - from);
        int at = part.at(from);
        return part.taking.limit(Math.min(part.length(), at + octets)).position(at);
    }

    /** Notes how many octets have been taken. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void takeDone(int octets) {
        taken += octets;
    }

    /** Takes as many octets as are there and fit; how many that was. */
    int take(byte[] target, int offset, int length) {
        int done = 0;
        ByteBuffer octets;
        while (done < length && (octets = octetsToTake()) != null) {
            int some = Math.min(octets.remaining(), length - done);
            octets.get(target, offset + done, some);
            takeDone(some);
            done += some;
        }
        return done;
    }

    /** Takes as many octets as are there and fit; how many that was. */
    int take(ByteBuffer target) {
        int done = 0;
        ByteBuffer octets;
        while (target.hasRemaining() && (octets = octetsToTake()) != null) {
            int some = Math.min(octets.remaining(), target.remaining());
            octets.limit(octets.position() + some);
            target.put(octets);
            takeDone(some);
            done += some;
        }
        return done;
    }

    // Any thread.

    /** Octets that were put and not taken. */
    int length() {
        long from = taken;
        return (int) (put - from);
    }

    boolean isEmpty() {
        return length() == 0;
    }

    /** How many octets could be put now, up to the largest size. */
    int room() {
        return LARGEST - Math.min(length(), LARGEST);
    }
}
