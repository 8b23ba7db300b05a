package io.finwait.examples.story;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All stories that are told without being asked for something special, by name, in reading order.
 */
public final class Stories {

    private Stories() {}

    /** A new set of all. */
    public static Map<String, Story> all() {
        Map<String, Story> all = new LinkedHashMap<>();
        all.put("close", new FourWayClose(FourWayClose.Closer.CLIENT));
        all.put("half-close", new HalfClose());
        all.put("simultaneous-close", new SimultaneousClose());
        all.put("lost-last-ack", new LostLastAck());
        all.put("reopen", new Reopen());
        all.put("delayed-duplicate", new DelayedDuplicate(DelayedDuplicate.Defence.ALL));
        all.put("last-ack-syn", new LastAckSyn(false));
        all.put("last-ack-syn --rfc793", new LastAckSyn(true));
        all.put("reset-by-peer", new ResetByPeer());
        all.put("unread-data", new UnreadData());
        all.put("abort", new Abort());
        all.put("linger", new Linger());
        all.put("orphan", new Orphan());
        all.put("port-exhaustion", new PortExhaustion());
        return all;
    }
}
