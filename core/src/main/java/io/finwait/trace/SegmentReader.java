package io.finwait.trace;

import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpOptions;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes labels from packets. Relative numbers count from the initial sequence number that was last
 * seen in that direction, so that the SYN is 0 and the first octet of text is 1. It remembers every
 * segment, to know a retransmission, unless {@link #remembersAtMost} sets a limit. For one thread.
 */
public final class SegmentReader {

    private static final int ICMP_TYPE_AND_CODE = 2;

    /**
     * One direction of a connection. It has an order because strangers choose what is in it: many
     * that share a hash code then cost a map no more than the logarithm of their number.
     */
    private record Flow(
            End from, IpAddress source, int sourcePort, IpAddress destination, int destinationPort)
            implements Comparable<Flow> {

        private static final Comparator<Flow> ORDER =
                Comparator.comparingInt(Flow::sourcePort)
                        .thenComparingInt(Flow::destinationPort)
                        .thenComparing(Flow::source)
                        .thenComparing(Flow::destination)
                        .thenComparing(Flow::from);

        Flow reverse() {
            return new Flow(from.other(), destination, destinationPort, source, sourcePort);
        }

        @Override
        public int compareTo(Flow other) {
            return ORDER.compare(this, other);
        }
    }

    /** What is remembered of a direction. */
    private static final class Past {

        /** Null while no SYN was seen. */
        private Integer initial;

        /** The window scale that its SYN has offered; negative for none. */
        private int windowShift = -1;

        /** Sequence number and length of each segment: one that comes once more was sent again. */
        private Set<Long> sent = new HashSet<>();
    }

    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final Map<Flow, Past> pasts = new HashMap<>();
    private int remembered;
    private Verdict verdict = Verdict.OK;
    private Flow flow;
    private long seq;
    private long ack;
    private boolean absolute;
    private int mostRemembered = Integer.MAX_VALUE;

    /** A reader that has seen nothing yet and shows relative numbers. */
    public SegmentReader() {}

    /** From now on shows sequence numbers as they stand in the header. */
    public void absoluteNumbers() {
        absolute = true;
    }

    /**
     * Bounds the memory for traffic without end: after {@code count} segments or directions the
     * reader forgets them all and begins again. A segment that was sent before that moment and is
     * sent once more after it does not count as a retransmission.
     *
     * @param count at least 1
     */
    public void remembersAtMost(int count) {
        mostRemembered = count;
    }

    /**
     * Source and destination of the packet that was read last: {@code 10.0.0.1:50000 >
     * 10.0.0.2:80}; {@code ? > ?} when its header can't be read.
     */
    public String ends() {
        if (verdict == Verdict.OK) {
            return end(ip.sourceHigh(), ip.sourceLow(), segment.sourcePort())
                    + " > "
                    + end(ip.destinationHigh(), ip.destinationLow(), segment.destinationPort());
        }
        return verdict == Verdict.OTHER_PROTOCOL
                ? IpAddress.format(ip.sourceHigh(), ip.sourceLow())
                        + " > "
                        + IpAddress.format(ip.destinationHigh(), ip.destinationLow())
                : "? > ?";
    }

    private static String end(long high, long low, int port) {
        String address = IpAddress.format(high, low);
        return (IpAddress.isV4(high, low) ? address : "[" + address + "]") + ":" + port;
    }

    /**
     * Reads one packet. Whatever the octets are, it returns a label: {@code malformed, 12 octets}
     * at the worst.
     *
     * @param from the end that sent it
     * @param b big-endian, read during the call only
     * @param offset index of the first octet of the IP header
     * @param length octets of the packet
     */
    public SegmentLabel read(End from, ByteBuffer b, int offset, int length) {
        verdict = ip.parse(b, offset, length);
        if (verdict == Verdict.OK) {
            // Damaged segments are shown as well; that the receiver drops them is another matter.
            verdict = segment.parse(ip, true);
        }
        return switch (verdict) {
            case OK -> label(from);
            case OTHER_PROTOCOL -> otherProtocol(b);
            default -> SegmentLabel.other("malformed, " + length + " octets");
        };
    }

    private SegmentLabel label(End from) {
        flow =
                new Flow(
                        from,
                        new IpAddress(ip.sourceHigh(), ip.sourceLow()),
                        segment.sourcePort(),
                        new IpAddress(ip.destinationHigh(), ip.destinationLow()),
                        segment.destinationPort());
        if (pasts.size() >= mostRemembered || remembered >= mostRemembered) {
            forget();
        }
        boolean again =
                segment.length() > 0 && remember(pasts.computeIfAbsent(flow, each -> new Past()));
        seq = shown(flow, segment.seq());
        ack = shown(flow.reverse(), segment.ack());
        SegmentLabel label = SegmentLabel.of(segment.flags(), seq, ack, segment.textLength());
        return again ? label.remark("again") : label;
    }

    /** The header of the packet that was read last; null when that was no TCP segment. */
    public SegmentFields fields() {
        if (verdict != Verdict.OK) {
            return null;
        }
        TcpOptions options = segment.options();
        List<SegmentFields.Sack> sacks = new ArrayList<>(options.sackBlocks());
        for (int i = 0; i < options.sackBlocks(); i++) {
            sacks.add(
                    new SegmentFields.Sack(
                            shown(flow.reverse(), options.sackLeft(i)),
                            shown(flow.reverse(), options.sackRight(i))));
        }
        return new SegmentFields(
                0,
                segment.flags(),
                seq,
                ack,
                segment.textLength(),
                (long) segment.window() << (segment.hasSyn() ? 0 : windowShift(flow)),
                ip.timeToLive(),
                segment.sourcePort(),
                segment.destinationPort(),
                sacks);
    }

    /** Scaling is in force when both SYNs have offered it (RFC 7323 §2.2). */
    private int windowShift(Flow flow) {
        Past own = pasts.get(flow);
        Past peer = pasts.get(flow.reverse());
        boolean agreed = own != null && peer != null && own.windowShift >= 0;
        return agreed && peer.windowShift >= 0 ? own.windowShift : 0;
    }

    /** Sequence numbers stay relative as long as the number of directions allows it. */
    private void forget() {
        if (pasts.size() >= mostRemembered) {
            pasts.clear();
        } else {
            pasts.values().forEach(past -> past.sent = new HashSet<>());
        }
        remembered = 0;
    }

    /** Takes note of the segment at hand; true when it was sent before. */
    private boolean remember(Past past) {
        long now = (long) segment.seq() << 32 | segment.length();
        if (segment.hasSyn()) {
            past.initial = segment.seq();
            past.windowShift = segment.options().windowScale();
            if (!past.sent.isEmpty() && !(past.sent.size() == 1 && past.sent.contains(now))) {
                // More than this SYN was sent before, so it begins a new connection.
                remembered -= past.sent.size();
                past.sent = new HashSet<>();
            }
        }
        boolean first = past.sent.add(now);
        remembered += first ? 1 : 0;
        return !first;
    }

    private long shown(Flow flow, int number) {
        Past past = pasts.get(flow);
        return absolute || past == null || past.initial == null
                ? Integer.toUnsignedLong(number)
                : number - past.initial;
    }

    private SegmentLabel otherProtocol(ByteBuffer b) {
        int protocol = ip.protocol();
        boolean icmp = protocol == Protocol.ICMP || protocol == Protocol.ICMPV6;
        if (icmp && ip.payloadLength() >= ICMP_TYPE_AND_CODE) {
            int type = b.get(ip.payloadOffset()) & 0xFF;
            int code = b.get(ip.payloadOffset() + 1) & 0xFF;
            return SegmentLabel.other("ICMP type " + type + " code " + code);
        }
        return SegmentLabel.other("protocol " + protocol + ", " + ip.payloadLength() + " octets");
    }
}
