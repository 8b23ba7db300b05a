package io.finwait.tcp.internal;

import java.nio.ByteBuffer;

/**
 * Received octets, from the first unread one on. Octets in order are readable; behind a gap others may
 * stand already, see {@link Reassembly}. It is handed over from the TCB to the user's handle when the
 * TCB goes, so that nothing delivered is lost.
 */
final class ReceiveBuffer {

    private final BlockChain chain;

    /** The last readable octets, as long as nobody had to copy them. */
    private final LentText lent = new LentText();

    private int readable;

    /** Where the last octet in the chain ends, counted from the first one there. */
    private int written;

    /** The next one that holds lent text, see {@link Lenders}. */
    ReceiveBuffer nextLender;

    boolean isLender;

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
        keepLent();
        chain.write(readable + ahead, source, at, octets);
        written = Math.max(written, readable + ahead + octets);
    }

    /** The next octets have become readable. */
    void advance(int octets) {
        readable += octets;
    }

    /** The octets behind the last readable one are readable where they lie, until {@link #keepLent}. */
    void lend(ByteBuffer source, int at, int octets) {
        lent.add(source, at, octets);
        readable += octets;
    }

    /** Copies what was lent and not read: the transport wants its buffers back. */
    void keepLent() {
        if (lent.octets() > 0) {
            lent.moveTo(chain, readable - lent.octets());
            written = readable;
        }
    }

    /** Moves octets to the user. */
    int read(ByteBuffer target) {
        int octets = Math.min(readable, target.remaining());
        int kept = Math.min(octets, readable - lent.octets());
        if (kept > 0) {
            chain.read(0, target, target.position(), kept);
            target.position(target.position() + kept);
            dropKept(kept);
        }
        lent.read(target, octets - kept);
        readable -= octets;
        return octets;
    }

    /** Throws readable octets away. */
    void discard(int octets) {
        int kept = Math.min(octets, readable - lent.octets());
        dropKept(kept);
        lent.drop(octets - kept);
        readable -= octets;
    }

    private void dropKept(int octets) {
        written -= octets;
        if (written == 0) {
            // A connection without unread octets holds no block: the next one that needs a block
            // gets one that is still in the cache.
            chain.clear();
        } else {
            chain.drop(octets);
        }
    }

    /** Octets out of order are thrown away, and blocks that only they used. */
    void dropUnreadable() {
        written = readable - lent.octets();
        if (written == 0) {
            chain.clear();
        }
    }

    void clear() {
        chain.clear();
        lent.clear();
        readable = 0;
        written = 0;
    }
}
