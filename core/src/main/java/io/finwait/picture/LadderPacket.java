package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.SegmentFields;
import io.finwait.trace.SegmentLabel;

import java.util.ArrayList;
import java.util.List;

/**
 * A packet on a {@link Ladder}: under way until it {@link #arrives} or is {@link #lost}. What
 * arrives a second time is a duplicate.
 */
public final class LadderPacket implements LadderEvent {

    /** One arrival, and its place among all events of the ladder. */
    record Arrival(long timeNs, int order) {}

    private final Ladder ladder;
    private final long timeNs;
    private final End from;
    private final SegmentFields fields;
    private SegmentLabel label;
    private final List<Arrival> arrivals = new ArrayList<>(1);
    private boolean lost;

    LadderPacket(Ladder ladder, long timeNs, End from, SegmentLabel label, SegmentFields fields) {
        this.ladder = ladder;
        this.timeNs = timeNs;
        this.from = from;
        this.label = label;
        this.fields = fields;
    }

    /**
     * The packet, or one more copy of it, arrives at the other end.
     *
     * @param atNs when, in nanoseconds; not before it was sent
     * @return this
     */
    public LadderPacket arrives(long atNs) {
        if (atNs - timeNs < 0) {
            throw new IllegalArgumentException(
                    "a packet sent at " + timeNs + " ns can't arrive at " + atNs + " ns");
        }
        arrivals.add(new Arrival(atNs, ladder.nextOrder()));
        return this;
    }

    /**
     * The packet will not arrive.
     *
     * @return this
     */
    public LadderPacket lost() {
        lost = true;
        return this;
    }

    /**
     * Writes a word behind the label, {@code damaged} for instance.
     *
     * @return this
     */
    public LadderPacket remark(String word) {
        label = label.remark(word);
        return this;
    }

    @Override
    public long timeNs() {
        return timeNs;
    }

    /** Who sent it. */
    public End from() {
        return from;
    }

    /** What is written on its arrow. */
    public SegmentLabel label() {
        return label;
    }

    /**
     * What stands in its header, or null for what is no TCP segment or was told by its label alone.
     */
    public SegmentFields fields() {
        return fields;
    }

    /** True when it is known never to arrive. */
    public boolean isLost() {
        return lost && arrivals.isEmpty();
    }

    /** The times of arrival in nanoseconds, the earliest first; empty for one lost or under way. */
    public List<Long> arrivalsNs() {
        return arrivals.stream().map(Arrival::timeNs).sorted((a, b) -> Long.signum(a - b)).toList();
    }

    List<Arrival> arrivals() {
        return arrivals;
    }
}
