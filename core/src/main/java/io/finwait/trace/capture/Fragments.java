package io.finwait.trace.capture;

import io.finwait.wire.TcpHeader;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The headers of segments whose IP packet came in fragments: only the first fragment has them. With
 * them each later one is read as a piece of the segment's text; none is put together.
 */
final class Fragments {

    /** So many packets at a time; the oldest goes. A hostile capture may begin any number. */
    private static final int MOST = 256;

    /** Beyond this a fragment belongs to another packet with the same identification. */
    private static final long LIFETIME_NS = 30_000_000_000L;

    /** Only the first fragment opens, and only it resets. */
    private static final int KEPT_FLAGS =
            TcpHeader.ACK | TcpHeader.PSH | TcpHeader.URG | TcpHeader.FIN;

    /** What a later fragment does not say until it is the last. */
    private static final int FLAGS_OF_THE_END = TcpHeader.FIN | TcpHeader.PSH;

    /**
     * What the fragments of a packet have in common (RFC 791 §3.2, RFC 8200 §4.5), and where they
     * were seen.
     */
    record Key(
            int interfaceNumber,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int identification) {}

    private record First(
            long timeNs,
            int sourcePort,
            int destinationPort,
            int firstSeq,
            int ack,
            int flags,
            int window,
            int headerLength) {}

    private final Map<Key, First> firsts =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, First> eldest) {
                    return size() > MOST;
                }
            };

    /** A first fragment was read: what is behind it has yet to come. */
    void first(Key key, SeenSegment seg, int headerLength) {
        firsts.remove(key);
        firsts.put(
                key,
                new First(
                        seg.timeNs,
                        seg.sourcePort,
                        seg.destinationPort,
                        seg.seq + (seg.hasSyn() ? 1 : 0),
                        seg.ack,
                        seg.flags & KEPT_FLAGS,
                        seg.window,
                        headerLength));
        seg.flags &= ~FLAGS_OF_THE_END;
    }

    /**
     * Reads a later fragment as text of its segment.
     *
     * @param offset its place in the packet's payload
     * @return false when the first one was not seen before it
     */
    boolean later(Key key, SeenSegment seg, int offset, int octets, boolean more) {
        First first = firsts.get(key);
        if (first == null
                || Math.abs(seg.timeNs - first.timeNs) > LIFETIME_NS
                || offset < first.headerLength
                || octets <= 0) {
            return false;
        }
        seg.sourcePort = first.sourcePort;
        seg.destinationPort = first.destinationPort;
        seg.seq = first.firstSeq + offset - first.headerLength;
        seg.ack = first.ack;
        seg.flags = more ? first.flags & ~FLAGS_OF_THE_END : first.flags;
        seg.window = first.window;
        seg.textLength = octets;
        return true;
    }
}
