package io.finwait.sim.net;

import io.finwait.sim.PacketMatcher;
import io.finwait.sim.PassingPacket;
import io.finwait.sim.Rule;
import io.finwait.sim.RuleBuilder;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/** What the path does with segments; given to {@link SimNet#on}. */
public final class Act {

    /** Makes the rules of one fault. */
    private interface Maker {
        List<Rule> make(SimNet net, PacketMatcher matcher);
    }

    private final String name;
    private final Maker maker;

    private Act(String name, Maker maker) {
        this.name = name;
        this.maker = maker;
    }

    private static RuleBuilder rule(SimNet net, PacketMatcher matcher) {
        return net.simulation().packets().matching(matcher);
    }

    /** They are lost. */
    public static Act drop() {
        return new Act("drop", (net, matcher) -> List.of(rule(net, matcher).drop()));
    }

    /** They arrive so much later, overtaken by those behind them. */
    public static Act delay(Duration by) {
        long ns = by.toNanos();
        return new Act("delay", (net, matcher) -> List.of(rule(net, matcher).delayBy(ns)));
    }

    /** They arrive when another segment is sent. */
    public static Act holdUntil(Seg other) {
        return new Act(
                "hold",
                (net, matcher) -> {
                    Rule held = rule(net, matcher).hold();
                    Rule release = rule(net, other.counted()).then(held::release);
                    return List.of(held, release);
                });
    }

    /** They arrive, and so many copies right behind them. */
    public static Act duplicate(int copies) {
        return new Act(
                "duplicate", (net, matcher) -> List.of(rule(net, matcher).duplicate(copies)));
    }

    /** They arrive, and a copy of each so much later: an old duplicate. */
    public static Act duplicateAfter(Duration later) {
        return new Act(
                "duplicate later",
                (net, matcher) -> {
                    Rule copy = rule(net, matcher).duplicateLater();
                    Rule release = rule(net, matcher(copy)).then(() -> after(net, later, copy));
                    return List.of(copy, release);
                });
    }

    private static void after(SimNet net, Duration later, Rule copy) {
        net.simulation().after(later.toNanos(), copy::release);
    }

    /** One octet of them is changed; the checksum is not, so that the receiver drops them. */
    public static Act corrupt() {
        return new Act(
                "corrupt",
                (net, matcher) -> List.of(rule(net, matcher).corrupt(Integer.MAX_VALUE, 1)));
    }

    /**
     * The last octet of their text arrives changed, with a checksum that fits: garbage that only
     * the application can notice.
     */
    public static Act flipPayload() {
        return new Act("flip", (net, matcher) -> List.of(rule(net, matcher).flipText(1)));
    }

    /** They are lost, and both ends get a reset that they accept: a firewall that ends a flow. */
    public static Act reset() {
        return dropAnd(
                "reset",
                (net, about) -> {
                    about.resetSender(net);
                    about.resetReceiver(net, 0);
                });
    }

    /** They are lost, and their sender gets a reset that it accepts. */
    public static Act resetSender() {
        return dropAnd("reset the sender", (net, about) -> about.resetSender(net));
    }

    /** They are lost, and their receiver gets a reset that it accepts. */
    public static Act resetReceiver() {
        return dropAnd("reset the receiver", (net, about) -> about.resetReceiver(net, 0));
    }

    /**
     * They arrive, and behind each of them its receiver gets a reset whose sequence number is off
     * by so much: with anything but 0, it is answered by a challenge ACK at most (RFC 5961 §3.2).
     */
    public static Act forgeReset(int sequenceOffset) {
        return new Act(
                "forge a reset",
                (net, matcher) -> {
                    Forgery about = new Forgery();
                    return List.of(
                            rule(net, about.remembering(matcher))
                                    .then(() -> about.resetBehind(net, sequenceOffset)));
                });
    }

    /** They are lost, and their sender is told by ICMP that the host can't be reached. */
    public static Act hostUnreachable() {
        return dropAnd("unreachable", (net, about) -> about.hostUnreachable(net));
    }

    /**
     * They are lost, and their sender is told by ICMP that a router can't pass on packets of more
     * octets than this (RFC 1191); IPv4 alone.
     *
     * @param octets of a whole packet, 68 to 65,535
     */
    public static Act tooBig(int octets) {
        if (octets < 68 || octets > 65_535) {
            throw new IllegalArgumentException(
                    "an MTU of " + octets + "; choose 68 to 65,535 octets");
        }
        return dropAnd("too big", (net, about) -> about.tooBig(net, octets));
    }

    /** They pass, and something is done at that instant, on the network's thread. */
    public static Act then(Runnable action) {
        return new Act("then", (net, matcher) -> List.of(rule(net, matcher).then(action)));
    }

    private static Act dropAnd(String name, BiConsumer<SimNet, Forgery> then) {
        return new Act(
                name,
                (net, matcher) -> {
                    // One matcher: it counts, so that two rules with it would count double.
                    Forgery about = new Forgery();
                    Rule drop = rule(net, about.remembering(matcher)).drop();
                    Rule forge = rule(net, matcher(drop)).then(() -> then.accept(net, about));
                    return List.of(drop, forge);
                });
    }

    /** Matches the packet on which a rule, which stands before in the book, has just acted. */
    private static PacketMatcher matcher(Rule before) {
        long[] seen = {before.applied()};
        return new PacketMatcher() {
            @Override
            public boolean matches(PassingPacket packet) {
                boolean acted = before.applied() != seen[0];
                seen[0] = before.applied();
                return acted;
            }
        };
    }

    List<Rule> apply(SimNet net, PacketMatcher matcher) {
        return List.copyOf(maker.make(net, matcher));
    }

    @Override
    public String toString() {
        return name;
    }
}
