package io.finwait.trace;

import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Makes labels from packets. Relative numbers count from the initial sequence number that was last
 * seen in that direction, so that the SYN is 0 and the first octet of text is 1.
 */
final class SegmentReader {

    private static final int ICMP_TYPE_AND_CODE = 2;

    /** One direction of a connection: a retransmission is what takes the same numbers once more. */
    private record Flow(
            End from,
            IpAddress source,
            int sourcePort,
            IpAddress destination,
            int destinationPort) {
        Flow reverse() {
            return new Flow(from.other(), destination, destinationPort, source, sourcePort);
        }
    }

    private record Sent(Flow flow, int seq, int length) {}

    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final Map<Flow, Integer> initialNumbers = new HashMap<>();
    private final Set<Sent> sent = new HashSet<>();
    private Verdict verdict = Verdict.OK;
    private boolean absolute;
    private int mostRemembered = Integer.MAX_VALUE;

    void absoluteNumbers() {
        absolute = true;
    }

    /**
     * For traffic without end: remembers at most so many segments, and so many directions, before it
     * begins anew. What was sent before that is not known as a retransmission.
     */
    void remembersAtMost(int count) {
        mostRemembered = count;
    }

    /** Who sent the packet that was read last to whom: {@code 10.0.0.1:50000 > 10.0.0.2:80}. */
    String ends() {
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

    SegmentLabel read(End from, ByteBuffer b, int offset, int length) {
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
        Flow flow =
                new Flow(
                        from,
                        new IpAddress(ip.sourceHigh(), ip.sourceLow()),
                        segment.sourcePort(),
                        new IpAddress(ip.destinationHigh(), ip.destinationLow()),
                        segment.destinationPort());
        if (sent.size() >= mostRemembered) {
            sent.clear();
        }
        if (initialNumbers.size() >= mostRemembered) {
            initialNumbers.clear();
        }
        Sent now = new Sent(flow, segment.seq(), segment.length());
        if (segment.hasSyn()) {
            initialNumbers.put(flow, segment.seq());
            if (sent.stream().anyMatch(each -> each.flow().equals(flow) && !each.equals(now))) {
                // More than this SYN was sent before, so it begins a new connection.
                sent.removeIf(each -> each.flow().equals(flow));
            }
        }
        boolean again = segment.length() > 0 && !sent.add(now);
        SegmentLabel label =
                SegmentLabel.of(
                        segment.flags(),
                        shown(flow, segment.seq()),
                        shown(flow.reverse(), segment.ack()),
                        segment.textLength());
        return again ? label.remark("again") : label;
    }

    private long shown(Flow flow, int number) {
        Integer initial = initialNumbers.get(flow);
        return absolute || initial == null ? Integer.toUnsignedLong(number) : number - initial;
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
