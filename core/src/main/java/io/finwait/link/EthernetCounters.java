package io.finwait.link;

import java.util.concurrent.atomic.AtomicLongArray;

/** What an {@link EthernetTransport} has counted; any thread may look. */
public final class EthernetCounters {

    /** What is counted. */
    public enum Counter {
        /** Frames that were received and passed on as IP packets. */
        PACKETS_IN,
        /** IP packets that were sent, in a frame each. */
        PACKETS_OUT,
        /** Frames for other hosts, of other kinds or VLANs, or from our own address. */
        FRAMES_IGNORED,
        /** Frames, or messages in them, that are not well-formed. */
        BAD_FRAMES,
        /** Questions for an Ethernet address that were asked: ARP and neighbour solicitations. */
        QUESTIONS,
        /** Questions of others for ours that were answered. */
        ANSWERS,
        /** Questions of others that were not answered: too many, or no room. */
        ANSWERS_REFUSED,
        /** Claims about a known address that contradict what is known, and were not believed. */
        CLAIMS_DOUBTED,
        /** Other hosts that use an address of ours. */
        CONFLICTS,
        /** Neighbours that did not answer. */
        UNREACHABLE,
        /** Neighbours that made room for others. */
        NEIGHBOURS_EVICTED,
        /** Packets that waited for an address and were dropped, because too many did. */
        WAITING_DROPPED,
        /** Packets for which there is no route, or whose source is no usable address of ours. */
        NO_ROUTE
    }

    private static final Counter[] ALL = Counter.values();

    private final AtomicLongArray counts = new AtomicLongArray(ALL.length);

    EthernetCounters() {}

    /** One of the counts. */
    public long get(Counter counter) {
        return counts.getAcquire(counter.ordinal());
    }

    /** On the transport's thread alone. */
    void add(Counter counter) {
        int at = counter.ordinal();
        counts.setRelease(at, counts.getPlain(at) + 1);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Counter each : ALL) {
            if (get(each) > 0) {
                text.append(text.length() == 0 ? "" : ", ").append(each).append(' ');
                text.append(get(each));
            }
        }
        return text.toString();
    }
}
