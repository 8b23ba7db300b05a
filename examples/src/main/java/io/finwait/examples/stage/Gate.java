package io.finwait.examples.stage;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A transport that loses what it is told to, and can keep arriving packets waiting. */
final class Gate implements Transport {

    private final Transport below;
    private final List<Predicate<Segment>> lost = new ArrayList<>();
    private final PacketBatch arrived = new PacketBatch(64);
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private boolean shut;
    private boolean dropNext;
    private long cutUntilNs;

    Gate(Transport below) {
        this.below = below;
    }

    void shut(boolean newShut) {
        shut = newShut;
    }

    /** The packet that is committed next is lost. */
    void dropNext(boolean drop) {
        dropNext = drop;
    }

    boolean dropsNext() {
        return dropNext;
    }

    void loseArriving(Predicate<Segment> which) {
        lost.add(which);
    }

    void cutUntil(long timeNs) {
        cutUntilNs = timeNs;
    }

    @Override
    public Capabilities capabilities() {
        return below.capabilities();
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (shut) {
            return 0;
        }
        arrived.clear();
        below.receive(arrived, nowNs);
        int before = into.size();
        for (int i = 0; i < arrived.size() && into.room() > 0; i++) {
            if (cutUntilNs - nowNs <= 0 && !isLost(arrived.get(i))) {
                into.add(arrived.get(i));
            }
        }
        return into.size() - before;
    }

    private boolean isLost(Packet packet) {
        boolean isSegment =
                !lost.isEmpty()
                        && ip.parse(packet.buffer(), packet.offset(), packet.length()) == Verdict.OK
                        && segment.parse(ip, true) == Verdict.OK;
        return isSegment && lost.stream().anyMatch(which -> which.test(segment));
    }

    @Override
    public Packet claim(int length) {
        return below.claim(length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (dropNext) {
            dropNext = false;
            below.abandon(packet);
        } else {
            below.commit(packet, nowNs);
        }
    }

    @Override
    public void abandon(Packet packet) {
        below.abandon(packet);
    }

    @Override
    public long nextDeadlineNs() {
        return below.nextDeadlineNs();
    }

    @Override
    public void await(long timeoutNs) {
        below.await(timeoutNs);
    }

    @Override
    public void wakeup() {
        below.wakeup();
    }

    @Override
    public void close() {
        below.close();
    }
}
