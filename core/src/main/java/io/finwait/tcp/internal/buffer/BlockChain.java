package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A sequence of octets in pooled blocks, addressed by the distance from the first octet. A block is
 * taken when octets are written to it and given back when they are dropped; an empty chain holds
 * none.
 */
final class BlockChain {

    private static final int BLOCK = BlockPool.BLOCK_OCTETS;
    private static final int SHIFT = Integer.numberOfTrailingZeros(BLOCK);
    private static final int MASK = BLOCK - 1;
    private static final ByteBuffer[] EMPTY = new ByteBuffer[0];

    private final BlockPool pool;

    /**
     * A ring of blocks; its length is 0 or a power of two. A place is null until octets are written
     * there.
     */
    private ByteBuffer[] ring = EMPTY;

    private int first;

    /** The index of the first octet in the first block. */
    private int start;

    private int blocks;

    BlockChain(BlockPool pool) {
        this.pool = pool;
    }

    /**
     * Writes octets at a distance from the first one, possibly beyond octets that are still
     * missing.
     */
    void write(int distance, ByteBuffer source, int sourceAt, int length) {
        int at = start + distance;
        int left = length;
        int from = sourceAt;
        reach(at + length);
        while (left > 0) {
            int index = (first + (at >>> SHIFT)) & (ring.length - 1);
            ByteBuffer block = ring[index];
            int inBlock = at & MASK;
            int octets = Math.min(left, BLOCK - inBlock);
            if (block == null || block.capacity() < inBlock + octets) {
                block = blockFor(index, inBlock + octets);
            }
            block.put(inBlock, source, from, octets);
            at += octets;
            from += octets;
            left -= octets;
        }
    }

    /** Copies octets that have been written. */
    void read(int distance, ByteBuffer target, int targetAt, int length) {
        int at = start + distance;
        int left = length;
        int to = targetAt;
        while (left > 0) {
            ByteBuffer block = ring[(first + (at >>> SHIFT)) & (ring.length - 1)];
            int inBlock = at & MASK;
            int octets = Math.min(left, BLOCK - inBlock);
            target.put(to, block, inBlock, octets);
            at += octets;
            to += octets;
            left -= octets;
        }
    }

    /** Drops the first octets. */
    void drop(int octets) {
        start += octets;
        while (start >= BLOCK && blocks > 0) {
            giveFirst();
            start -= BLOCK;
        }
        if (blocks == 0) {
            start = 0;
        }
    }

    /** Drops all octets. */
    void clear() {
        while (blocks > 0) {
            giveFirst();
        }
        start = 0;
    }

    /** Puts a block in a place that has none, or one that is too small. */
    private ByteBuffer blockFor(int index, int octets) {
        ByteBuffer old = ring[index];
        ByteBuffer block = pool.take(blocks == 1 ? octets : BLOCK);
        if (old != null) {
            block.put(0, old, 0, old.capacity());
            pool.give(old);
        }
        ring[index] = block;
        return block;
    }

    /** Forgets what lies behind the first octets. */
    void truncate(int length) {
        int needed = length == 0 ? 0 : blocksFor(length);
        while (blocks > needed) {
            int last = (first + blocks - 1) & (ring.length - 1);
            if (ring[last] != null) {
                pool.give(ring[last]);
                ring[last] = null;
            }
            blocks--;
        }
        if (blocks == 0) {
            start = 0;
        }
    }

    /** What the blocks take, in octets of memory. */
    int memory() {
        int sum = 0;
        for (int i = 0; i < blocks; i++) {
            ByteBuffer block = ring[(first + i) & (ring.length - 1)];
            sum += block == null ? 0 : BlockPool.memory(block.capacity());
        }
        return sum;
    }

    /** What the blocks of the first octets take if they are copied together and the rest goes. */
    int leastMemory(int length) {
        if (length == 0) {
            return 0;
        }
        if (length <= BLOCK) {
            return Math.min(memory(), BlockPool.memory(BlockPool.capacityFor(length)));
        }
        int needed = blocksFor(length);
        return Math.min(memory(), needed * BlockPool.memory(BlockPool.capacityFor(BLOCK)));
    }

    /**
     * Copies all octets into one block, where one is enough and takes less than those that hold
     * them.
     *
     * @param length how many octets there are; none has been written behind them
     */
    void copyTogether(int length) {
        if (length == 0 || length > BLOCK || leastMemory(length) >= memory()) {
            return;
        }
        ByteBuffer one = pool.take(length);
        read(0, one, 0, length);
        clear();
        reach(length);
        ring[first] = one;
    }

    private int blocksFor(int length) {
        return (start + length + MASK) >>> SHIFT;
    }

    private void giveFirst() {
        if (ring[first] != null) {
            pool.give(ring[first]);
            ring[first] = null;
        }
        first = (first + 1) & (ring.length - 1);
        blocks--;
    }

    /**
     * Makes the ring long enough for octets up to {@code end}, exclusive, counted from the first
     * block.
     */
    private void reach(int end) {
        int needed = (end + MASK) >>> SHIFT;
        if (needed > ring.length) {
            ByteBuffer[] larger =
                    new ByteBuffer[Math.max(2, Integer.highestOneBit(needed - 1) << 1)];
            for (int i = 0; i < blocks; i++) {
                larger[i] = ring[(first + i) & (ring.length - 1)];
            }
            ring = larger;
            first = 0;
        }
        blocks = Math.max(blocks, needed);
    }

    @Override
    public String toString() {
        return blocks + " blocks " + Arrays.toString(ring);
    }
}
