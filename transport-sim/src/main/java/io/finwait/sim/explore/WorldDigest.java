package io.finwait.sim.explore;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.internal.endpoint.StateDigest;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;

/**
 * The state of a whole world as 128 bits; equal worlds have equal digests. What can no longer have
 * consequences is left out.
 */
final class WorldDigest {

    private final ExploredWorld world;
    private final Bounds bounds;
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();

    WorldDigest(ExploredWorld world, Bounds bounds) {
        this.world = world;
        this.bounds = bounds;
    }

    /**
     * Which of the two ends is the client no longer matters, so a world and its mirror image are
     * one.
     */
    void of(Digest digest) {
        from(ExploredHost.CLIENT, digest);
        if (bounds.areTwoIncarnations()) {
            return;
        }
        long high = digest.high;
        long low = digest.low;
        from(ExploredHost.SERVER, digest);
        if (Long.compareUnsigned(high, digest.high) < 0) {
            digest.high = high;
            digest.low = low;
        }
    }

    private void from(int first, Digest digest) {
        digest.begin();
        host(world.host(first), digest);
        host(world.host(1 - first), digest);
        world.faults(digest);
    }

    private void host(ExploredHost host, Digest digest) {
        int iss = ExploredHost.initialSequence(host.side);
        int irs = ExploredHost.initialSequence(1 - host.side);
        StateDigest.of(host.endpoint, iss, irs, digest);
        if (bounds.areTwoIncarnations()) {
            // Another SYN may come.
            StateDigest.listeners(host.endpoint, digest);
        }
        if (bounds.areTwoIncarnations() && host.closed) {
            digest.accept(host.incarnation << 8 | (host.endedInOrder() ? 1 : 0));
        } else {
            application(host, digest);
        }
        // Which packet was sent first does not matter: any may arrive next.
        long packets = 0;
        for (WirePacket packet : host.wire.sent) {
            packets += canonical(packet);
        }
        digest.accept(packets);
        digest.accept(host.wire.sent.size());
    }

    private static void application(ExploredHost host, Digest digest) {
        digest.accept(host.incarnation << 16 | host.sent << 8 | host.received);
        digest.accept(
                bits(
                        host.endOfStream,
                        host.halfClosed,
                        host.closed,
                        host.aborted,
                        host.closedBeforeEndOfStream,
                        host.connection.hasEnded()));
        CloseReason reason = host.connection.closeReason();
        digest.accept(reason == null ? 0 : reason.getClass().getName().hashCode());
        digest.accept(host.connection.unread());
    }

    /** A packet without its addresses, its numbers relative to the initial ones. */
    private long canonical(WirePacket packet) {
        ByteBuffer octets = ByteBuffer.wrap(packet.octets);
        if (ip.parse(octets, 0, packet.octets.length) != Verdict.OK
                || segment.parse(ip, true) != Verdict.OK) {
            throw new AssertionError("an endpoint has sent something malformed");
        }
        long seq = Seq.distance(ExploredHost.initialSequence(packet.from), segment.seq());
        long ack =
                segment.hasAck()
                        ? Seq.distance(ExploredHost.initialSequence(1 - packet.from), segment.ack())
                        : 0;
        long age = bounds.areTwoIncarnations() ? packet.ageNs << 1 | (packet.straggler ? 1 : 0) : 0;
        return Digest.mix(
                Digest.mix(Digest.mix(seq << 32 ^ ack) ^ age)
                        ^ (segment.flags() & ~TcpHeader.PSH)
                        ^ (long) segment.textLength() << 8
                        ^ (long) Math.min(segment.window(), 2) << 40
                        ^ text(octets) << 24);
    }

    private long text(ByteBuffer octets) {
        return segment.textLength() == 0 ? 0 : octets.get(segment.textOffset()) & 0xFF & 0x3F;
    }

    private static long bits(boolean... facts) {
        long all = 0;
        for (boolean fact : facts) {
            all = all << 1 | (fact ? 1 : 0);
        }
        return all;
    }
}
