package io.finwait.sim.tcp.matrix;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A transport driven by hand: a test puts packets in and takes out what the endpoint committed. */
public final class HandTransport implements Transport {

    private static final int MTU = 1500;

    private final Deque<ByteBuffer> arriving = new ArrayDeque<>();
    private final List<ByteBuffer> left = new ArrayList<>();

    /** Lets a packet arrive at the next duty cycle. */
    public void arrives(ByteBuffer packet) {
        arriving.add(packet);
    }

    /** Takes what was sent since the last call, in order. */
    public List<ByteBuffer> takeSent() {
        List<ByteBuffer> sent = List.copyOf(left);
        left.clear();
        return sent;
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.plain(MTU);
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int added = 0;
        while (into.room() > 0 && !arriving.isEmpty()) {
            ByteBuffer packet = arriving.poll();
            into.add(new Packet(packet, 0, packet.capacity()));
            added++;
        }
        return added;
    }

    @Override
    public Packet claim(int length) {
        return new Packet(ByteBuffer.allocate(length), 0, length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        left.add(packet.buffer().slice(packet.offset(), packet.length()));
    }

    @Override
    public void abandon(Packet packet) {
        // The room was made for this packet alone.
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void await(long timeoutNs) {
        // Virtual time moves in the test, nobody waits.
    }

    @Override
    public void wakeup() {
        // Nobody waits.
    }

    @Override
    public void close() {
        arriving.clear();
    }
}
