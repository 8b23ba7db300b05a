package io.finwait.trace.explain;

import io.finwait.tcp.State;
import io.finwait.trace.capture.SeenSegment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;

/**
 * How things stood when the first RST of a connection passed: what a judgment of its cause rests
 * on.
 */
final class ResetFacts {

    static final long UNKNOWN = -1;

    final int side;
    final long number;
    final long timeNs;
    final boolean hasAck;
    final int seq;
    final int ack;
    final int timeToLive;
    final State stateBefore;
    final State peerStateBefore;

    /**
     * The segment of the peer that it answers, or may answer: where there is one, the text with
     * this acknowledgment (RFC 9293 §3.10.7.1), else the last segment; number 0 when there is none.
     */
    final long provokedBy;

    final int provokedFlags;
    final int provokedText;
    final int provokedSeq;
    final int provokedAck;
    final boolean answers;
    final boolean provokedByProbe;

    /** How long before it its sender had sent anything else; {@link #UNKNOWN} when never. */
    final long lastSignNs;

    /** How long the connection had been silent before the segment that provoked it. */
    final long silenceNs;

    long ownFinNumber;
    long ownFinNs;
    final long ownLastTextNumber;
    final long peerLastTextNumber;

    /** True when the peer's last text had arrived, as its acknowledgment shows. */
    final boolean peerLastTextArrived;

    final long ownPackets;
    final int ownRepeats;
    final boolean ownRepeatsDouble;
    final int ownProbes;
    final long ownUnacknowledged;

    /** Text of the peer that the sender of the RST had not acknowledged. */
    final long peerUnacknowledged;

    private final boolean numberIsKnown;
    final boolean timeToLiveDiffers;

    /** Its sender's first packet behind it with lower numbers, and the first with others. */
    private long firstBelow;

    private long firstBeyond;

    /** Those with lower numbers reach up to its own. */
    private boolean overtookThem;

    ResetFacts(int side, Flow[] flows, EndStates states, LastSegments last, SeenSegment seg) {
        this.side = side;
        Flow own = flows[side];
        Flow peer = flows[1 - side];
        number = seg.number();
        timeNs = seg.timeNs();
        hasAck = seg.hasAck();
        seq = seg.seq();
        ack = seg.ack();
        timeToLive = seg.timeToLive();
        stateBefore = states.state(side);
        peerStateBefore = states.state(1 - side);
        LastSegments.Of theirs = last.of(1 - side);
        LastSegments.Of text = hasAck ? null : theirs.textWithAck(seq);
        LastSegments.Of by = text == null ? theirs : text;
        provokedBy = by.number;
        provokedFlags = by.flags;
        provokedText = by.text;
        provokedSeq = by.seq;
        provokedAck = by.ack;
        silenceNs = by.silenceNs;
        answers = text != null || provokedBy > last.of(side).number;
        provokedByProbe = peer.isProbe(by);
        lastSignNs = last.of(side).number == 0 ? UNKNOWN : seg.timeNs() - last.of(side).timeNs;
        ownFinNumber = own.finSeen ? own.finNumber : 0;
        ownFinNs = own.finNs;
        ownLastTextNumber = own.textSeen ? own.lastTextNumber : 0;
        peerLastTextNumber = peer.textSeen ? peer.lastTextNumber : 0;
        int arrived = hasAck ? seg.ack() : own.lastAck;
        peerLastTextArrived =
                peer.textSeen && (hasAck || own.lastAckKnown) && Seq.gt(arrived, peer.lastTextSeq);
        ownPackets = own.packets;
        ownRepeats = own.repeats;
        ownRepeatsDouble = own.repeatsDouble;
        ownProbes = own.probes;
        ownUnacknowledged = own.unacknowledgedOctets();
        peerUnacknowledged = peer.unacknowledgedOctets();
        numberIsKnown = isExpected(own, seg);
        timeToLiveDiffers =
                own.highestTimeToLive != Flow.UNKNOWN
                        && (timeToLive > own.highestTimeToLive
                                || timeToLive < own.lowestTimeToLive);
    }

    /** SND.NXT, or what the provoking segment acknowledges (RFC 9293 §3.10.7.1). */
    private boolean isExpected(Flow own, SeenSegment seg) {
        boolean answersAck =
                provokedBy > 0 && (provokedFlags & TcpHeader.ACK) != 0 && seg.seq() == provokedAck;
        boolean answersWithoutAck = seg.seq() == 0 && seg.hasAck();
        return !own.numbersKnown
                || answersAck
                || answersWithoutAck
                || seg.seq() == own.nxt
                || (Seq.geq(seg.seq(), own.una) && Seq.leq(seg.seq(), own.nxt));
    }

    /**
     * A later packet of its sender. What leads exactly up to the number of the RST left before it
     * and was overtaken on the way; a FIN is then the one of the close that sent the RST.
     */
    void followedBy(SeenSegment seg) {
        int end = seg.seq() + seg.length();
        if (Seq.geq(seg.seq(), seq) || Seq.gt(end, seq)) {
            firstBeyond = firstBeyond == 0 ? seg.number() : firstBeyond;
            return;
        }
        firstBelow = firstBelow == 0 ? seg.number() : firstBelow;
        if (end == seq) {
            overtookThem = true;
            if (seg.hasFin() && ownFinNumber == 0) {
                ownFinNumber = seg.number();
                ownFinNs = seg.timeNs();
            }
        }
    }

    /** The first packet that its sender sent after it as if nothing had been, or 0. */
    long firstBehind() {
        return overtookThem || firstBelow == 0 ? firstBeyond : firstBelow;
    }

    /** Whether its number is what its sender would use. */
    boolean numberIsExpected() {
        return numberIsKnown || (overtookThem && firstBeyond == 0);
    }

    /** True for the RST that a host sends which knows nothing of the connection. */
    boolean isFromNobody() {
        return !hasAck && answers && (provokedFlags & TcpHeader.ACK) != 0 && seq == provokedAck;
    }

    boolean provokedBySyn() {
        return (provokedFlags & TcpHeader.SYN) != 0;
    }
}
