package io.finwait.sim.net;

import java.util.ArrayList;
import java.util.List;

/**
 * A fault and the packet at which it happens, such as {@code RESET@7}. A clean run counts the
 * packets; then the same is run once for each point.
 *
 * @param fault what happens
 * @param packet at which packet of the network; the first is 1
 */
public record FaultPoint(Fault fault, int packet) {

    public FaultPoint {
        if (packet < 1) {
            throw new IllegalArgumentException("packets are counted from 1 on");
        }
    }

    /** All points of a run with so many packets, fault by fault. */
    public static List<FaultPoint> every(List<Fault> faults, int packets) {
        List<FaultPoint> points = new ArrayList<>();
        for (Fault fault : faults) {
            for (int packet = 1; packet <= packets; packet++) {
                points.add(new FaultPoint(fault, packet));
            }
        }
        return points;
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException when it is no point
     */
    public static FaultPoint parse(String id) {
        String[] parts = id.split("@", -1);
        try {
            return new FaultPoint(Fault.valueOf(parts[0]), Integer.parseInt(parts[1]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "'" + id + "' is no fault and packet; write RESET@7 for instance", e);
        }
    }

    /** Lets it happen in a network in which nothing has been sent yet. */
    public PathFault arm(SimNet net) {
        return switch (fault) {
            case LOST -> net.on(Seg.any().nth(packet), Act.drop());
            case RESET -> net.on(Seg.any().nth(packet), Act.reset());
            case PEER_CLOSES -> net.on(Seg.any().nth(packet), Act.then(net::serversClose));
            case CUT -> net.on(Seg.any().fromNth(packet), Act.drop());
        };
    }

    @Override
    public String toString() {
        return fault + "@" + packet;
    }
}
