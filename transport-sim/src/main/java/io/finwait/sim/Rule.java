package io.finwait.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that a {@link SimNetwork} does with chosen packets, made by {@link RuleBuilder}. Every
 * rule sees every packet and keeps its own count. If several apply, all of them act; a drop
 * overrides the rest.
 */
public final class Rule {

    /** As a time to hold a packet: until {@link #release()}. */
    static final long UNTIL_RELEASED = Long.MAX_VALUE;

    /** What to do with a packet. */
    @FunctionalInterface
    interface Action {
        void apply(Treatment treatment, Rule rule);
    }

    private final Fabric fabric;
    private final RuleBuilder choice;
    private final Action action;
    private final List<SimPacket> held = new ArrayList<>();
    private long matched;
    private long applied;

    Rule(Fabric fabric, RuleBuilder choice, Action action) {
        this.fabric = fabric;
        this.choice = choice;
        this.action = action;
    }

    void see(PassingPacket packet, Treatment treatment) {
        if (choice.chooses(packet)) {
            matched++;
            if (matched >= choice.firstMatch() && matched <= choice.lastMatch()) {
                applied++;
                action.apply(treatment, this);
            }
        }
    }

    void keep(SimPacket packet) {
        held.add(packet);
    }

    /** How many packets the matcher has chosen so far, including those that the count left out. */
    public long matched() {
        return matched;
    }

    /** How many packets the rule has acted on so far. */
    public long applied() {
        return applied;
    }

    /** How many packets the rule holds back until {@link #release()}. */
    public int held() {
        return held.size();
    }

    /** Delivers now what the rule holds, in the order in which it was sent. */
    public void release() {
        for (int i = 0; i < held.size(); i++) {
            fabric.fly(held.get(i), fabric.nowNs());
        }
        held.clear();
    }

    /** Removes the rule from the network; what it holds is delivered now. */
    public void remove() {
        fabric.rules().remove(this);
        release();
    }
}
