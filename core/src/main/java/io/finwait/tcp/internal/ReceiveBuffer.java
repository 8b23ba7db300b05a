package io.finwait.tcp.internal;

import java.nio.ByteBuffer;

/**
 * Received octets, from the first unread one on. Octets in order are readable; behind a gap others may
 * stand already, see {@link Reassembly}. It is handed over from the TCB to the user's handle when the
 * TCB goes, so that nothing delivered is lost.
 */
final class ReceiveBuffer {

    private final BlockChain chain;
    private int readable;

    /** Where the last octet ends that was written, counted from the first unread one. */
    private int written;

    ReceiveBuffer(BlockPool pool) {
        chain = new BlockChain(pool);
    }

    /** See {@link Tcb#touch}. */
    int touch() {
        return readable + chain.touch();
    }

    /** Octets in order that were not read. */
    int readable() {
        return readable;
    }

    /** Writes octets that begin {@code ahead} octets after the last readable one. */
    void write(int ahead, ByteBuffer source, int at, int octets) {
        chain.write(readable + ahead, source, at, octets);
        written = Math.max(written, readable + ahead + octets);
    }

    /** The next octets have become readable. */
    void advance(int octets) {
        readable += octets;
    }

    /** Moves octets to the user. */
    int read(ByteBuffer target) {
        int octets = Math.min(readable, target.remaining());
        if (octets > 0) {
            chain.read(0, target, target.position(), octets);
            target.position(target.position() + octets);
            discard(octets);
        }
        return octets;
    }

    /** Throws readable octets away. */
    void discard(int octets) {
        readable -= octets;
        written -= octets;
        if (written == 0) {
            // A connection without unread octets holds no block: the next one that needs a block
            // gets
            // one that is still in the cache.
            chain.clear();
        } else {
            chain.drop(octets);
        }
    }

    /** Octets out of order are thrown away, and blocks that only they used. */
    void dropUnreadable() {
        written = readable;
        if (readable == 0) {
            chain.clear();
        }
    }

    void clear() {
        chain.clear();
        readable = 0;
        written = 0;
    }
}
