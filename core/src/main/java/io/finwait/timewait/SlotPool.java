package io.finwait.timewait;

import io.finwait.spi.RandomSource;

import java.util.Arrays;

/**
 * A pool of slots, each a fixed number of longs, in chunks, so that growing never copies more than
 * one chunk. A slot keeps its number until it is freed. Slots are allocated in ascending order
 * within a chunk: entries that came together are adjacent, and they also expire together.
 */
final class SlotPool {

    private static final int CHUNK_SHIFT = 13;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int SMALLEST = 64;

    /**
     * A chunk is used again when at least this many of its slots are free, so that runs stay long.
     */
    private static final int REFILL = CHUNK / 16;

    /** How many random slots are tried before the first one in use is taken. */
    private static final int DRAWS = 32;

    private final int words;
    private long[][] chunks = new long[4][];

    /** A bit for each slot in use. */
    private long[][] used = new long[4][];

    private int[] freeInChunk = new int[4];
    private int current = -1;
    private int position;
    private int live;
    private int capacity;

    SlotPool(int words) {
        this.words = words;
    }

    long get(int slot, int word) {
        return chunks[slot >>> CHUNK_SHIFT][(slot & (CHUNK - 1)) * words + word];
    }

    void set(int slot, int word, long value) {
        chunks[slot >>> CHUNK_SHIFT][(slot & (CHUNK - 1)) * words + word] = value;
    }

    /** The chunk that holds a slot, and with {@link #offset} where in it. */
    long[] chunk(int slot) {
        return chunks[slot >>> CHUNK_SHIFT];
    }

    /** The number of a slot within its chunk. */
    static int index(int slot) {
        return slot & (CHUNK - 1);
    }

    int offset(int slot) {
        return (slot & (CHUNK - 1)) * words;
    }

    /** Allocates a slot; its content is undefined. */
    int allocate() {
        if (current < 0 || freeInChunk[current] == 0) {
            openChunk();
        }
        long[] bits = used[current];
        int word = position >>> 6;
        long free = ~bits[word] & (-1L << position);
        while (free == 0) {
            word = word + 1 == bits.length ? 0 : word + 1;
            free = ~bits[word];
        }
        int bit = Long.numberOfTrailingZeros(free);
        bits[word] |= 1L << bit;
        freeInChunk[current]--;
        live++;
        int slot = (word << 6) + bit;
        position = (slot + 1) & ((bits.length << 6) - 1);
        return (current << CHUNK_SHIFT) | slot;
    }

    void free(int slot) {
        int chunk = slot >>> CHUNK_SHIFT;
        int inside = slot & (CHUNK - 1);
        used[chunk][inside >>> 6] &= ~(1L << inside);
        freeInChunk[chunk]++;
        live--;
        if (isEmpty(chunk) && spare() > live) {
            releaseEmpty();
        }
    }

    /** The first slot in use at {@code from} or behind it, or -1. */
    int nextUsed(int from) {
        int chunk = from >>> CHUNK_SHIFT;
        int inside = from & (CHUNK - 1);
        for (; chunk < chunks.length; chunk++, inside = 0) {
            long[] bits = used[chunk];
            if (bits == null) {
                continue;
            }
            for (int word = inside >>> 6; word < bits.length; word++) {
                long some = bits[word] & (word == inside >>> 6 ? -1L << inside : -1L);
                if (some != 0) {
                    return (chunk << CHUNK_SHIFT) + (word << 6) + Long.numberOfTrailingZeros(some);
                }
            }
        }
        return -1;
    }

    /** A random slot in use; there must be one. */
    int sample(RandomSource random) {
        for (int i = 0; i < DRAWS; i++) {
            long drawn = random.nextLong();
            int chunk = (int) Long.remainderUnsigned(drawn, chunks.length);
            long[] bits = used[chunk];
            if (bits != null) {
                int inside = (int) (drawn >>> 40) & ((bits.length << 6) - 1);
                if ((bits[inside >>> 6] & 1L << inside) != 0) {
                    return chunk << CHUNK_SHIFT | inside;
                }
            }
        }
        return nextUsed(0);
    }

    int live() {
        return live;
    }

    long octets() {
        return capacity * (8L * words) + capacity / 8 + 24L * chunks.length;
    }

    private int spare() {
        return capacity - live - 2 * CHUNK;
    }

    private boolean isEmpty(int chunk) {
        return freeInChunk[chunk] == CHUNK;
    }

    /** Frees empty chunks, but keeps as much room as there are entries. */
    private void releaseEmpty() {
        for (int i = 0; i < chunks.length && spare() > live; i++) {
            if (isEmpty(i) && i != current) {
                chunks[i] = null;
                used[i] = null;
                freeInChunk[i] = 0;
                capacity -= CHUNK;
            }
        }
    }

    private void openChunk() {
        int roomiest = -1;
        int vacant = -1;
        for (int i = 0; i < chunks.length; i++) {
            if (chunks[i] == null) {
                vacant = vacant < 0 ? i : vacant;
            } else if (roomiest < 0 || freeInChunk[i] > freeInChunk[roomiest]) {
                roomiest = i;
            }
        }
        if (roomiest >= 0 && freeInChunk[roomiest] >= REFILL) {
            current = roomiest;
            position = 0;
        } else if (roomiest == 0 && capacity < CHUNK && vacant == 1) {
            growFirst();
        } else {
            addChunk(vacant, roomiest < 0 ? SMALLEST : CHUNK);
        }
    }

    /** Doubles the single chunk of a small table until it has its full size. */
    private void growFirst() {
        int slots = used[0].length << 6;
        chunks[0] = Arrays.copyOf(chunks[0], 2 * slots * words);
        used[0] = Arrays.copyOf(used[0], (2 * slots) >>> 6);
        freeInChunk[0] += slots;
        capacity += slots;
        current = 0;
        position = slots;
    }

    private void addChunk(int vacant, int slots) {
        int chunk = vacant;
        if (chunk < 0) {
            chunk = chunks.length;
            chunks = Arrays.copyOf(chunks, 2 * chunk);
            used = Arrays.copyOf(used, 2 * chunk);
            freeInChunk = Arrays.copyOf(freeInChunk, 2 * chunk);
        }
        chunks[chunk] = new long[slots * words];
        used[chunk] = new long[slots >>> 6];
        freeInChunk[chunk] = slots;
        capacity += slots;
        current = chunk;
        position = 0;
    }
}
