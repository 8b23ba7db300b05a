package io.finwait.socket;

import io.finwait.driver.RingConnection;
import io.finwait.driver.Timekeeper;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** What a channel reads: one thread at a time, which waits here for octets or for a handshake. */
final class ChannelInput extends ChannelDirection {

    private final BooleanSupplier done = this::isDone;

    ChannelInput(DriverSocketChannel channel, Timekeeper time) {
        super(channel, time);
    }

    /** A read would not wait. */
    boolean isDone() {
        return !channel.isOpen() || isShut() || channel.rings().isReadable();
    }

    int available(RingConnection rings) {
        return isShut() ? 0 : rings.available();
    }

    /** Before anything is taken: what went into other buffers would be lost to the caller. */
    private static void requireWritable(ByteBuffer into) {
        if (into.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    int read(ByteBuffer into, long nanos) throws IOException {
        requireWritable(into);
        lock();
        try {
            channel.requireConnected();
            boolean blocking = channel.isBlocking();
            int octets = 0;
            try {
                if (blocking) {
                    channel.enter();
                }
                octets = readNow(into, blocking, nanos);
            } finally {
                if (blocking) {
                    channel.leave(octets != 0);
                }
            }
            return octets;
        } finally {
            unlock();
        }
    }

    long read(ByteBuffer[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        for (int i = offset; i < offset + length; i++) {
            requireWritable(into[i]);
        }
        long total = 0;
        lock();
        try {
            channel.requireConnected();
            RingConnection rings = channel.rings();
            for (int i = offset; i < offset + length; i++) {
                if (!into[i].hasRemaining()) {
                    continue;
                }
                if (total > 0 && !rings.isReadable()) {
                    break;
                }
                // After the first octet only octets that are there already, and no failure.
                int octets = total == 0 ? read(into[i], 0) : rings.read(into[i]);
                if (octets < 0) {
                    return total == 0 ? -1 : total;
                }
                total += octets;
                if (into[i].hasRemaining()) {
                    break;
                }
            }
            return total;
        } finally {
            unlock();
        }
    }

    private int readNow(ByteBuffer into, boolean blocking, long nanos) throws IOException {
        StreamEnds ends = channel.ends();
        while (channel.isOpen()) {
            ends.refuseAfterReset();
            if (isShut()) {
                return -1;
            }
            int octets = channel.rings().read(into);
            if (octets > 0) {
                return octets;
            }
            if (octets < 0) {
                return ends.endOfInput();
            }
            if (!blocking || !into.hasRemaining()) {
                return 0;
            }
            if (!await(done, nanos)) {
                throw new SocketTimeoutException("Read timed out");
            }
        }
        return 0;
    }
}
