package io.finwait.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** The other end of a stream link, written anew with blocking calls and no shared code. */
final class FramedPeer implements AutoCloseable {

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 20);

    /** Takes over a connected channel. */
    FramedPeer(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    void sendFrame(byte[] packet) {
        ByteBuffer frame = ByteBuffer.allocate(4 + packet.length);
        sendRaw(frame.putInt(packet.length).put(packet).array());
    }

    /** Writes octets as they are; the other side must have room for them. */
    void sendRaw(byte... octets) {
        try {
            ByteBuffer out = ByteBuffer.wrap(octets);
            while (out.hasRemaining()) {
                channel.write(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next packet, or null when none came in time or ever will. */
    byte[] receiveFrame(long withinNs) {
        long beganNs = System.nanoTime();
        try {
            while (true) {
                byte[] packet = wholeFrame();
                if (packet != null) {
                    return packet;
                }
                int octets = channel.read(in);
                if (octets > 0) {
                    continue;
                }
                long leftNs = withinNs - (System.nanoTime() - beganNs);
                if (octets < 0 || leftNs <= 0) {
                    return null;
                }
                selector.select(leftNs / 1_000_000 + 1);
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] wholeFrame() {
        in.flip();
        byte[] packet = null;
        if (in.remaining() >= 4 && in.remaining() >= 4 + in.getInt(0)) {
            packet = new byte[in.getInt()];
            in.get(packet);
        }
        in.compact();
        return packet;
    }

    /** True when the other side has ended the connection, which is waited for. */
    boolean seesTheEnd() {
        try {
            for (int i = 0; i < 1000; i++) {
                if (channel.read(in) < 0) {
                    return true;
                }
                selector.select(10);
                selector.selectedKeys().clear();
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
