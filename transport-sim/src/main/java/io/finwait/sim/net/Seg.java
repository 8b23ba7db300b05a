package io.finwait.sim.net;

import io.finwait.sim.PacketMatcher;
import io.finwait.sim.PassingPacket;
import io.finwait.sim.Segments;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Segment;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which segments a fault of the path is about: "the first FIN of the shop", "the ACK of the FIN",
 * "the segment with octet 301". Immutable; without {@link #first} or {@link #nth} all of them.
 *
 * <p>They are counted from the moment at which the fault is set ({@link SimNet#on}).
 */
public final class Seg {

    private final String name;
    private final Supplier<PacketMatcher> matcher;
    private final NetHost from;
    private final NetHost to;
    private final long first;
    private final long last;

    private Seg(
            String name,
            Supplier<PacketMatcher> matcher,
            NetHost from,
            NetHost to,
            long first,
            long last) {
        this.name = name;
        this.matcher = matcher;
        this.from = from;
        this.to = to;
        this.first = first;
        this.last = last;
    }

    private static Seg all(String name, PacketMatcher matcher) {
        return new Seg(name, () -> matcher, null, null, 1, Long.MAX_VALUE);
    }

    /** Every segment. */
    public static Seg any() {
        return all("segment", Segments.any());
    }

    /** SYN without ACK: the first step of a handshake. */
    public static Seg syn() {
        return all("SYN", Segments.syn());
    }

    /** SYN with ACK: the second step. */
    public static Seg synAck() {
        return all("SYN,ACK", Segments.synAck());
    }

    /** Segments with FIN, whatever else they carry. */
    public static Seg fin() {
        return all("FIN", Segments.fin());
    }

    /** Segments with RST. */
    public static Seg rst() {
        return all("RST", Segments.rst());
    }

    /** Segments with text. */
    public static Seg data() {
        return all("data", Segments.text());
    }

    /** Segments that do nothing but acknowledge. */
    public static Seg ack() {
        return all("ACK", Segments.pureAck());
    }

    /** Segments whose text has this octet of its sender's stream; the first octet is 1. */
    public static Seg carrying(long octet) {
        return all("octet " + octet, packet -> carries(packet, octet));
    }

    private static boolean carries(PassingPacket packet, long octet) {
        if (!packet.knowsInitialSequenceNumber()) {
            return false;
        }
        int ahead = (int) octet - packet.relativeSeq();
        return ahead >= 0 && ahead < packet.segment().textLength();
    }

    /** Segments that acknowledge the other end's FIN, a retransmitted one included. */
    public static Seg ackOfFin() {
        return new Seg("ACK of FIN", FinMemory::new, null, null, 1, Long.MAX_VALUE);
    }

    /** Only those that a host sends. */
    public Seg from(NetHost host) {
        return new Seg(name, matcher, host, to, first, last);
    }

    /** Only those that go to a host. */
    public Seg to(NetHost host) {
        return new Seg(name, matcher, from, host, first, last);
    }

    /** Only those to a port. */
    public Seg toPort(int port) {
        PacketMatcher chosen = Segments.toPort(port);
        return new Seg(name, () -> matcher.get().and(chosen), from, to, first, last);
    }

    /** Only the first of them. */
    public Seg first() {
        return nth(1);
    }

    /** Only the n-th of them; the first is 1. */
    public Seg nth(long number) {
        if (number < 1) {
            throw new IllegalArgumentException("segments are counted from 1 on");
        }
        return new Seg(name, matcher, from, to, number, number);
    }

    /** The n-th of them and all behind it; the first is 1. */
    public Seg fromNth(long number) {
        return new Seg(name, matcher, from, to, nth(number).first, Long.MAX_VALUE);
    }

    // For the network.

    /** A matcher that counts by itself; a new one for each fault. */
    PacketMatcher counted() {
        PacketMatcher chosen = matcher.get();
        long[] count = new long[1];
        return packet -> {
            boolean matches = chosen.matches(packet) && isBetweenOurs(packet);
            return matches && ++count[0] >= first && count[0] <= last;
        };
    }

    private boolean isBetweenOurs(PassingPacket packet) {
        return (from == null || packet.packet().from().equals(from.name()))
                && (to == null || packet.packet().to().equals(to.name()));
    }

    /** Remembers which sequence numbers are those of a FIN. */
    private static final class FinMemory implements PacketMatcher {

        private record Fin(IpAddress from, int fromPort, IpAddress to, int toPort, int ack) {}

        private final Set<Fin> seen = new HashSet<>();

        @Override
        public boolean matches(PassingPacket packet) {
            if (!packet.hasSegment()) {
                return false;
            }
            Segment s = packet.segment();
            IpAddress source = new IpAddress(s.sourceHigh(), s.sourceLow());
            IpAddress destination = new IpAddress(s.destinationHigh(), s.destinationLow());
            if (s.hasFin()) {
                int behind = s.seq() + s.length();
                seen.add(new Fin(source, s.sourcePort(), destination, s.destinationPort(), behind));
            }
            return s.hasAck()
                    && seen.contains(
                            new Fin(
                                    destination,
                                    s.destinationPort(),
                                    source,
                                    s.sourcePort(),
                                    s.ack()));
        }
    }

    @Override
    public String toString() {
        String which = last == Long.MAX_VALUE ? "" : first + ". ";
        return which + name + (from == null ? "" : " of " + from.name());
    }
}
