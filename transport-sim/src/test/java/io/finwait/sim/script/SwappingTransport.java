package io.finwait.sim.script;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;

/** Swaps the first pairs of octets of texts of eight, which no checksum notices. */
final class SwappingTransport extends ForwardingTransport {

    private static final int HEADERS = 40;
    private static final int TEXT = 8;

    SwappingTransport(Transport inner) {
        super(inner);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (packet.length() == HEADERS + TEXT) {
            ByteBuffer b = packet.buffer();
            int at = packet.offset() + HEADERS;
            b.putInt(at, Integer.rotateLeft(b.getInt(at), 16));
        }
        super.commit(packet, nowNs);
    }
}
