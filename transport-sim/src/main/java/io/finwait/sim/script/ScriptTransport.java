package io.finwait.sim.script;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Keeps what the endpoint sends, each with its time, and delivers what the script injects. */
final class ScriptTransport implements Transport {

    /** A packet that was sent. */
    record Sent(ByteBuffer octets, long atNs) {}

    private final Capabilities capabilities;
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> injected = new ArrayDeque<>();
    private boolean closed;

    ScriptTransport(int mtu) {
        capabilities = new Capabilities(mtu, 0, mtu, false, false, true, true, true);
    }

    /** Puts a packet where the endpoint's next duty cycle finds it. */
    void inject(ByteBuffer packet) {
        injected.add(packet);
    }

    /** What was sent and not yet taken from here, in order. */
    ArrayDeque<Sent> sent() {
        return sent;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int before = into.size();
        while (into.room() > 0 && !injected.isEmpty()) {
            ByteBuffer octets = injected.poll();
            into.add(new Packet(octets, 0, octets.limit()));
        }
        return into.size() - before;
    }

    @Override
    public Packet claim(int length) {
        if (length > capabilities.largestPacket()) {
            throw new IllegalArgumentException(
                    "a packet of %d octets does not fit the MTU of %d"
                            .formatted(length, capabilities.mtu()));
        }
        return closed ? null : new Packet(ByteBuffer.allocate(length), 0, length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        sent.add(new Sent(packet.buffer().slice(packet.offset(), packet.length()), nowNs));
    }

    @Override
    public void abandon(Packet packet) {
        // Its buffer was made for it alone.
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void await(long timeoutNs) {
        // Time is virtual: who drives the endpoint knows when to call it.
    }

    @Override
    public void wakeup() {
        // Nobody waits.
    }

    @Override
    public void close() {
        closed = true;
        injected.clear();
    }
}
