package io.finwait.tcp.internal.buffer;

import java.nio.ByteBuffer;

/** Octets that the user has sent and the peer has not acknowledged, from SND.UNA on. */
public final class SendBuffer {

    private final BlockChain chain;
    private int length;

    public SendBuffer(BlockPool pool) {
        chain = new BlockChain(pool);
    }

    /** How many octets it holds. */
    public int length() {
        return length;
    }

    /** Takes at most {@code most} octets from a user's buffer and moves its position past them. */
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

    /** Drops the first octets, which were acknowledged. */
    public void acknowledge(int octets) {
        length -= octets;
        if (length == 0) {
            chain.clear();
        } else {
            chain.drop(octets);
        }
    }

    /** What its blocks take, in octets of memory. */
    public int memory() {
        return chain.memory();
    }

    /** What {@link #copyTogether} would leave of it. */
    public int leastMemory() {
        return chain.leastMemory(length);
    }

    /** Makes its blocks smaller, if they hold little. */
    public void copyTogether() {
        chain.copyTogether(length);
    }

    public void clear() {
        chain.clear();
        length = 0;
    }
}
