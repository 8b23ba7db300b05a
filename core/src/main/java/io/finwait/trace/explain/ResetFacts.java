package io.finwait.trace.explain;

import io.finwait.tcp.State;
import io.finwait.trace.capture.SeenSegment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;

/** How things stood when the first RST of a connection passed: what a judgment of its cause rests on. */
final class ResetFacts {

    final int side;
    final long number;
    final long timeNs;
    final boolean hasAck;
    final int seq;
    final int ack;
    final int timeToLive;
    final State stateBefore;
    final State peerStateBefore;

    /** The last segment of the peer before it, which it may answer; number 0 when there is none. */
    final long provokedBy;

    final long provokedNs;
    final int provokedFlags;
    final int provokedText;
    final int provokedSeq;
    final int provokedAck;
    final boolean answers;

    /** How long the connection had been silent before the segment that provoked it. */
    final long silenceNs;

    final long ownFinNumber;
    final long ownFinNs;
    final long ownLastTextNumber;
    final long ownLastTextNs;
    final long peerLastTextNumber;
    final long peerLastTextNs;
    final long ownPackets;
    final int ownRepeats;
    final boolean ownRepeatsDouble;
    final long ownUnacknowledged;

    /** Text of the peer that the sender of the RST had not acknowledged. */
    final long peerUnacknowledged;

    final boolean numberIsExpected;
    final boolean timeToLiveDiffers;

    /** What its sender sent afterwards as if nothing had been. */
    long packetsBehind;

    long firstBehind;

    ResetFacts(int side, Flow[] flows, EndStates states, Last last, SeenSegment seg) {
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
        provokedBy = last.number[1 - side];
        provokedNs = last.timeNs[1 - side];
        provokedFlags = last.flags[1 - side];
        provokedText = last.text[1 - side];
        provokedSeq = last.seq[1 - side];
        provokedAck = last.ack[1 - side];
        silenceNs = last.silenceNs[1 - side];
        answers = provokedBy > last.number[side];
        ownFinNumber = own.finSeen ? own.finNumber : 0;
        ownFinNs = own.finNs;
        ownLastTextNumber = own.textSeen ? own.lastTextNumber : 0;
        ownLastTextNs = own.lastTextNs;
        peerLastTextNumber = peer.textSeen ? peer.lastTextNumber : 0;
        peerLastTextNs = peer.lastTextNs;
        ownPackets = own.packets;
        ownRepeats = own.repeats;
        ownRepeatsDouble = own.repeatsDouble;
        ownUnacknowledged = own.unacknowledgedOctets();
        peerUnacknowledged = peer.unacknowledgedOctets();
        numberIsExpected = isExpected(own, seg);
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

    /** True for the RST that a host sends which knows nothing of the connection. */
    boolean isFromNobody() {
        return !hasAck && provokedBy > 0 && seq == provokedAck;
    }

    boolean provokedBySyn() {
        return (provokedFlags & TcpHeader.SYN) != 0;
    }

    /** The last segment of each side, kept while a capture is read. */
    static final class Last {
        final long[] number = new long[2];
        final long[] timeNs = new long[2];
        final int[] flags = new int[2];
        final int[] text = new int[2];
        final int[] seq = new int[2];
        final int[] ack = new int[2];
        final long[] silenceNs = new long[2];

        void segment(int from, SeenSegment seg) {
            long before = Math.max(timeNs[0], timeNs[1]);
            silenceNs[from] = before == 0 ? 0 : seg.timeNs() - before;
            number[from] = seg.number();
            timeNs[from] = seg.timeNs();
            flags[from] = seg.flags();
            text[from] = seg.textLength();
            seq[from] = seg.seq();
            ack[from] = seg.ack();
        }
    }
}
