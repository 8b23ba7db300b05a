package io.finwait.examples.custom;

import io.finwait.spi.MailboxTransport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A transport over two streams that carry one packet with each read and each write, as the streams
 * of a TUN device's open file do. docs/android.md gives it those of a {@code VpnService}.
 */
public final class PacketStreams extends MailboxTransport {

    private final InputStream in;
    private final OutputStream out;

    /**
     * Begins to read, on a thread of its own.
     *
     * @param in the endpoint's from now on, which closes it
     * @param out the endpoint's from now on, which closes it; a write must not block for long
     * @param mtu octets of the largest packet, 576 to 65,535
     */
    public PacketStreams(InputStream in, OutputStream out, int mtu) {
        super(mtu);
        this.in = in;
        this.out = out;
        Thread reader = new Thread(this::read, "finwait-packets");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        byte[] packet = new byte[capabilities().mtu()];
        try {
            int octets;
            while ((octets = in.read(packet)) >= 0) {
                // One that finds no room is lost, as packets may be.
                boolean _ = arrived(ByteBuffer.wrap(Arrays.copyOf(packet, octets)));
            }
        } catch (IOException e) {
            // release() was called, or the device is gone: nothing arrives any more.
        }
    }

    @Override
    protected void send(ByteBuffer packet) {
        try {
            out.write(packet.array(), packet.arrayOffset() + packet.position(), packet.remaining());
        } catch (IOException e) {
            // Lost, as packets may be.
        }
    }

    @Override
    protected void release() {
        try (in;
                out) {
            out.flush();
        } catch (IOException e) {
            // Both are closed all the same.
        }
    }
}
