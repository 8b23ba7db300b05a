package io.finwait.timewait;

import java.util.Arrays;

/** An array of longs that grows in chunks, so that it never copies more than a small one. */
final class Longs {

    private static final int CHUNK_SHIFT = 14;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int SMALLEST = 64;

    private long[][] chunks = {new long[SMALLEST], null};
    private int count = 1;

    long get(int i) {
        return chunks[i >>> CHUNK_SHIFT][i & (CHUNK - 1)];
    }

    void set(int i, long value) {
        chunks[i >>> CHUNK_SHIFT][i & (CHUNK - 1)] = value;
    }

    /** Makes room for {@code length} longs, and frees memory far beyond that. */
    void fit(int length) {
        if (count == 1 && chunks[0].length < CHUNK && length > chunks[0].length) {
            chunks[0] = Arrays.copyOf(chunks[0], Math.min(CHUNK, 2 * chunks[0].length));
        }
        while (length > octets() / 8) {
            if (count == chunks.length) {
                chunks = Arrays.copyOf(chunks, 2 * count);
            }
            chunks[count++] = new long[CHUNK];
        }
        while (count > 1 && length < (count - 3) * CHUNK) {
            chunks[--count] = null;
        }
    }

    long octets() {
        return 8L * ((count - 1) * CHUNK + chunks[0].length);
    }
}
