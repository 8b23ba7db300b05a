package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatRow;
import io.finwait.trace.SegmentFields;
import io.finwait.trace.SegmentLabel;
import io.finwait.trace.SegmentReader;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * The story of two ends: packets with their fate, states, calls and pauses, to be drawn by {@link
 * TextLadder} or {@link SvgLadder}.
 *
 * <pre>{@code
 * Ladder ladder = new Ladder("client", "server");
 * ladder.state(now, End.A, "FIN_WAIT_1");
 * LadderPacket fin = ladder.sent(now, End.A, buffer, offset, length);
 * fin.arrives(now + delay);
 * }</pre>
 *
 * <p>Things are told in the order in which they happen: that order decides between equal times. An
 * end's state change is told before the segment that it sends and after the one that caused it.
 * Times are nanoseconds of any one clock, compared by subtraction. For one thread.
 */
public final class Ladder {

    /** A transit longer than this many usual ones is drawn as a delay. */
    private static final int DELAYED = 4;

    /** A pause longer than this many usual transits is drawn shortened. */
    private static final int IDLE = 8;

    private static final long SHORTEST_PAUSE_NS = 1_000_000;

    /**
     * Where transits are too short to be drawn, the time that a busy machine takes for a step is
     * not a pause.
     */
    private static final long SHORTEST_PAUSE_WITHOUT_TRANSITS_NS = 20_000_000;

    private final String nameOfA;
    private final String nameOfB;
    private final SegmentReader reader = new SegmentReader();
    private final List<LadderEvent> events = new ArrayList<>();
    private final List<Integer> orders = new ArrayList<>();
    private String title = "";
    private int order;

    /**
     * An empty ladder.
     *
     * @param nameOfA the end on the left, {@code client} for instance
     * @param nameOfB the end on the right
     */
    public Ladder(String nameOfA, String nameOfB) {
        this.nameOfA = Objects.requireNonNull(nameOfA, "nameOfA");
        this.nameOfB = Objects.requireNonNull(nameOfB, "nameOfB");
    }

    /** Shows sequence numbers as they are in the header, not relative to the initial ones. */
    public Ladder absoluteNumbers() {
        reader.absoluteNumbers();
        return this;
    }

    /** Sets a heading; empty for none. */
    public Ladder title(String text) {
        title = Objects.requireNonNull(text, "text");
        return this;
    }

    /** The heading; may be empty. */
    public String title() {
        return title;
    }

    /** An end's name. */
    public String name(End end) {
        return end == End.A ? nameOfA : nameOfB;
    }

    /**
     * An end sends a packet; its label is read from the octets.
     *
     * @param b big-endian, read during the call only
     * @param offset index of the first octet of the IP header
     * @param length octets of the packet
     * @return the packet, to be told its fate; without one it is drawn as still under way
     */
    public LadderPacket sent(long nowNs, End from, ByteBuffer b, int offset, int length) {
        SegmentLabel label = reader.read(from, b, offset, length);
        return sent(nowNs, from, label, reader.fields());
    }

    /** An end sends a packet with a given label. */
    public LadderPacket sent(long nowNs, End from, SegmentLabel label) {
        return sent(nowNs, from, label, null);
    }

    /**
     * An end sends a packet with a given label and header.
     *
     * @param fields null where they are not known
     */
    public LadderPacket sent(long nowNs, End from, SegmentLabel label, SegmentFields fields) {
        return add(new LadderPacket(this, nowNs, from, label, fields));
    }

    /** An end comes into a state; its first one may be told before anything happens. */
    public void state(long nowNs, End end, String state) {
        add(new LadderEvent.StateChange(nowNs, end, state));
    }

    /** Something happens at an end: a call, what it returned. */
    public void note(long nowNs, End end, String text) {
        add(new LadderEvent.Note(nowNs, Objects.requireNonNull(end, "end"), text));
    }

    /** Adds a remark that belongs to neither end: {@code 2MSL passes}. */
    public void note(long nowNs, String text) {
        add(new LadderEvent.Note(nowNs, null, text));
    }

