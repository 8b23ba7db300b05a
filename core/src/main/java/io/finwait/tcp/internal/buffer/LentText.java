package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Text in order that still lies in the transport's buffers, where it stays valid until the next
 * receive (rule R4 of {@link io.finwait.spi.Transport}). A user that reads within the same duty
 * cycle takes it from there, so it is copied once and not twice.
 *
 * <p>One for all connections of an endpoint, so that the same few lines of the cache serve them
 * all. A {@link ReceiveBuffer} knows its first and last piece, and each piece knows the next one.
 */
public final class LentText {

    private ByteBuffer[] buffers = new ByteBuffer[64];
    private ReceiveBuffer[] holders = new ReceiveBuffer[64];
    private int[] starts = new int[64];
    private int[] lengths = new int[64];
    private int[] next = new int[64];
    private int end;

    /** Lends octets to a receive buffer; returns their piece, which becomes the last one. */
    int add(ReceiveBuffer holder, ByteBuffer buffer, int at, int octets) {
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

    /** A piece of the same receive buffer follows. */
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

    /** Moves octets into a chain, beginning at a distance from its first octet. */
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
     * The callbacks are done, and the transport takes its buffers back: text that nobody has read
     * is copied. Where copying fails, only the text of that one receive buffer is lost.
     *
     * @return what the last copy that failed has thrown, or null
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
