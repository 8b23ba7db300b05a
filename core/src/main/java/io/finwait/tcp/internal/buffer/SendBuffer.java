package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;

/** Octets that the user has sent and the peer has not acknowledged; the first one is at SND.UNA. */
public final class SendBuffer {

    private final BlockChain chain;
    private int length;

    public SendBuffer(BlockPool pool) {
        chain = new BlockChain(pool);
    }

    /** Octets held. */
    public int length() {
        return length;
    }

    /** Takes octets from a user's buffer, at most {@code most}; consumes them there. */
    public int append(ByteBuffer source, int most) {
        int octets = Math.min(most, source.remaining());
        if (octets > 0) {
            chain.write(length, source, source.position(), octets);
            source.position(source.position() + octets);
            length += octets;
        }
        return octets;
    }

    /** Copies octets into a packet. */
    public void copy(int distance, int octets, ByteBuffer target, int at) {
        chain.read(distance, target, at, octets);
    }

    /** The first octets were acknowledged. */
    public void acknowledge(int octets) {
        length -= octets;
        if (length == 0) {
            chain.clear();
        } else {
            chain.drop(octets);
        }
    }

    public void clear() {
        chain.clear();
        length = 0;
    }
}
