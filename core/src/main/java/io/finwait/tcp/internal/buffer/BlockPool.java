package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The blocks from which send and receive buffers are built, of three sizes, and how much memory
 * they take. It belongs to one endpoint and its thread.
 */
public final class BlockPool {

    /** Octets of a large block; a power of two. */
    public static final int BLOCK_OCTETS = 16 * 1024;

    /** Octets of a small block, for a buffer that holds no more. */
    public static final int SMALL_OCTETS = 512;

    /** Octets of a medium block, for the same. */
    private static final int MEDIUM_OCTETS = 4096;

    /**
     * Octets added to each large block: if all began at multiples of a power of two, the first
     * cache lines of many blocks would evict one another.
     */
    private static final int STAGGER_OCTETS = 1536;

    /** What the JVM needs for a buffer and its array besides the octets. */
    private static final int HEADERS = 64;

    /** So much is kept for later even if much less is in use. */
    private static final long ALWAYS_KEPT = 4L << 20;

    private final long budget;
    private final Free small = new Free();
    private final Free medium = new Free();
    private final Free large = new Free();
    private int taken;
    private long octetsInUse;
    private long octetsFree;

    /** What is no block and counts as well. */
    private long elsewhere;

    /**
     * A pool without blocks.
     *
     * @param budgetOctets how much memory the blocks in use are to take, with what is counted
     *     elsewhere; it is not enforced here, but nothing is kept for later beyond it
     */
    public BlockPool(long budgetOctets) {
        budget = budgetOctets;
    }

    /** A block with undefined content and place for so many octets, at most a large block. */
    ByteBuffer take(int octets) {
        int capacity = capacityFor(octets);
        ByteBuffer block = freeOnes(capacity).poll();
        if (block == null) {
            block = ByteBuffer.allocate(capacity);
            makeRoomFor(memory(block));
        } else {
            octetsFree -= memory(block);
        }
        taken++;
        octetsInUse += memory(block);
        return block;
    }

    /** The capacity of a block that has place for so many octets. */
    static int capacityFor(int octets) {
        if (octets <= SMALL_OCTETS) {
            return SMALL_OCTETS;
        }
        return octets <= MEDIUM_OCTETS ? MEDIUM_OCTETS : BLOCK_OCTETS + STAGGER_OCTETS;
    }

    private Free freeOnes(int capacity) {
        return capacity == SMALL_OCTETS ? small : capacity == MEDIUM_OCTETS ? medium : large;
    }

    /**
     * Takes a block back. More than is in use is not kept, beyond a few megabytes: what a flood has
     * needed goes with it.
     */
    void give(ByteBuffer block) {
        int memory = memory(block);
        taken--;
        octetsInUse -= memory;
        boolean fits = total() + memory <= budget;
        if (fits && octetsFree + memory <= Math.max(ALWAYS_KEPT, octetsInUse)) {
            octetsFree += memory;
            freeOnes(block.capacity()).push(block);
        } else {
            trim();
        }
    }

    /** What is kept beyond the present use goes as well, a block for each that comes back. */
    private void trim() {
        ByteBuffer one = large.poll();
        if (one == null) {
            one = medium.poll();
        }
        if (one == null) {
            one = small.poll();
        }
        if (one != null) {
            octetsFree -= memory(one);
        }
    }

    /** A new block: kept ones of other sizes go, as long as all together is too much. */
    private void makeRoomFor(int memory) {
        while (octetsFree > 0 && total() + memory > budget) {
            trim();
        }
    }

    /** What blocks take, in use or not, and all else that counts. */
    private long total() {
        return octetsInUse + octetsFree + elsewhere;
    }

    /** Counts memory that is not in blocks, in octets; replaces what was counted before. */
    public void countElsewhere(long octets) {
        elsewhere = octets;
        makeRoomFor(0);
    }

    /** What was counted by {@link #countElsewhere}. */
    public long octetsElsewhere() {
        return elsewhere;
    }

    private static int memory(ByteBuffer block) {
        return memory(block.capacity());
    }

    /** What a block of a capacity takes, in octets. */
    static int memory(int capacity) {
        return capacity + HEADERS;
    }

    /** How many blocks are in use. */
    public int inUse() {
        return taken;
    }

    /** How much memory the blocks in use take, in octets. */
    public long octetsInUse() {
        return octetsInUse;
    }

    /** How much memory is kept for later, in octets. */
    public long octetsFree() {
        return octetsFree;
    }

    /** Three quarters of the budget are in use. */
    public boolean isUnderPressure() {
        return octetsInUse + elsewhere > budget - (budget >> 2);
    }

    /** The budget is in use. */
    public boolean isFull() {
        return octetsInUse + elsewhere > budget;
    }

    /**
     * By how much more is in use than so many sixteenths of the budget, in octets; negative when it
     * is less.
     */
    public long beyond(int sixteenths) {
        return octetsInUse + elsewhere - (budget >> 4) * sixteenths;
    }

    /** Free blocks of one size. */
    private static final class Free {

        private ByteBuffer[] blocks = new ByteBuffer[16];
        private int count;

        ByteBuffer poll() {
            if (count == 0) {
                return null;
            }
            ByteBuffer block = blocks[--count];
            blocks[count] = null;
            return block;
        }

        void push(ByteBuffer block) {
            if (count == blocks.length) {
                blocks = Arrays.copyOf(blocks, 2 * count);
            }
            blocks[count++] = block;
        }
    }
}
