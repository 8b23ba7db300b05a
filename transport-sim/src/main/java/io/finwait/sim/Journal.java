package io.finwait.sim;

import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Remembers every packet of a network and its fate, in the order of sending. */
public final class Journal implements SimObserver {

    /** One packet. */
    public static final class Entry {

        private static final int NOT = -1;

        private final long number;
        private final long copyOf;
        private final String from;
        private final String to;
        private final long sentNs;
        private final int ipAt;
        private final byte[] octets;
        private byte[] deliveredOctets;
        private long deliveredNs = NOT;
        private long heldUntilNs = NOT;
        private int corruptedIndex = NOT;
        private DropReason dropped;

        private Entry(SimPacket packet) {
            number = packet.number();
            copyOf = packet.copyOf();
            from = packet.from();
            to = packet.to();
            sentNs = packet.sentNs();
            ipAt = Frames.ipAt(packet);
            octets = packet.octets();
        }

        /** See {@link SimPacket#number()}. */
        public long number() {
            return number;
        }

        /** The number of the packet that this one is a copy of, or -1. */
        public long copyOf() {
            return copyOf;
        }

        /** Name of the sender. */
        public String from() {
            return from;
        }

        /** Name of the receiver; empty when there was none. */
        public String to() {
            return to;
        }

        /** When it was sent. */
        public long sentNs() {
            return sentNs;
        }

        /** The octets as they were sent. */
        public byte[] octets() {
            return octets.clone();
        }

        /** The octets as they arrived; null when they did not. */
        public byte[] deliveredOctets() {
            return deliveredOctets == null ? null : deliveredOctets.clone();
        }

        /** True when it has arrived. */
        public boolean isDelivered() {
            return deliveredNs != NOT;
        }

        /** When it arrived, or -1. */
        public long deliveredNs() {
            return deliveredNs;
        }

        /** Why it will never arrive, or null. */
        public DropReason dropped() {
            return dropped;
        }

        /** Until when a rule held it, or -1. */
        public long heldUntilNs() {
            return heldUntilNs;
        }

        /** Index of the octet that was changed on the way, or -1. */
        public int corruptedIndex() {
            return corruptedIndex;
        }

        private String content() {
            IpView ip = new IpView();
            Segment segment = new Segment();
            boolean parsed =
                    ip.parse(ByteBuffer.wrap(octets), ipAt, octets.length - ipAt) == Verdict.OK
                            && segment.parse(ip, true) == Verdict.OK;
            return parsed ? segment.toString() : octets.length + " octets";
        }

        private String fate() {
            StringBuilder text = new StringBuilder();
            if (copyOf != NOT) {
                text.append(", copy of ").append(copyOf);
            }
            if (corruptedIndex != NOT) {
                text.append(", octet ").append(corruptedIndex).append(" corrupted");
            }
            if (dropped != null) {
                return text.append(", dropped: ").append(dropped).toString();
            }
            return text.append(isDelivered() ? ", arrived " + seconds(deliveredNs) : ", under way")
                    .toString();
        }

        /**
         * A line such as {@code 0.010000 client > server F. 1:1(0) ack 1 win 65535, arrived
         * 0.020000}.
         */
        @Override
        public String toString() {
            return seconds(sentNs) + " " + from + " > " + to + " " + content() + fate();
        }

        private static String seconds(long ns) {
            long micros = ns / 1_000;
            String fraction = Long.toString(1_000_000 + micros % 1_000_000).substring(1);
            return micros / 1_000_000 + "." + fraction;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final Map<Long, Entry> byNumber = new HashMap<>();

    @Override
    public void sent(long nowNs, SimPacket packet) {
        add(packet);
    }

    @Override
    public void duplicated(long nowNs, SimPacket original, SimPacket copy) {
        add(copy);
    }

    private void add(SimPacket packet) {
        Entry entry = new Entry(packet);
        entries.add(entry);
        byNumber.put(entry.number, entry);
    }

    @Override
    public void delivered(long nowNs, SimPacket packet) {
        Entry entry = byNumber.get(packet.number());
        if (entry != null) {
            entry.deliveredNs = nowNs;
            entry.deliveredOctets = packet.octets();
        }
    }

    @Override
    public void dropped(long nowNs, SimPacket packet, DropReason why) {
        Entry entry = byNumber.get(packet.number());
        if (entry != null) {
            entry.dropped = why;
        }
    }

    @Override
    public void corrupted(long nowNs, SimPacket packet, int index) {
        Entry entry = byNumber.get(packet.number());
        if (entry != null) {
            entry.corruptedIndex = index;
        }
    }

    @Override
    public void held(long nowNs, SimPacket packet, long untilNs) {
        Entry entry = byNumber.get(packet.number());
        if (entry != null) {
            entry.heldUntilNs = untilNs;
        }
    }

    /** All packets so far, copies included, in the order of sending. */
    public List<Entry> entries() {
        return Collections.unmodifiableList(entries);
    }

    /** Forgets all. */
    public void clear() {
        entries.clear();
        byNumber.clear();
    }

    /** A line for each packet. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        entries.forEach(entry -> text.append(entry).append('\n'));
        return text.toString();
    }
}
