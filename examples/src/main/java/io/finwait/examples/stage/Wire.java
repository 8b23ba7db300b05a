package io.finwait.examples.stage;

import io.finwait.picture.LadderPacket;
import io.finwait.spi.Packet;
import io.finwait.trace.End;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PacketTap;
import io.finwait.wire.IpView;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What two hosts say to each other where all of it passes through this process: each packet is put
 * on the ladder, and lost, copied or kept for a while as the story wants. Time is real, and a
 * packet that passes takes none.
 */
final class Wire {

    private static final Duration QUIET = Duration.ofMillis(50);

    private final Recorder recorder;
    private final List<PacketTap> captures;
    private final LongSupplier clock;
    private final LongConsumer look;
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final List<Loss> losses = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();
    private final List<Delay> delays = new ArrayList<>();
    private final List<Kept> kept = new ArrayList<>();
    private final List<Consumer<ByteBuffer>> exits = new ArrayList<>(List.of(_ -> {}, _ -> {}));
    private final List<UnderWay> underWay = new ArrayList<>();
    private final boolean arrivalsAreSeen;
    private boolean isCut;
    private long cutUntilNs;
    private long lastPacketNs;

    private record Loss(End from, Predicate<Segment> which, boolean once) {}

    private record Delay(End from, Predicate<Segment> which, Duration longer) {}

    private record UnderWay(End from, ByteBuffer octets, LadderPacket arrow) {}

    private record Kept(End from, ByteBuffer octets, LadderPacket arrow, long untilNs) {}

    private static final class Copy {
        private final End from;
        private final Predicate<Segment> which;
        private Kept kept;

        Copy(End from, Predicate<Segment> which) {
            this.from = from;
            this.which = which;
        }
    }

    /**
     * A wire without faults.
     *
     * @param look is called before each packet, so that states are seen before it changes them
     * @param arrivalsAreSeen true where each arrival is told; else what goes on arrives at once
     */
    Wire(Recorder recorder, LongSupplier clock, LongConsumer look, boolean arrivalsAreSeen) {
        this.arrivalsAreSeen = arrivalsAreSeen;
        this.recorder = recorder;
        captures = List.of(recorder.captureAt(End.A), recorder.captureAt(End.B));
        this.clock = clock;
        this.look = look;
    }

    long nowNs() {
        return clock.getAsLong();
    }

    /** Where a packet goes that an end has sent and that was kept. */
    void exit(End from, Consumer<ByteBuffer> exit) {
        exits.set(from.ordinal(), exit);
    }

    /** True when a packet goes on at once; else it is lost, or comes out of the exit later. */
    boolean carries(long nowNs, End from, Packet packet) {
        boolean isTcp =
                ip.parse(packet.buffer(), packet.offset(), packet.length()) == Verdict.OK
                        && ip.protocol() == Protocol.TCP
                        && segment.parse(ip, true) == Verdict.OK;
        if (!isTcp || recorder.isOver()) {
            return true;
        }
        look.accept(nowNs);
        lastPacketNs = nowNs;
        LadderPacket arrow =
                recorder.sent(nowNs, from, packet.buffer(), packet.offset(), packet.length());
        copyIfWanted(nowNs, from, packet, arrow);
        capture(nowNs, from, PacketDirection.SENT, packet);
        if (isLost(nowNs, from)) {
            arrow.lost();
            return false;
        }
        for (Delay delay : delays) {
            if (delay.from == from && delay.which.test(segment)) {
                long until = nowNs + delay.longer.toNanos();
                kept.add(new Kept(from, octets(packet), arrow, until));
                return false;
            }
        }
        if (arrivalsAreSeen) {
            underWay.add(new UnderWay(from, octets(packet), arrow));
            return true;
        }
        arrow.arrives(nowNs);
        capture(nowNs, from.other(), PacketDirection.RECEIVED, packet);
        return true;
    }

    /** A transport may reorder, lose and repeat, so that a packet is known by its octets. */
    void arrived(long nowNs, End from, Packet packet) {
        lastPacketNs = nowNs;
        ByteBuffer octets = octets(packet);
        for (int i = 0; i < underWay.size(); i++) {
            UnderWay each = underWay.get(i);
            if (each.from == from && each.octets.equals(octets)) {
                underWay.remove(i).arrow.arrives(nowNs);
                break;
            }
        }
        capture(nowNs, from.other(), PacketDirection.RECEIVED, packet);
    }

    private void capture(long nowNs, End at, PacketDirection way, Packet packet) {
        captures.get(at.ordinal())
                .packet(nowNs, way, packet.buffer(), packet.offset(), packet.length());
    }

    private static ByteBuffer octets(Packet packet) {
        ByteBuffer octets = ByteBuffer.allocate(packet.length());
        return octets.put(0, packet.buffer(), packet.offset(), packet.length());
    }

    private boolean isLost(long nowNs, End from) {
        if (isCut && cutUntilNs - nowNs > 0) {
            return true;
        }
        for (Iterator<Loss> each = losses.iterator(); each.hasNext(); ) {
            Loss loss = each.next();
            if (loss.from == from && loss.which.test(segment)) {
                if (loss.once) {
                    each.remove();
                }
                return true;
            }
        }
        return false;
    }

    private void copyIfWanted(long nowNs, End from, Packet packet, LadderPacket arrow) {
        for (Copy copy : copies) {
            if (copy.kept == null && copy.from == from && copy.which.test(segment)) {
                copy.kept = new Kept(from, octets(packet), arrow, nowNs);
            }
        }
    }

    /** Lets what was kept long enough come out; how many packets that were. */
    int release() {
        int released = 0;
        for (int i = 0; i < kept.size(); i++) {
            if (kept.get(i).untilNs - clock.getAsLong() <= 0) {
                arrive(kept.remove(i--));
                released++;
            }
        }
        return released;
    }

    private void arrive(Kept late) {
        lastPacketNs = clock.getAsLong();
        if (arrivalsAreSeen) {
            underWay.add(new UnderWay(late.from, late.octets, late.arrow));
        } else {
            late.arrow.arrives(lastPacketNs);
            Packet packet = new Packet(late.octets, 0, late.octets.capacity());
            capture(lastPacketNs, late.from.other(), PacketDirection.RECEIVED, packet);
        }
        exits.get(late.from.ordinal()).accept(late.octets);
    }

    /** When the next packet has been kept long enough. */
    long nextDeadlineNs() {
        return kept.stream().mapToLong(Kept::untilNs).min().orElse(Long.MAX_VALUE);
    }

    void lose(End from, Predicate<Segment> which, boolean once) {
        losses.add(new Loss(from, which, once));
    }

    World.Late keepCopy(End from, Predicate<Segment> which) {
        Copy copy = new Copy(from, which);
        copies.add(copy);
        return () -> arrive(copy.kept);
    }

    void delay(End from, Predicate<Segment> which, Duration longer) {
        delays.add(new Delay(from, which, longer));
    }

    void cut(Duration time) {
        isCut = true;
        cutUntilNs = clock.getAsLong() + time.toNanos();
    }

    /** True for a moment after each packet. */
    boolean isBusy() {
        return !kept.isEmpty() || clock.getAsLong() - lastPacketNs < QUIET.toNanos();
    }
}
