package io.finwait.sim.net;

import io.finwait.picture.Ladder;
import io.finwait.picture.LadderPacket;
import io.finwait.sim.Journal;
import io.finwait.trace.End;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;

/** Draws what two ends have sent each other, with the fate of each packet. */
final class PairLadder {

    private final Ladder ladder;
    private final Map<Long, LadderPacket> drawn = new LinkedHashMap<>();
    private final PriorityQueue<Journal.Entry> flying =
            new PriorityQueue<>(Comparator.comparingLong(Journal.Entry::deliveredNs));

    PairLadder(String left, String right) {
        ladder = new Ladder(left, right);
    }

    /** The next packet, in the order of sending. */
    void packet(Journal.Entry each, End from) {
        // What has arrived by that time stands above what is sent.
        land(each.sentNs());
        LadderPacket packet = drawn.get(each.copyOf());
        if (packet == null) {
            byte[] octets = each.octets();
            packet = ladder.sent(each.sentNs(), from, ByteBuffer.wrap(octets), 0, octets.length);
        }
        drawn.put(each.number(), packet);
        if (each.isDelivered()) {
            flying.add(each);
        } else if (each.dropped() != null && each.copyOf() < 0) {
            packet.lost();
        }
    }

    /** An end has come into a state; told before what it sends at that time. */
    void state(long nowNs, End end, String state) {
        land(nowNs);
        ladder.state(nowNs, end, state);
    }

    /** The ladder, when all has been told. */
    Ladder done() {
        land(Long.MAX_VALUE);
        return ladder;
    }

    private void land(long nowNs) {
        while (!flying.isEmpty() && flying.peek().deliveredNs() <= nowNs) {
            Journal.Entry arrived = flying.remove();
            drawn.get(arrived.number()).arrives(arrived.deliveredNs());
        }
    }
}
