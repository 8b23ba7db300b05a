package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;

/**
 * Received octets from the first unread one on. Octets in order are readable; others may be stored
 * beyond a gap, see {@link SequenceRanges}. When the connection ends, the user's handle keeps the
 * buffer, so that unread octets are not lost.
 */
public final class ReceiveBuffer implements LentText.Holder {

    private final BlockChain chain;
    private final LentText lent;

    private int readable;

    /** How many of the readable octets, the last ones, are still lent by the transport. */
    private int lentOctets;

    /** The first and the last lent piece; undefined when nothing is lent. */
    private int firstPiece;

    private int lastPiece;

    /** The end of the last octet in the chain, counted from the chain's first octet. */
    private int written;

    /** Lent octets could not be copied: unread octets are lost. */
    private boolean lost;

    public ReceiveBuffer(BlockPool pool, LentText lent) {
        chain = new BlockChain(pool);
        this.lent = lent;
    }

    /** Octets in order that are unread. */
    public int readable() {
        return readable;
    }

    /** Writes octets that begin {@code ahead} octets after the last readable one. */
    public void write(int ahead, ByteBuffer source, int at, int octets) {
        keepLent();
        chain.write(readable + ahead, source, at, octets);
        written = Math.max(written, readable + ahead + octets);
    }

    /** Makes the next octets readable. */
    public void advance(int octets) {
        readable += octets;
    }

    /** Appends octets that stay in the transport's buffer until {@link #keepLent}. */
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

    @Override
    public void keepLent() {
        if (lentOctets > 0) {
            lent.moveTo(chain, readable - lentOctets, firstPiece, lentOctets);
            lentOctets = 0;
            written = readable;
        }
    }

    @Override
    public void loseAll() {
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

    /** Drops readable octets. */
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
            // A connection without unread octets holds no block, so the next connection that needs
            // one gets a block that is still in the cache.
            chain.clear();
        } else {
            chain.drop(octets);
        }
    }

    /** Drops octets out of order, and the blocks that held only those. */
    public void dropUnreadable() {
        written = readable - lentOctets;
        chain.truncate(written);
    }

    /** What its blocks take, in octets of memory. */
    public int memory() {
        return chain.memory();
    }

    /** What {@link #copyTogether} would leave of it, after {@link #dropUnreadable}. */
    public int memoryInOrder() {
        return chain.leastMemory(readable - lentOctets);
    }

    /** True when octets are unread that came before this duty cycle. */
    public boolean hasWaitingOctets() {
        return readable > lentOctets;
    }

    /** Makes its blocks smaller, if they hold little and nothing stands behind a gap. */
    public void copyTogether() {
        int kept = readable - lentOctets;
        if (written <= kept) {
            chain.copyTogether(kept);
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
