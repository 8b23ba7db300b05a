package io.finwait.nio;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;
import java.util.function.Predicate;

/** A transport that hears what it is told to; one segment it can keep, and hear later. */
final class Ear extends ForwardingTransport {

    private final PacketBatch arrived = new PacketBatch(64);
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private Predicate<Segment> hears = each -> true;
    private Predicate<Segment> keeps = each -> false;
    private Packet kept;
    private boolean hearsKept;

    Ear(Transport below) {
        super(below);
    }

    /** From now on only such segments are heard. */
    void hearsOnly(Predicate<Segment> which) {
        hears = which;
    }

    /** The first of these is kept, and everything else is lost. */
    void keeps(Predicate<Segment> which) {
        hearsOnly(each -> false);
        keeps = which;
    }

    boolean hasKept() {
        return kept != null;
    }

    /** What was kept arrives. */
    void hearsKept() {
        hearsKept = true;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        arrived.clear();
        super.receive(arrived, nowNs);
        int before = into.size();
        if (hearsKept) {
            into.add(kept);
            hearsKept = false;
        }
        for (int i = 0; i < arrived.size(); i++) {
            Packet packet = arrived.get(i);
            boolean isSegment =
                    ip.parse(packet.buffer(), packet.offset(), packet.length()) == Verdict.OK
                            && segment.parse(ip, false) == Verdict.OK;
            if (isSegment && hears.test(segment)) {
                into.add(packet);
            } else if (isSegment && kept == null && keeps.test(segment)) {
                ByteBuffer copy = ByteBuffer.allocate(packet.length());
                copy.put(0, packet.buffer(), packet.offset(), packet.length());
                kept = new Packet(copy, 0, packet.length());
            }
        }
        return into.size() - before;
    }
}
