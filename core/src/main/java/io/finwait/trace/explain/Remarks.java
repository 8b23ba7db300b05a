package io.finwait.trace.explain;

import java.util.ArrayList;
import java.util.List;

/** What slowed a connection, and what its capture misses. */
final class Remarks {

    private static final long SLOW_NS = 1_000_000_000L;

    private Remarks() {}

    static List<String> of(Conversation conversation) {
        List<String> remarks = new ArrayList<>();
        for (int side = 0; side < 2; side++) {
            ofSide(remarks, conversation, side);
        }
        Flow[] flows = conversation.flows;
        if (flows[0].finSeen && flows[1].finSeen) {
            long between = Math.abs(flows[1].finNs - flows[0].finNs);
            if (between >= SLOW_NS) {
                remarks.add("between the two FINs " + Durations.words(between) + " passed");
            }
        }
        if (!flows[0].synSeen) {
            remarks.add("the capture misses the beginning");
        }
        if (conversation.copies.found() > 0) {
            remarks.add(
                    conversation.copies.found() == 1
                            ? "1 packet is in the capture twice, and counted once"
                            : conversation.copies.found()
                                    + " packets are in the capture twice, and counted once");
        }
        if (conversation.clockWentBack) {
            remarks.add("the capture's clock went back, or its packets are out of order");
        }
        return remarks;
    }

    private static void ofSide(List<String> remarks, Conversation conversation, int side) {
        Flow flow = conversation.flows[side];
        String who = Judge.name(side);
        if (flow.packets == 0) {
            remarks.add("the capture misses what " + who + " sent");
            return;
        }
        if (flow.missingOctets > 0) {
            remarks.add(
                    "the capture misses "
                            + flow.missingOctets
                            + (flow.missingOctets == 1 ? " octet" : " octets")
                            + " that "
                            + who
                            + " sent");
        }
        if (flow.againSegments > 0) {
            remarks.add(
                    who
                            + " sent "
                            + flow.againSegments
                            + (flow.againSegments == 1 ? " segment" : " segments")
                            + " again");
        }
        if (flow.zeroWindows > 0) {
            remarks.add(
                    who
                            + " closed its window "
                            + (flow.zeroWindows == 1 ? "once" : flow.zeroWindows + " times")
                            + ": it did not read");
        }
        if (flow.damaged > 0) {
            remarks.add(
                    who
                            + (flow.damaged == flow.packets
                                    ? "'s checksums are all wrong: captured before the card filled"
                                            + " them in"
                                    : " sent "
                                            + flow.damaged
                                            + (flow.damaged == 1 ? " segment" : " segments")
                                            + " with a wrong checksum"));
        }
    }
}
