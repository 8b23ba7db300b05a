package io.finwait.sim;

import java.util.ArrayDeque;
import java.util.HashSet;
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
    private final long[] addresses = new long[MOST_ADDRESSES];
    private final Node[] ports = new Node[MOST_ADDRESSES];

    /** When an address was heard of, counted in frames. */
    private final long[] heard = new long[MOST_ADDRESSES];

    private int known;
    private long frames;
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
            for (int i = known - 1; i >= 0; i--) {
                if (ports[i] == node) {
                    known--;
                    addresses[i] = addresses[known];
                    ports[i] = ports[known];
                    heard[i] = heard[known];
                }
            }
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
            learn(source, frame.from);
        }
        long destination = Frames.destination(frame);
        int place = Frames.isGroup(destination) ? -1 : find(destination);
        if (place >= 0) {
            fabric.sendTo(frame, ports[place] == frame.from ? null : ports[place]);
            return;
        }
        for (int i = 0; i < fabric.nodes().size(); i++) {
            Node each = fabric.nodes().get(i);
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

    private int find(long address) {
        for (int i = 0; i < known; i++) {
            if (addresses[i] == address) {
                return i;
            }
        }
        return -1;
    }

    private void learn(long address, Node port) {
        int place = find(address);
        if (place < 0) {
            place = known < MOST_ADDRESSES ? known++ : oldest();
            addresses[place] = address;
        }
        ports[place] = port;
        heard[place] = frames++;
    }

    private int oldest() {
        int oldest = 0;
        for (int i = 1; i < known; i++) {
            oldest = heard[i] < heard[oldest] ? i : oldest;
        }
        return oldest;
    }
}