    /** What netstat shows now. */
    public void netstat(long nowNs, String caption, List<NetstatRow> rows) {
        block(nowNs, caption, Netstat.lines(rows));
    }

    /** Lines to be shown as they are. */
    public void block(long nowNs, String caption, List<String> lines) {
        add(new LadderEvent.Block(nowNs, caption, lines));
    }

    /** Everything that was told, in that order. */
    public List<LadderEvent> events() {
        return Collections.unmodifiableList(events);
    }

    private <T extends LadderEvent> T add(T event) {
        events.add(event);
        orders.add(nextOrder());
        return event;
    }

    int nextOrder() {
        return order++;
    }

    /** All steps by time, those of one time in the order in which they were told; times from 0. */
    List<LadderStep> steps() {
        long begin = begin();
        List<LadderStep> steps = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            LadderEvent event = events.get(i);
            long at = event.timeNs() - begin;
            int told = orders.get(i);
            if (event instanceof LadderPacket packet) {
                addSteps(steps, packet, at, told);
            } else if (event instanceof LadderEvent.StateChange change) {
                steps.add(step(LadderStep.Type.STATE, at, told, change.end(), change));
            } else if (event instanceof LadderEvent.Note note) {
                steps.add(step(LadderStep.Type.NOTE, at, told, note.end(), note));
            } else {
                steps.add(step(LadderStep.Type.BLOCK, at, told, null, event));
            }
        }
        steps.sort(
                Comparator.comparingLong(LadderStep::timeNs).thenComparingInt(LadderStep::order));
        return steps;
    }

    private static void addSteps(
            List<LadderStep> steps, LadderPacket packet, long sentNs, int told) {
        steps.add(step(LadderStep.Type.LEAVE, sentNs, told, packet.from(), packet));
        List<LadderPacket.Arrival> arrivals = new ArrayList<>(packet.arrivals());
        arrivals.sort((a, b) -> Long.signum(a.timeNs() - b.timeNs()));
        for (int copy = 0; copy < arrivals.size(); copy++) {
            LadderPacket.Arrival arrival = arrivals.get(copy);
            long at = sentNs + (arrival.timeNs() - packet.timeNs());
            End to = packet.from().other();
            steps.add(
                    new LadderStep(LadderStep.Type.ARRIVE, at, arrival.order(), to, packet, copy));
        }
    }

    private static LadderStep step(
            LadderStep.Type type, long timeNs, int order, End end, LadderEvent event) {
        return new LadderStep(type, timeNs, order, end, event, 0);
    }

    private long begin() {
        if (events.isEmpty()) {
            return 0;
        }
        long begin = events.get(0).timeNs();
        for (LadderEvent event : events) {
            begin = event.timeNs() - begin < 0 ? event.timeNs() : begin;
        }
        return begin;
    }

    /** The median time that packets take, in nanoseconds; 0 when it is not known. */
    long usualTransitNs() {
        List<Long> transits = new ArrayList<>();
        for (LadderEvent event : events) {
            if (event instanceof LadderPacket packet && !packet.arrivals().isEmpty()) {
                transits.add(packet.arrivalsNs().get(0) - packet.timeNs());
            }
        }
        Collections.sort(transits);
        return transits.isEmpty() ? 0 : transits.get((transits.size() - 1) / 2);
    }

    /** True for a transit that is worth being seen as a delay. */
    static boolean isDelayed(long transitNs, long usualTransitNs) {
        return transitNs > Math.max(DELAYED * usualTransitNs, SHORTEST_PAUSE_NS);
    }

    /** True for a pause that is drawn shortened. */
    static boolean isPause(long ns, long usualTransitNs) {
        return usualTransitNs == 0
                ? ns > SHORTEST_PAUSE_WITHOUT_TRANSITS_NS
                : ns > Math.max(IDLE * usualTransitNs, SHORTEST_PAUSE_NS);
    }
}
