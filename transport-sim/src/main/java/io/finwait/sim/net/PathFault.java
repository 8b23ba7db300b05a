package io.finwait.sim.net;

import io.finwait.sim.Rule;

import java.util.List;

/** A fault of the path that was set by {@link SimNet#on}. */
public final class PathFault {

    private final SimNet net;
    private final List<Rule> rules;

    PathFault(SimNet net, List<Rule> rules) {
        this.net = net;
        this.rules = rules;
    }

    /** How many segments it has acted on so far. */
    public long times() {
        return net.locked(() -> rules.get(0).applied());
    }

    /** Ends it; what it holds arrives now. */
    public void remove() {
        net.locked(
                () -> {
                    rules.forEach(Rule::remove);
                    return null;
                });
    }
}
