package io.finwait.sim.net;

import io.finwait.sim.Journal;
import io.finwait.sim.net.NetworkPage.StateSeen;

import java.util.ArrayList;
import java.util.List;

/** States that connections have come into, as comments on the packets of a capture. */
final class StateComments {

    private final List<StateSeen> states;
    private int told;

    /**
     * @param states in the order in which they were seen
     */
    StateComments(List<StateSeen> states) {
        this.states = states;
    }

    /** What has happened up to the sending of a packet and was not told on one before. */
    List<String> until(Journal.Entry packet) {
        List<String> comments = new ArrayList<>();
        while (told < states.size() && states.get(told).nowNs() <= packet.sentNs()) {
            StateSeen each = states.get(told++);
            comments.add("at " + each.sockets().own() + ": " + each.from() + " -> " + each.to());
        }
        return comments;
    }
}
