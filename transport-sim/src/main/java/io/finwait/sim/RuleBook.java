package io.finwait.sim;

import java.util.ArrayList;
import java.util.List;

/** The rules of a network, asked for each packet. */
final class RuleBook {

    private final List<Rule> rules = new ArrayList<>();
    private final PassingPacket passing = new PassingPacket();
    private final Treatment treatment = new Treatment();

    void add(Rule rule) {
        rules.add(rule);
    }

    void remove(Rule rule) {
        rules.remove(rule);
    }

    /** What the rules want done with a packet; valid until the next call. */
    Treatment treat(SimPacket packet, long nowNs) {
        treatment.reset();
        if (!rules.isEmpty()) {
            passing.set(packet, nowNs);
            for (int i = 0; i < rules.size(); i++) {
                rules.get(i).see(passing, treatment);
            }
        }
        return treatment;
    }
}
