package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PacketTap;

import java.nio.ByteBuffer;

/**
 * Draws what one end's transport carries, where the network can't say more: a sent packet is taken
 * to arrive at once, a received one to have been sent just then. A simulation knows better and
 * tells its {@link Ladder} itself.
 */
public final class LadderTap implements PacketTap {

    private final Ladder ladder;
    private final End end;

    /**
     * Draws on a ladder.
     *
     * @param end which of the two the transport belongs to
     */
    public LadderTap(Ladder ladder, End end) {
        this.ladder = ladder;
        this.end = end;
    }

    @Override
    public void packet(
            long nowNs, PacketDirection direction, ByteBuffer buffer, int offset, int length) {
        End from = direction == PacketDirection.SENT ? end : end.other();
        ladder.sent(nowNs, from, buffer, offset, length).arrives(nowNs);
    }
}
