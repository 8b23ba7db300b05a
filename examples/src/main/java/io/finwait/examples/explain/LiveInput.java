package io.finwait.examples.explain;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A pipe that another thread can end. A read from standard input can't be interrupted, so a thread
 * of its own waits there; what it has read is still given out after {@link #stop}.
 */
public final class LiveInput extends InputStream {

    private static final int BLOCK = 1 << 16;
    private static final int BLOCKS = 64;
    private static final byte[] END = new byte[0];

    private final BlockingQueue<byte[]> blocks = new ArrayBlockingQueue<>(BLOCKS);
    private volatile boolean stopped;
    private volatile IOException failure;
    private byte[] block = new byte[0];
    private int at;
    private boolean ended;

    /** Begins to read. */
    public LiveInput(InputStream in) {
        Thread.ofPlatform().daemon().name("finwait-pipe").start(() -> pump(in));
    }

    private void pump(InputStream in) {
        byte[] octets = new byte[BLOCK];
        try {
            int count = in.read(octets);
            while (count >= 0 && !stopped) {
                blocks.put(Arrays.copyOf(octets, count));
                count = in.read(octets);
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        putEnd();
    }

    private void putEnd() {
        try {
            blocks.put(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the stream behind what was read so far; from any thread. */
    public void stop() {
        stopped = true;
        // Wakes who waits for a block; who does not wait looks at the flag.
        blocks.offer(END);
    }

    /** True when it was ended by {@link #stop}, maybe in the middle of a packet. */
    public boolean wasStopped() {
        return stopped;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (at == block.length && !ended) {
            next();
        }
        if (at == block.length) {
            if (failure != null) {
                throw failure;
            }
            return -1;
        }
        int count = Math.min(length, block.length - at);
        System.arraycopy(block, at, to, offset, count);
        at += count;
        return count;
    }

    private void next() throws IOException {
        try {
            byte[] taken = stopped ? blocks.poll() : blocks.take();
            ended = taken == null || taken.length == 0;
            block = ended ? END : taken;
            at = 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the pipe", e);
        }
    }
}
