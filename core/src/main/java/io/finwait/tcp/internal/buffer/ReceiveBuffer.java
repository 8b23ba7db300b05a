package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;

/**
 * Received octets, from the first unread one on. Octets in order are readable; behind a gap others may
 * stand already, see {@link Reassembly}. It is handed over from the TCB to the user's handle when the
 * TCB goes, so that nothing delivered is lost.
 */
public final class ReceiveBuffer {

    private final BlockChain chain;
    private final LentText lent;

    private int readable;

    /** How many of the readable octets, the last ones, nobody had to copy yet. */
    private int lentOctets;

    /** The first and the last piece of what is lent; both mean nothing when nothing is. */
    private int firstPiece;

    private int lastPiece;

    /** Where the last octet in the chain ends, counted from the first one there. */
    private int written;

    /** What was lent could not be copied: octets that nobody has read are gone. */
    private boolean lost;

    public ReceiveBuffer(BlockPool pool, LentText lent) {
        chain = new BlockChain(pool);
        this.lent = lent;
    }

    /** Octets in order that were not read. */
    public int readable() {
        return readable;
    }

    /** Writes octets that begin {@code ahead} octets after the last readable one. */
    public void write(int ahead, ByteBuffer source, int at, int octets) {
        keepLent();
        chain.write(readable + ahead, source, at, octets);
        written = Math.max(written, readable + ahead + octets);
    }

    /** The next octets have become readable. */
    public void advance(int octets) {
        readable += octets;
    }

    /** The octets behind the last readable one are readable where they lie, until {@link #keepLent}. */
    public void lend(ByteBuffer source, int at, int octets) {
        int piece = lent.add(this, source, at, octets);
        if (lentOctets == 0) {
            firstPiece = piece;
        } else {
            lent.follows(lastPiece, piece);
        }
        lastPiece = piece;
        lentOctets += octets;
        readable += octets;
    }

    /** Copies what was lent and not read: the transport wants its buffers back. */
    void keepLent() {
        if (lentOctets > 0) {
            lent.moveTo(chain, readable - lentOctets, firstPiece, lentOctets);
            lentOctets = 0;
            written = readable;
        }
    }

    /** Copying what was lent has failed, and the transport takes its buffers back: nothing is left. */
    void loseAll() {
        chain.clear();
        lentOctets = 0;
        readable = 0;
        written = 0;
        lost = true;
    }

    public boolean isLost() {
        return lost;
    }

    /** Moves octets to the user. */
    public int read(ByteBuffer target) {
        int octets = Math.min(readable, target.remaining());
        int kept = Math.min(octets, readable - lentOctets);
        if (kept > 0) {
            chain.read(0, target, target.position(), kept);
            target.position(target.position() + kept);
            dropKept(kept);
        }
        firstPiece = lent.read(firstPiece, target, octets - kept);
        lentOctets -= octets - kept;
        readable -= octets;
        return octets;
    }

    /** Throws readable octets away. */
    public void discard(int octets) {
        int kept = Math.min(octets, readable - lentOctets);
        if (kept > 0) {
            dropKept(kept);
        }
        dropLent(octets - kept);
        readable -= octets;
    }

    private void dropLent(int octets) {
        firstPiece = lent.drop(firstPiece, octets);
        lentOctets -= octets;
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
    public void dropUnreadable() {
        written = readable - lentOctets;
        if (written == 0) {
            chain.clear();
        }
    }

    public void clear() {
        chain.clear();
        dropLent(lentOctets);
        readable = 0;
        written = 0;
        lost = false;
    }
}
