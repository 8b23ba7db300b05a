package io.finwait.sim;

import java.util.function.Consumer;

/**
 * How one direction of a simulated link treats packets. Immutable; each method that takes a value
 * returns a changed copy:
 *
 * <pre>{@code
 * LinkModel.perfect().delay(20_000_000).loss(0.1).rate(10_000_000, 50)
 * }</pre>
 *
 * <p>Probabilities go from 0 to 1 and are rolled for each packet by itself, out of the seed. Times
 * are nanoseconds.
 *
 * @param loss probability that a packet is lost
 * @param burstEnter probability, for each packet, that a burst of losses begins with it
 * @param burstLength how many packets in a row a burst loses on average, at least 1
 * @param delayNs how long a packet travels
 * @param jitterNs a packet travels up to so much longer, evenly distributed; the order stays
 * @param reordering probability that a packet is overtaken by those behind it
 * @param reorderDelayNs how much longer such a packet travels
 * @param duplication probability that a packet arrives twice
 * @param corruption probability that one octet of a packet is changed on the way; it still arrives
 * @param bitsPerSecond how fast packets leave; 0 means at once
 * @param queuePackets how many packets may wait to leave; what comes on top is dropped
 * @param mtu packets of more octets than this are dropped
 * @param partitionFromNs from this time on nothing passes
 * @param partitionToNs from this time on packets pass again
 * @param marking probability that a packet is marked with "congestion experienced", if it may be
 *     (RFC 3168); others pass as they are
 * @param markingQueue a packet that finds so many waiting is marked in the same way
 */
