package io.finwait.sim;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

/**
 * Impairs the traffic of any transport, in virtual or real time: loss, delay, duplication,
 * reordering, corruption, rate and partition in each direction by a {@link LinkModel} and one seed.
 * Of a super-packet all segments share one fate.
 *
 * <p>With {@link LinkModel#perfect()} both ways everything passes through in place. Packets that
 * have to wait are copied to buffers of this transport, which are pooled. The times of a partition
 * are those of the clock that the transport is used with.
 */
public final class FaultTransport implements Transport {

    /** How many packets may be delayed in each direction; more are lost. */
    static final int MOST_DELAYED = 65_536;

    private final Transport inner;
    private final Capabilities capabilities;
    private final DelayLine outgoing;
    private final DelayLine incoming;
    private final FaultCounters sent = new FaultCounters();
    private final FaultCounters received = new FaultCounters();
    private final PacketBatch raw = new PacketBatch(64);
    private long lastNowNs;
    private boolean blocked;
    private boolean closed;

    /**
     * Wraps a transport, which belongs to the new one from now on.
     *
     * @param outgoing for packets that are committed here
     * @param incoming for packets that are received here
     * @param seed of all chance
     */
    public FaultTransport(Transport inner, LinkModel outgoing, LinkModel incoming, long seed) {
        this.inner = inner;
        int room = inner.capabilities().largestPacket();
        this.outgoing = new DelayLine(new Impairment(outgoing, Mix.seed(seed, "outgoing")), room);
        this.incoming = new DelayLine(new Impairment(incoming, Mix.seed(seed, "incoming")), room);
        capabilities = capabilities(inner.capabilities(), outgoing);
    }

