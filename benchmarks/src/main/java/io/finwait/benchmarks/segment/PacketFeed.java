package io.finwait.benchmarks.segment;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A transport without another end: it hands over the packets that a benchmark has written into it,
 * at most {@link #BATCH} at a time, and swallows what the endpoint sends.
 */
final class PacketFeed implements Transport {

    /** Packets of one duty cycle. */
    static final int BATCH = 64;

    static final int MTU = 1500;

    /**
     * Places do not begin at multiples of a power of two, which would share few lines of the cache.
     */
    private static final int PLACE = 1664;

    private static final int OUTGOING = 8;
    private static final int LARGEST = 65_535;

    private final Capabilities capabilities;
    private final Packet[] incoming = new Packet[BATCH];
    private final Packet[] outgoing = new Packet[OUTGOING];
    private Consumer<Packet> listener;
    private int written;
    private int sent;

    /**
     * An empty feed.
     *
     * @param checksumOffload whether checksums are somebody else's work, both ways
     * @param superPackets whether the endpoint may send packets of 64 KB
     */
    PacketFeed(boolean checksumOffload, boolean superPackets) {
        int largest = superPackets ? LARGEST : MTU;
        capabilities =
                new Capabilities(MTU, 0, largest, checksumOffload, superPackets, true, true, false);
        ByteBuffer in = ByteBuffer.allocateDirect(BATCH * PLACE);
        for (int i = 0; i < BATCH; i++) {
            incoming[i] = new Packet(in, i * PLACE, 0);
        }
        int place = superPackets ? LARGEST + 1 : PLACE;
        ByteBuffer out = ByteBuffer.allocateDirect(OUTGOING * place);
        for (int i = 0; i < OUTGOING; i++) {
            outgoing[i] = new Packet(out, i * place, 0);
        }
    }

    /** The next packet to be written; at most {@link #BATCH} before the endpoint takes them. */
    Packet next() {
        return incoming[written++];
    }

    /** Forgets what was written. */
    void forget() {
        written = 0;
    }

    /** Tells every packet that the endpoint sends; null for nobody. */
    void onSent(Consumer<Packet> newListener) {
        listener = newListener;
    }

    /** How many packets the endpoint has sent. */
    int sent() {
        return sent;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int count = written;
        for (int i = 0; i < count; i++) {
            into.add(incoming[i]);
        }
        written = 0;
        return count;
    }

    @Override
    public Packet claim(int length) {
        return outgoing[sent & (OUTGOING - 1)].length(length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        sent++;
        if (listener != null) {
            listener.accept(packet);
        }
    }

    @Override
    public void abandon(Packet packet) {}

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void await(long timeoutNs) {}

    @Override
    public void wakeup() {}

    @Override
    public void close() {}
}
