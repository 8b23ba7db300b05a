package io.finwait.sim;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a {@link FaultTransport} has done to the packets of one direction. The thread of the
 * transport counts; any thread may read. Counts that are read one after the other are of two
 * moments.
 */
public final class FaultCounters {

    private enum Count {
        PACKETS,
        OCTETS,
        DELIVERED,
        DELIVERED_OCTETS,
        DUPLICATED,
        CORRUPTED,
        OVERTAKEN,
        MARKED,
        LATEST
    }

    private final AtomicLongArray counts = new AtomicLongArray(Count.values().length);
    private final AtomicLongArray drops = new AtomicLongArray(DropReason.values().length);

    FaultCounters() {}

    /** How many packets have come in. */
    public long packets() {
        return counts.get(Count.PACKETS.ordinal());
    }

    /** How many octets they had. */
    public long octets() {
        return counts.get(Count.OCTETS.ordinal());
    }

    /** How many packets have gone out, copies included. */
    public long delivered() {
        return counts.get(Count.DELIVERED.ordinal());
    }

    /** How many octets those had. */
    public long deliveredOctets() {
        return counts.get(Count.DELIVERED_OCTETS.ordinal());
    }

    /** How many packets were copied ({@link LinkModel#duplication()}). */
    public long duplicated() {
        return counts.get(Count.DUPLICATED.ordinal());
    }

    /** In how many packets an octet was changed ({@link LinkModel#corruption()}). */
    public long corrupted() {
        return counts.get(Count.CORRUPTED.ordinal());
    }

    /** How many packets travelled longer than their turn ({@link LinkModel#reordering()}). */
    public long overtaken() {
        return counts.get(Count.OVERTAKEN.ordinal());
    }

    /** How many packets were marked ({@link LinkModel#marking()}, RFC 3168). */
    public long marked() {
        return counts.get(Count.MARKED.ordinal());
    }

    /**
     * How much later than the model wanted it the latest packet went out, in nanoseconds: what the
     * machine, and not the link, has added.
     */
    public long latestNs() {
        return counts.get(Count.LATEST.ordinal());
    }

    /** How many packets were dropped for a reason. */
    public long dropped(DropReason why) {
        return drops.get(why.ordinal());
    }

    /** How many packets were dropped for any reason. */
    public long dropped() {
        long sum = 0;
        for (int i = 0; i < drops.length(); i++) {
            sum += drops.get(i);
        }
        return sum;
    }

    void came(int octets) {
        add(Count.PACKETS, 1);
        add(Count.OCTETS, octets);
    }

    void delivered(int octets) {
        add(Count.DELIVERED, 1);
        add(Count.DELIVERED_OCTETS, octets);
    }

    void drop(DropReason why) {
        drops.lazySet(why.ordinal(), drops.get(why.ordinal()) + 1);
    }

    /** A packet that is not dropped; {@code dice} say what else becomes of it. */
    void judged(Impairment dice) {
        if (dice.duplicated()) {
            add(Count.DUPLICATED, 1);
        }
        if (dice.corrupts()) {
            add(Count.CORRUPTED, 1);
        }
        if (dice.overtaken()) {
            add(Count.OVERTAKEN, 1);
        }
    }

    void marked(boolean one) {
        if (one) {
            add(Count.MARKED, 1);
        }
    }

    void late(long ns) {
        if (ns > latestNs()) {
            counts.lazySet(Count.LATEST.ordinal(), ns);
        }
    }

    private void add(Count count, long number) {
        counts.lazySet(count.ordinal(), counts.get(count.ordinal()) + number);
    }
}
