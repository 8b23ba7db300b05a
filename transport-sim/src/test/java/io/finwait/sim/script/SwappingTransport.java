package io.finwait.sim.script;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;

/**
 * Swaps two pairs of octets of texts of eight, the first or the last ones, which no checksum
 * notices.
 */
final class SwappingTransport extends ForwardingTransport {

    private static final int HEADERS = 40;
    private static final int TEXT = 8;

    private final int from;

    /** Swaps the first two pairs. */
    SwappingTransport(Transport inner) {
        this(inner, 0);
    }

    /** Swaps the two pairs that begin at an octet of the text. */
    SwappingTransport(Transport inner, int from) {
        super(inner);
        this.from = from;
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (packet.length() == HEADERS + TEXT) {
            ByteBuffer b = packet.buffer();
            int at = packet.offset() + HEADERS + from;
            b.putInt(at, Integer.rotateLeft(b.getInt(at), 16));
        }
        super.commit(packet, nowNs);
    }
}
