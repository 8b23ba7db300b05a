package io.finwait.sim;

import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

/** A packet that has just been sent, parsed, for {@link PacketMatcher}s; valid during the call. */
public final class PassingPacket {

    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final InitialSequenceNumbers initial = new InitialSequenceNumbers();
    private SimPacket packet;
    private boolean hasIp;
    private boolean hasSegment;
    private long nowNs;

    PassingPacket() {}

    void set(SimPacket sent, long now) {
        packet = sent;
        nowNs = now;
        int at = Frames.ipAt(sent);
        hasIp = ip.parse(sent.buffer(), sent.offset() + at, sent.length() - at) == Verdict.OK;
        // The receiver verifies the checksum, not the path.
        hasSegment = hasIp && segment.parse(ip, true) == Verdict.OK;
        if (hasSegment && segment.hasSyn()) {
            initial.learn(segment);
        }
    }

    /** The packet itself: its octets, sender and receiver. */
    public SimPacket packet() {
        return packet;
    }

    /** When it was sent. */
    public long nowNs() {
        return nowNs;
    }

    /** True when the packet carries a TCP segment that can be parsed; its checksum may be wrong. */
    public boolean hasSegment() {
        return hasSegment;
    }

    /** The segment; means nothing without {@link #hasSegment()}. */
    public Segment segment() {
        return segment;
    }

    /** True when the packet has an IP header that can be parsed. */
    public boolean hasIp() {
        return hasIp;
    }

    /** The IP layer; means nothing without {@link #hasIp()}. */
    public IpView ip() {
        return ip;
    }

    /** True when the SYN of this direction of the connection has passed. */
    public boolean knowsInitialSequenceNumber() {
        return hasSegment && initial.knows(segment);
    }

    /**
     * SEG.SEQ counted from the initial sequence number of the sender, which is 0: the SYN has 0,
     * the first octet of text 1. Means nothing without {@link #knowsInitialSequenceNumber()}.
     */
    public int relativeSeq() {
        return segment.seq() - initial.of(segment);
    }
}
