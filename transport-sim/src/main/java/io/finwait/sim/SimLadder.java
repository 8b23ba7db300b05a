package io.finwait.sim;

import io.finwait.picture.Ladder;
import io.finwait.picture.LadderPacket;
import io.finwait.trace.End;

import java.util.HashMap;
import java.util.Map;

/**
 * Draws what two hosts of a {@link SimNetwork} send each other on a {@link Ladder}, with the fate
 * of every packet. States and calls are told to the ladder by whoever knows them.
 *
 * <pre>{@code
 * Ladder ladder = new Ladder("client", "server");
 * network.observe(new SimLadder(ladder, "client", "server"));
 * }</pre>
 */
public final class SimLadder implements SimObserver {

    private final Ladder ladder;
    private final String hostA;
    private final String hostB;

    /** Packets whose fate is not known yet, by number; a copy stands for its original. */
    private final Map<Long, LadderPacket> underWay = new HashMap<>();

    /**
     * Draws on a ladder.
     *
     * @param hostA name of the host on the left
     * @param hostB name of the host on the right; packets of others are not drawn
     */
    public SimLadder(Ladder ladder, String hostA, String hostB) {
        this.ladder = ladder;
        this.hostA = hostA;
        this.hostB = hostB;
    }

    @Override
    public void sent(long nowNs, SimPacket packet) {
        boolean fromA = packet.from().equals(hostA) && packet.to().equals(hostB);
        boolean fromB = packet.from().equals(hostB) && packet.to().equals(hostA);
        if (fromA || fromB) {
            underWay.put(
                    packet.number(),
                    ladder.sent(
                            nowNs,
                            fromA ? End.A : End.B,
                            packet.buffer(),
                            packet.offset(),
                            packet.length()));
        }
    }

    @Override
    public void delivered(long nowNs, SimPacket packet) {
        LadderPacket drawn = underWay.remove(packet.number());
        if (drawn != null) {
            drawn.arrives(nowNs);
        }
    }

    @Override
    public void dropped(long nowNs, SimPacket packet, DropReason why) {
        LadderPacket drawn = underWay.remove(packet.number());
        if (drawn != null && !underWay.containsValue(drawn)) {
            drawn.lost();
        }
    }

    @Override
    public void duplicated(long nowNs, SimPacket original, SimPacket copy) {
        LadderPacket drawn = underWay.get(original.number());
        if (drawn != null) {
            underWay.put(copy.number(), drawn);
        }
    }

    @Override
    public void corrupted(long nowNs, SimPacket packet, int index) {
        LadderPacket drawn = underWay.get(packet.number());
        if (drawn != null) {
            drawn.remark("damaged");
        }
    }
}
