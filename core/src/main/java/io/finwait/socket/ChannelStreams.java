package io.finwait.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** The streams of a channel's socket. */
final class ChannelStreams {

    private ChannelStreams() {}

    private static void requireBlocking(DriverSocketChannel channel) {
        if (!channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
    }

    /** What the peer sends. */
    static final class Input extends InputStream {

        private final DriverSocketChannel channel;
        private final IntSupplier timeoutMs;

        Input(DriverSocketChannel channel, IntSupplier timeoutMs) {
            this.channel = channel;
            this.timeoutMs = timeoutMs;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            requireBlocking(channel);
            if (length == 0) {
                return 0;
            }
            long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs.getAsInt());
            ByteBuffer buffer = ByteBuffer.wrap(into, offset, length);
            return channel.read(buffer, nanos);
        }

        @Override
        public int available() throws IOException {
            return channel.available();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** What is sent to the peer. */
    static final class Output extends OutputStream {

        private final DriverSocketChannel channel;

        Output(DriverSocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, octets.length);
            requireBlocking(channel);
            ByteBuffer buffer = ByteBuffer.wrap(octets, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
