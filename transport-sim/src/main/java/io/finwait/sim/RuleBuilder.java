package io.finwait.sim;

import java.util.function.Consumer;

/**
 * Chooses packets and says what happens to them:
 *
 * <pre>{@code
 * network.from("client").matching(Segments.fin()).first().drop();
 * network.from("client").matching(Segments.sequence(301)).first().holdUntil(5_000_000_000L);
 * }</pre>
 *
 * <p>The last call, the one that says what happens, puts the {@link Rule} into the network. Each
 * packet is shown to the rules when it is sent.
 */
public final class RuleBuilder {

    private final Fabric fabric;
    private final Consumer<Runnable> soon;
    private Node from;
    private Node to;
    private PacketMatcher matcher = packet -> true;
    private long firstMatch = 1;
    private long lastMatch = Long.MAX_VALUE;
    private long fromNs;
    private long toNs = Long.MAX_VALUE;

    RuleBuilder(Fabric fabric, Consumer<Runnable> soon) {
        this.fabric = fabric;
        this.soon = soon;
    }

    /** Only packets that this host sends. */
    public RuleBuilder from(String host) {
        from = fabric.node(host);
        return this;
    }

    /** Only packets that go to this host. */
    public RuleBuilder to(String host) {
        to = fabric.node(host);
        return this;
    }

    /** Only packets that the matcher chooses. */
    public RuleBuilder matching(PacketMatcher chooser) {
        matcher = chooser;
        return this;
    }

    /** Only packets that are sent from one time (inclusive) to another (exclusive). */
    public RuleBuilder between(long fromTimeNs, long toTimeNs) {
        fromNs = fromTimeNs;
        toNs = toTimeNs;
        return this;
    }

    /** Only the first of them. */
    public RuleBuilder first() {
        return count(1, 1);
    }

    /** Only the first so many of them. */
    public RuleBuilder first(long packets) {
        return count(1, packets);
    }

    /** Only the n-th of them; the first is 1. */
    public RuleBuilder nth(long number) {
        return count(number, number);
    }

    /** The n-th of them and all behind it; the first is 1. */
    public RuleBuilder fromNth(long number) {
        return count(number, Long.MAX_VALUE);
    }

    private RuleBuilder count(long first, long last) {
        if (first < 1 || last < first) {
            throw new IllegalArgumentException("packets are counted from 1 on");
        }
        firstMatch = first;
        lastMatch = last;
        return this;
    }

    /** They are lost. */
    public Rule drop() {
        return rule((treatment, rule) -> treatment.dropped = true);
    }

    /** They arrive at this time, or when the link delivers them if that is later. */
    public Rule holdUntil(long timeNs) {
        return rule((treatment, rule) -> treatment.hold(timeNs, rule));
    }

    /** They arrive when {@link Rule#release()} is called. */
    public Rule hold() {
        return holdUntil(Rule.UNTIL_RELEASED);
    }

    /** They arrive later by this than the link delivers them, overtaken by those behind them. */
    public Rule delayBy(long ns) {
        if (ns < 0) {
            throw new IllegalArgumentException("a delay of " + ns + " ns is negative");
        }
        return rule((treatment, rule) -> treatment.delayNs += ns);
    }

    /** They arrive twice. */
    public Rule duplicate() {
        return duplicate(1);
    }

    /** So many copies arrive right behind each of them. */
    public Rule duplicate(int copies) {
        return rule(
                (treatment, rule) -> {
                    for (int i = 0; i < copies; i++) {
                        treatment.copy(0, rule);
                    }
                });
    }

    /** They pass, and a copy of each arrives at this time. */
    public Rule duplicateAt(long timeNs) {
        return rule((treatment, rule) -> treatment.copy(timeNs, rule));
    }

    /** They pass, and a copy of each arrives when {@link Rule#release()} is called. */
    public Rule duplicateLater() {
        return duplicateAt(Rule.UNTIL_RELEASED);
    }

    /**
     * One octet of them is changed on the way.
     *
     * @param index of the octet from the packet's first; one behind the end changes the last octet
     * @param bits the octet's bits to be flipped, 1 to 255
     */
    public Rule corrupt(int index, int bits) {
        if (index < 0 || bits < 1 || bits > 255) {
            throw new IllegalArgumentException(
                    "an octet has an index from 0 and bits from 1 to 255; these are "
                            + index
                            + " and "
                            + bits);
        }
        return rule(
                (treatment, rule) -> {
                    treatment.corruptedIndex = index;
                    treatment.corruptedBits = bits;
                });
    }

    /**
     * The last octet of their text is changed, and their checksum fits again: no TCP notices it.
     * What has no text passes as it is.
     *
     * @param bits the octet's bits to be flipped, 1 to 255
     */
    public Rule flipText(int bits) {
        if (bits < 1 || bits > 255) {
            throw new IllegalArgumentException(
                    "an octet has bits from 1 to 255; these are " + bits);
        }
        return rule((treatment, rule) -> treatment.flippedTextBits = bits);
    }

    /** They pass; the action is run at the same instant, after whoever is sending has finished. */
    public Rule then(Runnable action) {
        return rule((treatment, rule) -> soon.accept(action));
    }

    /** They pass and are counted. */
    public Rule count() {
        return rule((treatment, rule) -> {});
    }

    private Rule rule(Rule.Action action) {
        Rule rule = new Rule(fabric, this, action);
        fabric.rules().add(rule);
        return rule;
    }

    boolean chooses(PassingPacket passing) {
        SimPacket packet = passing.packet();
        return (from == null || packet.from == from)
                && (to == null || packet.to == to)
                && passing.nowNs() - fromNs >= 0
                && passing.nowNs() - toNs < 0
                && matcher.matches(passing);
    }

    long firstMatch() {
        return firstMatch;
    }

    long lastMatch() {
        return lastMatch;
    }
}
