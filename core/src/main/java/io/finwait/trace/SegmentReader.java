package io.finwait.trace;

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
    private record Flow(End from, int sourcePort, int destinationPort) {
        Flow reverse() {
            return new Flow(from.other(), destinationPort, sourcePort);
        }
    }

    private record Sent(Flow flow, int seq, int length) {}

    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final Map<Flow, Integer> initialNumbers = new HashMap<>();
    private final Set<Sent> sent = new HashSet<>();
    private boolean absolute;

    void absoluteNumbers() {
        absolute = true;
    }

    SegmentLabel read(End from, ByteBuffer b, int offset, int length) {
        Verdict verdict = ip.parse(b, offset, length);
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
        Flow flow = new Flow(from, segment.sourcePort(), segment.destinationPort());
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