public record LinkModel(
        double loss,
        double burstEnter,
        double burstLength,
        long delayNs,
        long jitterNs,
        double reordering,
        long reorderDelayNs,
        double duplication,
        double corruption,
        long bitsPerSecond,
        int queuePackets,
        int mtu,
        long partitionFromNs,
        long partitionToNs,
        double marking,
        int markingQueue) {

    private static final LinkModel PERFECT =
            new LinkModel(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1_000, 65_535, 0, 0, 0, Integer.MAX_VALUE);

    public LinkModel {
        probability("loss", loss);
        probability("burstEnter", burstEnter);
        probability("reordering", reordering);
        probability("duplication", duplication);
        probability("corruption", corruption);
        probability("marking", marking);
        require(markingQueue >= 1, "markingQueue", markingQueue, "at least 1 packet");
        require(burstLength >= 1, "burstLength", burstLength, "at least 1 packet");
        require(delayNs >= 0, "delayNs", delayNs, "0 or more");
        require(jitterNs >= 0, "jitterNs", jitterNs, "0 or more");
        require(reorderDelayNs >= 0, "reorderDelayNs", reorderDelayNs, "0 or more");
        require(bitsPerSecond >= 0, "bitsPerSecond", bitsPerSecond, "0 (no limit) or more");
        require(queuePackets >= 1, "queuePackets", queuePackets, "at least 1 packet");
        require(mtu >= 1 && mtu <= 65_535, "mtu", mtu, "1 to 65535 octets");
        require(
                partitionToNs >= partitionFromNs,
                "partitionToNs",
                partitionToNs,
                "not before partitionFromNs");
    }

    private static void probability(String name, double value) {
        require(value >= 0 && value <= 1, name, value, "0 to 1");
    }

    private static void require(boolean good, String name, Object value, String expected) {
        if (!good) {
            throw new IllegalArgumentException(name + " is " + value + "; choose " + expected);
        }
    }

    /** Delivers every packet at once and unchanged. */
    public static LinkModel perfect() {
        return PERFECT;
    }

    /**
     * Reads a model from a text, such as {@code delay=10ms,rate=100M,queue=166,loss=1%}; an empty
     * one is {@link #perfect()}. The names are those of the parameters in {@link
     * SimTransportProvider}.
     *
     * @throws IllegalArgumentException when a name is unknown or a value is wrong
     */
    public static LinkModel parse(String text) {
        return LinkParameters.model(text);
    }

    /** Loses each packet with a probability. */
    public LinkModel loss(double probability) {
        return with(copy -> copy.loss = probability);
    }

    /**
     * Loses runs of packets, in the manner of Gilbert's model ("Capacity of a burst-noise channel",
     * 1960).
     *
     * @param enter probability, for each packet, that a burst begins with it
     * @param averageLength how many packets a burst takes on average, at least 1
     */
    public LinkModel burstLoss(double enter, double averageLength) {
        return with(
                copy -> {
                    copy.burstEnter = enter;
                    copy.burstLength = averageLength;
                });
    }

    /** Lets every packet travel for {@code ns}. */
    public LinkModel delay(long ns) {
        return with(copy -> copy.delayNs = ns);
    }

    /** Lets packets travel up to {@code ns} longer; they stay in order. */
    public LinkModel jitter(long ns) {
        return with(copy -> copy.jitterNs = ns);
    }

    /** Lets packets that are chosen with a probability travel {@code extraNs} longer. */
    public LinkModel reordering(double probability, long extraNs) {
        return with(
                copy -> {
                    copy.reordering = probability;
                    copy.reorderDelayNs = extraNs;
                });
    }

    /** Delivers packets twice with a probability. */
    public LinkModel duplication(double probability) {
        return with(copy -> copy.duplication = probability);
    }

    /** Changes one octet of a packet with a probability. */
    public LinkModel corruption(double probability) {
        return with(copy -> copy.corruption = probability);
    }

    /**
     * Lets packets leave one after the other at a rate.
     *
     * @param newBitsPerSecond 0 for no limit
     * @param newQueuePackets how many packets may wait, at least 1; more are dropped
     */
    public LinkModel rate(long newBitsPerSecond, int newQueuePackets) {
        return with(
                copy -> {
                    copy.bitsPerSecond = newBitsPerSecond;
                    copy.queuePackets = newQueuePackets;
                });
    }

    /** Drops packets of more octets than this. */
    public LinkModel mtu(int octets) {
        return with(copy -> copy.mtu = octets);
    }

    /** Lets nothing pass from one time (inclusive) to another (exclusive). */
    public LinkModel partition(long fromNs, long toNs) {
        return with(
                copy -> {
                    copy.partitionFromNs = fromNs;
                    copy.partitionToNs = toNs;
                });
    }

    /** Marks packets with a probability, if they may be marked (RFC 3168 §5). */
    public LinkModel marking(double probability) {
        return with(copy -> copy.marking = probability);
    }

    /** Marks packets that find so many waiting to leave, at least 1, if they may be marked. */
    public LinkModel markingQueue(int packets) {
        return with(copy -> copy.markingQueue = packets);
    }

    private LinkModel with(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return copy.model();
    }

    /** What becomes another model, so that each change names only what it changes. */
    private static final class Copy {

        private double loss;
        private double burstEnter;
        private double burstLength;
        private long delayNs;
        private long jitterNs;
        private double reordering;
        private long reorderDelayNs;
        private double duplication;
        private double corruption;
        private long bitsPerSecond;
        private int queuePackets;
        private int mtu;
        private long partitionFromNs;
        private long partitionToNs;
        private double marking;
        private int markingQueue;

        Copy(LinkModel of) {
            loss = of.loss;
            burstEnter = of.burstEnter;
            burstLength = of.burstLength;
            delayNs = of.delayNs;
            jitterNs = of.jitterNs;
            reordering = of.reordering;
            reorderDelayNs = of.reorderDelayNs;
            duplication = of.duplication;
            corruption = of.corruption;
            bitsPerSecond = of.bitsPerSecond;
            queuePackets = of.queuePackets;
            mtu = of.mtu;
            partitionFromNs = of.partitionFromNs;
            partitionToNs = of.partitionToNs;
            marking = of.marking;
            markingQueue = of.markingQueue;
        }

        LinkModel model() {
            return new LinkModel(
                    loss,
                    burstEnter,
                    burstLength,
                    delayNs,
                    jitterNs,
                    reordering,
                    reorderDelayNs,
                    duplication,
                    corruption,
                    bitsPerSecond,
                    queuePackets,
                    mtu,
                    partitionFromNs,
                    partitionToNs,
                    marking,
                    markingQueue);
        }
    }
}
