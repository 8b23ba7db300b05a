package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;

/**
 * Blocks of equal size from which send and receive buffers are built, used again and again. Belongs
 * to one endpoint and its thread.
 */
public final class BlockPool {

    /** Octets of a block; a power of two. */
    public static final int BLOCK_OCTETS = 16 * 1024;

    /**
     * Blocks whose length is a power of two would all begin at the same places in the cache, and
     * the first lines of many blocks would evict one another.
     */
    private static final int STAGGER_OCTETS = 1536;

    private ByteBuffer[] free = new ByteBuffer[16];
    private int freeCount;
    private int taken;

    /** A block whose octets may be anything. */
    ByteBuffer take() {
        taken++;
        if (freeCount > 0) {
            ByteBuffer block = free[--freeCount];
            free[freeCount] = null;
            return block;
        }
        return ByteBuffer.allocate(BLOCK_OCTETS + STAGGER_OCTETS);
    }

    /** Takes a block back. */
    void give(ByteBuffer block) {
        taken--;
        if (freeCount == free.length) {
            free = java.util.Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = block;
    }

    /** Blocks that are in use now. */
    public int inUse() {
        return taken;
    }
}
