package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Text in order that is still in the transport's buffers, where it stays valid until the next
 * receive (rule R4 of {@link io.finwait.spi.Transport}). A user that reads within the same duty
 * cycle reads it from there, so it is copied once instead of twice.
 *
 * <p>One object serves all connections of an endpoint, so that it stays in the cache. A {@link
 * Holder} knows its first and last piece, and each piece the next one.
 */
public final class LentText {

    /** Whose text it is. */
    interface Holder {

        /** Copies lent octets that are unread, before the transport reuses its buffers. */
        void keepLent();

        /** Drops all octets, because copying lent ones has failed. */
        void loseAll();
    }

    private ByteBuffer[] buffers = new ByteBuffer[64];
    private Holder[] holders = new Holder[64];
    private int[] starts = new int[64];
    private int[] lengths = new int[64];
    private int[] next = new int[64];
    private int end;

    /** Lends octets to a receive buffer; returns the new piece, the last of that buffer. */
    int add(Holder holder, ByteBuffer buffer, int at, int octets) {
        if (end == buffers.length) {
            grow();
        }
        buffers[end] = buffer;
        holders[end] = holder;
        starts[end] = at;
        lengths[end] = octets;
        return end++;
    }

    private void grow() {
        int places = 2 * end;
        buffers = Arrays.copyOf(buffers, places);
        holders = Arrays.copyOf(holders, places);
        starts = Arrays.copyOf(starts, places);
        lengths = Arrays.copyOf(lengths, places);
        next = Arrays.copyOf(next, places);
    }

    /** Links a piece to the next one of the same receive buffer. */
    void follows(int piece, int follower) {
        next[piece] = follower;
    }

    /**
     * Moves octets to the user.
     *
     * @param first the piece with the first of them
     * @return the piece with the first octet that is left
     */
    int read(int first, ByteBuffer target, int octets) {
        int piece = first;
        int left = octets;
        while (left > 0) {
            int part = Math.min(left, lengths[piece]);
            target.put(target.position(), buffers[piece], starts[piece], part);
            target.position(target.position() + part);
            piece = shorten(piece, part);
            left -= part;
        }
        return piece;
    }

    /** Moves octets into a chain, to a distance from its first octet. */
    void moveTo(BlockChain chain, int distance, int first, int octets) {
        int piece = first;
        int left = octets;
        while (left > 0) {
            int part = lengths[piece];
            chain.write(distance + octets - left, buffers[piece], starts[piece], part);
            piece = shorten(piece, part);
            left -= part;
        }
    }

    /** Forgets octets; returns the piece with the first octet that is left. */
    int drop(int first, int octets) {
        int piece = first;
        int left = octets;
        while (left > 0) {
            int part = Math.min(left, lengths[piece]);
            piece = shorten(piece, part);
            left -= part;
        }
        return piece;
    }

    private int shorten(int piece, int octets) {
        starts[piece] += octets;
        lengths[piece] -= octets;
        return lengths[piece] == 0 ? next[piece] : piece;
    }

    /**
     * Copies the text that is still unread, after the callbacks and before the transport reuses its
     * buffers. If copying fails, only the text of that receive buffer is lost.
     *
     * @return the exception of the last copy that failed, or null
     */
    public Throwable keepAll() {
        Throwable failure = null;
        for (int piece = 0; piece < end; piece++) {
            if (lengths[piece] > 0) {
                try {
                    holders[piece].keepLent();
                } catch (Throwable e) {
                    holders[piece].loseAll();
                    failure = e;
                }
            }
        }
        Arrays.fill(buffers, 0, end, null);
        Arrays.fill(holders, 0, end, null);
        end = 0;
        return failure;
    }
}
