package io.finwait.sim;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What joins the hosts of a network that carries frames: a switch that learns behind which port an
 * address is (IEEE 802.1Q §8.7), and floods what it doesn't know. Frames to a group go to all. A
 * host whose port is down sends and receives nothing. At most {@value #MOST_ADDRESSES} addresses
 * are known; a new one takes the place of the one that was heard of longest ago.
 */
final class SimSwitch {

    private static final int MOST_ADDRESSES = 1_024;

    private final Fabric fabric;
    private final Map<Long, Node> ports =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Node> eldest) {
                    return size() > MOST_ADDRESSES;
                }
            };
    private final Set<Node> down = new HashSet<>();
    private final ArrayDeque<Node> targets = new ArrayDeque<>();

    SimSwitch(Fabric fabric) {
        this.fabric = fabric;
    }

    /** Switches a port on or off; addresses behind a port that goes down are forgotten. */
    void port(Node node, boolean up) {
        if (up) {
            down.remove(node);
        } else {
            down.add(node);
            ports.values().removeIf(each -> each == node);
        }
    }

    boolean isDown(Node node) {
        return down.contains(node);
    }

    /** Sends a frame on to where it belongs. */
    void forward(SimPacket frame) {
        if (frame.length() < Frames.HEADER || isDown(frame.from)) {
            fabric.sendTo(frame, null);
            return;
        }
        long source = Frames.source(frame);
        if (!Frames.isGroup(source)) {
            ports.put(source, frame.from);
        }
        long destination = Frames.destination(frame);
        Node known = Frames.isGroup(destination) ? null : ports.get(destination);
        if (known != null) {
            fabric.sendTo(frame, known == frame.from ? null : known);
            return;
        }
        for (Node each : fabric.nodes()) {
            if (each != frame.from && !isDown(each)) {
                targets.add(each);
            }
        }
        Node first = targets.poll();
        for (Node other = targets.poll(); other != null; other = targets.poll()) {
            fabric.sendTo(fabric.again(frame), other);
        }
        fabric.sendTo(frame, first);
    }
}
