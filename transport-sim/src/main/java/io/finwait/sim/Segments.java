package io.finwait.sim;

import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;

/** Matchers for TCP segments. None of them matches a packet without a segment. */
public final class Segments {

    private Segments() {}

    /** Every segment. */
    public static PacketMatcher any() {
        return PassingPacket::hasSegment;
    }

    /** Segments with FIN set. */
    public static PacketMatcher fin() {
        return having(TcpHeader.FIN);
    }

    /** Segments with SYN set and ACK not. */
    public static PacketMatcher syn() {
        return packet -> packet.hasSegment() && control(packet) == TcpHeader.SYN;
    }

    /** Segments with both SYN and ACK set. */
    public static PacketMatcher synAck() {
        return having(TcpHeader.SYN | TcpHeader.ACK);
    }

    /** Segments with RST set. */
    public static PacketMatcher rst() {
        return having(TcpHeader.RST);
    }

    /** Segments that do nothing but acknowledge: ACK set, SYN, FIN and RST not, no text. */
    public static PacketMatcher pureAck() {
        return packet ->
                packet.hasSegment()
                        && control(packet) == TcpHeader.ACK
                        && packet.segment().textLength() == 0;
    }

    /** Segments with text. */
    public static PacketMatcher text() {
        return packet -> packet.hasSegment() && packet.segment().textLength() > 0;
    }

    /**
     * Segments that have at least these control bits.
     *
     * @param flags bits of {@link TcpHeader}
     */
    public static PacketMatcher having(int flags) {
        return packet -> packet.hasSegment() && (packet.segment().flags() & flags) == flags;
    }

    /**
     * Segments whose SEG.SEQ is this number.
     *
     * @param seq as it stands on the wire, 0 to 2^32 - 1
     */
    public static PacketMatcher sequence(long seq) {
        return packet -> packet.hasSegment() && packet.segment().seq() == (int) seq;
    }

    /**
     * Segments whose SEG.SEQ is this number, counted from the sender's initial one: its SYN has 0,
     * its first octet of text 1. Matches only where the SYN was sent while the network had a rule.
     */
    public static PacketMatcher relativeSequence(long seq) {
        return packet -> packet.knowsInitialSequenceNumber() && packet.relativeSeq() == (int) seq;
    }

    /** Segments whose text, SYN or FIN has this sequence number (as it stands on the wire). */
    public static PacketMatcher covering(long seq) {
        return packet ->
                packet.hasSegment()
                        && Seq.inWindow(
                                (int) seq, packet.segment().seq(), packet.segment().length());
    }

    /** Segments that acknowledge up to this number (as it stands on the wire). */
    public static PacketMatcher acknowledging(long ack) {
        return packet ->
                packet.hasSegment()
                        && packet.segment().hasAck()
                        && packet.segment().ack() == (int) ack;
    }

    /** Segments from a port. */
    public static PacketMatcher fromPort(int port) {
        return packet -> packet.hasSegment() && packet.segment().sourcePort() == port;
    }

    /** Segments to a port. */
    public static PacketMatcher toPort(int port) {
        return packet -> packet.hasSegment() && packet.segment().destinationPort() == port;
    }

    private static int control(PassingPacket packet) {
        return packet.segment().flags()
                & (TcpHeader.SYN | TcpHeader.FIN | TcpHeader.RST | TcpHeader.ACK);
    }
}
