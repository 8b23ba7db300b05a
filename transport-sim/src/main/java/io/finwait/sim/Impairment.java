package io.finwait.sim;

import io.finwait.spi.RandomSource;
import io.finwait.wire.EcnBits;

import java.nio.ByteBuffer;

/**
 * One direction of a link at work: rolls the dice of its {@link LinkModel} for a packet and holds
 * the verdict on the last one.
 *
 * <p>A packet takes one number from the random source, whatever the model, and each die mixes that
 * number with its own constant. So a changed probability of one fault leaves all other dice as they
 * were, which keeps runs with the same seed comparable.
 */
final class Impairment {

    private enum Die {
        LOSS(1),
        BURST(2),
        JITTER(3),
        REORDERING(4),
        DUPLICATION(5),
        COPY_JITTER(6),
        CORRUPTION(7),
        CORRUPTED_INDEX(8),
        CORRUPTED_BITS(9),
        MARKING(10);

        private final long salt;

        Die(int number) {
            salt = number * Mix.GOLDEN;
        }
    }

    private static final int NOWHERE = -1;

    private final RandomSource random;
    private LinkModel model;
    private long packetSeed;
    private boolean inBurst;
    private boolean busy;
    private long busyUntilNs;
    private boolean carried;
    private long lastArrivalNs;
    private int waiting;

    private DropReason drop;
    private long departureNs;
    private long arrivalNs;
    private long copyArrivalNs;
    private boolean duplicated;
    private boolean overtaken;
    private boolean marks;
    private int corruptedIndex = NOWHERE;

    Impairment(LinkModel model, long seed) {
        this.model = model;
        random = RandomSource.seeded(seed);
    }

    LinkModel model() {
        return model;
    }

    void model(LinkModel newModel) {
        model = newModel;
    }

    /** Decides what happens to a packet of {@code length} octets that is sent now. */
    void judge(int length, long nowNs) {
        packetSeed = random.nextLong();
        departureNs = nowNs;
        duplicated = false;
        overtaken = false;
        marks = false;
        corruptedIndex = NOWHERE;
        drop = refusal(length, nowNs);
        boolean burst = burst();
        if (drop != null) {
            return;
        }
        departureNs = departure(length, nowNs);
        if (burst) {
            drop = DropReason.BURST_LOSS;
        } else if (chance(Die.LOSS, model.loss())) {
            drop = DropReason.LOSS;
        } else {
            travel(length);
        }
    }

    private DropReason refusal(int length, long nowNs) {
        if (nowNs - model.partitionFromNs() >= 0 && nowNs - model.partitionToNs() < 0) {
            return DropReason.PARTITION;
        }
        if (length > model.mtu()) {
            return DropReason.TOO_LONG;
        }
        return waiting >= model.queuePackets() ? DropReason.QUEUE_FULL : null;
    }

    private boolean burst() {
        double change = inBurst ? 1 / model.burstLength() : model.burstEnter();
        if (chance(Die.BURST, change)) {
            inBurst = !inBurst;
        }
        return inBurst;
    }

    private long departure(int length, long nowNs) {
        if (model.bitsPerSecond() == 0) {
            return nowNs;
        }
        long start = busy && busyUntilNs - nowNs > 0 ? busyUntilNs : nowNs;
        busy = true;
        busyUntilNs = start + length * 8L * 1_000_000_000L / model.bitsPerSecond();
        return busyUntilNs;
    }

    private void travel(int length) {
        marks = waiting >= model.markingQueue() || chance(Die.MARKING, model.marking());
        arrivalNs = departureNs + model.delayNs() + upTo(Die.JITTER, model.jitterNs());
        if (chance(Die.REORDERING, model.reordering())) {
            arrivalNs += model.reorderDelayNs();
            overtaken = true;
        } else {
            if (carried && lastArrivalNs - arrivalNs > 0) {
                arrivalNs = lastArrivalNs;
            }
            carried = true;
            lastArrivalNs = arrivalNs;
        }
        duplicated = chance(Die.DUPLICATION, model.duplication());
        copyArrivalNs = arrivalNs + upTo(Die.COPY_JITTER, model.jitterNs());
        if (chance(Die.CORRUPTION, model.corruption())) {
            corruptedIndex = (int) upTo(Die.CORRUPTED_INDEX, length - 1);
        }
    }

    /** Why the packet does not arrive, or null. */
    DropReason drop() {
        return drop;
    }

    /** When the packet leaves the sender's queue. */
    long departureNs() {
        return departureNs;
    }

    /** When it arrives. */
    long arrivalNs() {
        return arrivalNs;
    }

    /** True when a copy arrives as well. */
    boolean duplicated() {
        return duplicated;
    }

    /** True when it travels longer than its turn. */
    boolean overtaken() {
        return overtaken;
    }

    /** When the copy arrives. */
    long copyArrivalNs() {
        return copyArrivalNs;
    }

    /** True when an octet is to be changed. */
    boolean corrupts() {
        return corruptedIndex != NOWHERE;
    }

    /**
     * Changes the octet that the dice chose and returns its index from the packet's start, or -1.
     */
    int corrupt(ByteBuffer buffer, int offset) {
        if (corrupts()) {
            int bits = 1 + (int) upTo(Die.CORRUPTED_BITS, 254);
            int at = offset + corruptedIndex;
            buffer.put(at, (byte) (buffer.get(at) ^ bits));
        }
        return corruptedIndex;
    }

    /** True when the packet is to be marked, if it may be. */
    boolean marks() {
        return marks;
    }

    /**
     * Marks the packet if the dice say so.
     *
     * @param offset of the IP header
     * @param length octets from there on
     * @return true when it is marked
     */
    boolean mark(ByteBuffer buffer, int offset, int length) {
        return marks && EcnBits.mark(buffer, offset, length);
    }

    /** A packet waits until its departure. */
    void enqueued() {
        waiting++;
    }

    /** It has left. */
    void departed() {
        waiting--;
    }

    private boolean chance(Die die, double probability) {
        return probability > 0 && fraction(die) < probability;
    }

    /** Evenly distributed from 0 to {@code most}, both inclusive. */
    private long upTo(Die die, long most) {
        return most == 0 ? 0 : (long) (fraction(die) * (most + 1));
    }

    /** From 0 (inclusive) to 1 (exclusive). */
    private double fraction(Die die) {
        return (Mix.mix(packetSeed + die.salt) >>> 11) * 0x1p-53;
    }
}
