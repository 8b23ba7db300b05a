package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;

/**
 * A pool of equal blocks from which send and receive buffers are built. It belongs to one endpoint
 * and its thread.
 */
public final class BlockPool {

    /** Octets of a block; a power of two. */
    public static final int BLOCK_OCTETS = 16 * 1024;

    /**
     * Octets added to each block: if all began at multiples of a power of two, the first cache
     * lines of many blocks would evict one another.
     */
    private static final int STAGGER_OCTETS = 1536;

    private ByteBuffer[] free = new ByteBuffer[16];
    private int freeCount;
    private int taken;

    /** A block with undefined content. */
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

    /** How many blocks are in use. */
    public int inUse() {
        return taken;
    }
}
