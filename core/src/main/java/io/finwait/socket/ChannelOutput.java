package io.finwait.socket;

import io.finwait.driver.RingConnection;
import io.finwait.driver.Timekeeper;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** What a channel writes: one thread at a time, which waits here for room. */
final class ChannelOutput extends ChannelDirection {

    private final BooleanSupplier done = this::isDone;

    ChannelOutput(DriverSocketChannel channel, Timekeeper time) {
        super(channel, time);
    }

    private boolean isDone() {
        return !channel.isOpen() || channel.rings().isWritable();
    }

    long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        for (int i = offset; i < offset + length; i++) {
            Objects.requireNonNull(from[i], "buffer");
        }
        lock();
        try {
            channel.requireConnected();
            boolean blocking = channel.isBlocking();
            long total = 0;
            boolean finished = false;
            try {
                if (blocking) {
                    channel.enter();
                }
                total = writeNow(from, offset, length, blocking);
                if (total < 0) {
                    throw endOfOutput();
                }
                finished = total > 0 || channel.isOpen();
            } finally {
                if (blocking) {
                    channel.leave(finished);
                }
            }
            return total;
        } finally {
            unlock();
        }
    }

    private IOException endOfOutput() {
        return isShut()
                ? new AsynchronousCloseException()
                : new IOException(channel.ends().endOfOutput().getMessage());
    }

    /** How many octets were taken, all when the channel blocks; -1 when none is taken any more. */
    private long writeNow(ByteBuffer[] from, int offset, int length, boolean blocking) {
        RingConnection rings = channel.rings();
        int at = offset;
        int end = offset + length;
        long all = remaining(from, at, end);
        while (channel.isOpen()) {
            int taken = isShut() ? -1 : rings.write(from, at, end - at);
            if (taken < 0 && remaining(from, at, end) == all) {
                return -1;
            }
            while (at < end && !from[at].hasRemaining()) {
                at++;
            }
            if (taken < 0 || at == end || !blocking) {
                break;
            }
            boolean unused = await(done, 0);
        }
        return all - remaining(from, at, end);
    }

    private static long remaining(ByteBuffer[] of, int begin, int end) {
        long octets = 0;
        for (int i = begin; i < end; i++) {
            octets += of[i].remaining();
        }
        return octets;
    }
}