    private static Capabilities capabilities(Capabilities of, LinkModel outgoing) {
        boolean clean = outgoing.equals(LinkModel.perfect());
        // A checksum that is completed behind the corruption would hide it.
        boolean offload = outgoing.corruption() == 0;
        return new Capabilities(
                of.mtu(),
                of.headroom(),
                offload ? of.largestPacket() : of.mtu(),
                offload && of.checksumOffload(),
                offload && of.segmentationOffload(),
                clean && of.lossless(),
                clean && of.ordered(),
                of.allocates(),
                of.medium());
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    /** What has become of packets that were committed here; any thread may look. */
    public FaultCounters outgoing() {
        return sent;
    }

    /** What has become of packets that were received here; any thread may look. */
    public FaultCounters incoming() {
        return received;
    }

    @Override
    public Packet claim(int length) {
        if (length > capabilities.largestPacket()) {
            throw new IllegalArgumentException(
                    "a claim of "
                            + length
                            + " octets; largestPacket is "
                            + capabilities.largestPacket());
        }
        return inner.claim(length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (goesAtOnce(packet, nowNs)) {
            inner.commit(packet, nowNs);
        } else {
            inner.abandon(packet);
        }
    }

    /** Whether all that is sent waits first, so that it needs no room below before it is due. */
    boolean delaysAll() {
        return outgoing.dice().model().delayNs() > 0;
    }

    /** Sends a packet that was not claimed, and may be changed, where all of them wait first. */
    void commitLater(Packet packet, long nowNs) {
        if (goesAtOnce(packet, nowNs)) {
            throw new IllegalStateException("a packet is due now; claim room for it");
        }
    }

    /** Rolls the dice for a packet; false when it is lost, or a copy of it goes later. */
    private boolean goesAtOnce(Packet packet, long nowNs) {
        lastNowNs = nowNs;
        Impairment dice = outgoing.dice();
        dice.judge(packet.length(), nowNs);
        sent.came(packet.length());
        if (dice.drop() != null) {
            sent.drop(dice.drop());
            return false;
        }
        sent.judged(dice);
        if (dice.duplicated()) {
            later(outgoing, sent, packet, nowNs, dice.copyArrivalNs());
        }
        mark(packet, dice, sent);
        dice.corrupt(packet.buffer(), packet.offset());
        if (dice.arrivalNs() - nowNs <= 0) {
            sent.delivered(packet.length());
            return true;
        }
        later(outgoing, sent, packet, nowNs, dice.arrivalNs());
        return false;
    }

    /** Keeps a copy until it is due and returns it, or null when the line is full. */
    private static Packet later(
            DelayLine line, FaultCounters counters, Packet packet, long nowNs, long arrivalNs) {
        Packet copy = line.add(packet, nowNs, line.dice().departureNs(), arrivalNs);
        if (copy == null) {
            counters.drop(DropReason.QUEUE_FULL);
        }
        return copy;
    }

    @Override
    public void abandon(Packet packet) {
        inner.abandon(packet);
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (closed) {
            return 0;
        }
        lastNowNs = nowNs;
        sendWhatIsDue(nowNs);
        incoming.giveBackLent();
        int before = into.size();
        lendWhatIsDue(into, nowNs);
        if (into.room() > 0) {
            raw.clear();
            inner.receive(raw, nowNs);
            for (int i = 0; i < raw.size(); i++) {
                arrived(raw.get(i), into, nowNs);
            }
            lendWhatIsDue(into, nowNs);
        }
        return into.size() - before;
    }

    private void lendWhatIsDue(PacketBatch into, long nowNs) {
        while (into.room() > 0 && incoming.isDue(nowNs)) {
            received.late(nowNs - incoming.nextNs());
            Packet due = incoming.lend();
            received.delivered(due.length());
            into.add(due);
        }
    }

    private void mark(Packet packet, Impairment dice, FaultCounters counters) {
        int ip = capabilities.medium() == Medium.ETHERNET ? Frames.HEADER : 0;
        int at = packet.offset() + ip;
        counters.marked(dice.mark(packet.buffer(), at, packet.length() - ip));
    }

    /** A packet that is unimpaired and first in line is passed on in place, without a copy. */
    private void arrived(Packet packet, PacketBatch into, long nowNs) {
        Impairment dice = incoming.dice();
        dice.judge(packet.length(), nowNs);
        received.came(packet.length());
        if (dice.drop() != null) {
            received.drop(dice.drop());
            return;
        }
        received.judged(dice);
        if (dice.duplicated()) {
            later(incoming, received, packet, nowNs, dice.copyArrivalNs());
        }
        boolean late = dice.arrivalNs() - nowNs > 0;
        if (late || dice.corrupts() || dice.marks() || into.room() == 0 || incoming.isDue(nowNs)) {
            Packet copy = later(incoming, received, packet, nowNs, dice.arrivalNs());
            if (copy != null) {
                mark(copy, dice, received);
            }
            if (copy != null && dice.corrupts()) {
                dice.corrupt(copy.buffer(), copy.offset());
                copy.checksumOffloaded(false);
            }
        } else {
            received.delivered(packet.length());
            into.add(packet);
        }
    }

    private void sendWhatIsDue(long nowNs) {
        blocked = false;
        while (outgoing.isDue(nowNs)) {
            Packet waiting = outgoing.first();
            Packet room = inner.claim(waiting.length());
            if (room == null) {
                blocked = true;
                return;
            }
            DelayLine.copy(waiting, room);
            sent.late(nowNs - outgoing.nextNs());
            sent.delivered(waiting.length());
            outgoing.removeFirst();
            inner.commit(room, nowNs);
        }
    }

    @Override
    public long nextDeadlineNs() {
        if (closed) {
            return Long.MAX_VALUE;
        }
        // A packet that found no room below goes when await reports room, at no known time.
        long own = blocked ? incoming.nextNs() : earlier(incoming.nextNs(), outgoing.nextNs());
        return earlier(own, inner.nextDeadlineNs());
    }

    private static long earlier(long a, long b) {
        if (a == Long.MAX_VALUE || b == Long.MAX_VALUE) {
            return a == Long.MAX_VALUE ? b : a;
        }
        return a - b <= 0 ? a : b;
    }

    @Override
    public void await(long timeoutNs) {
        long own = earlier(incoming.nextNs(), blocked ? Long.MAX_VALUE : outgoing.nextNs());
        long least = own == Long.MAX_VALUE ? timeoutNs : Math.min(timeoutNs, own - lastNowNs);
        inner.await(Math.max(0, least));
    }

    @Override
    public void wakeup() {
        inner.wakeup();
    }

    @Override
    public void close() {
        closed = true;
        inner.close();
        outgoing.clear();
        incoming.clear();
    }
}
