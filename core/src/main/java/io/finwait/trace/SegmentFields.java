package io.finwait.trace;

import java.util.List;

/**
 * The fields of a segment's header, in more detail than a {@link SegmentLabel}. Sequence numbers
 * are relative or absolute, as the labels show them.
 *
 * @param number the packet's place in its capture, from 1; 0 where there is none
 * @param flags the control bits of {@link io.finwait.wire.TcpHeader}
 * @param seq SEG.SEQ
 * @param ack SEG.ACK; undefined without the ACK bit
 * @param textOctets octets of text
 * @param window the offered window: in octets if the window scale is known, otherwise the window
 *     field
 * @param timeToLive IPv4's time to live or IPv6's hop limit
 * @param sourcePort the sender's port
 * @param destinationPort the receiver's port
 * @param sacks what else has arrived (RFC 2018), in the order of the header
 */
public record SegmentFields(
        long number,
        int flags,
        long seq,
        long ack,
        int textOctets,
        long window,
        int timeToLive,
        int sourcePort,
        int destinationPort,
        List<Sack> sacks) {

    /** Keeps a copy of the list. */
    public SegmentFields {
        sacks = List.copyOf(sacks);
    }

    /**
     * Octets that have arrived out of order.
     *
     * @param left the first of them
     * @param right the first behind them
     */
    public record Sack(long left, long right) {}
}
