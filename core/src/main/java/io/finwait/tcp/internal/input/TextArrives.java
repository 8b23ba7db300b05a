package io.finwait.tcp.internal.input;

import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Events;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/**
 * Processes the text of acceptable segments: delivers it in order and keeps what lies beyond a gap
 * (RFC 9293 §3.10.7.4, seventh step).
 */
final class TextArrives {

    private final Context context;
    private final MemoryPressure memory;
    private final OwedAcks owedAcks;

    TextArrives(Context context, MemoryPressure memory, OwedAcks owedAcks) {
        this.context = context;
        this.memory = memory;
        this.owedAcks = owedAcks;
    }

    /** A connection begins: see {@link MemoryPressure#makeRoom}. */
    void makeRoom() {
        memory.makeRoom();
    }

    void takeText(Tcb tcb, Segment seg) {
        Rcv rcv = tcb.rcv;
        int from = Seq.max(seg.seq(), rcv.nxt);
        int to = Seq.min(seg.seq() + seg.textLength(), rcv.edge);
        if (rcv.finHeld) {
            to = Seq.min(to, rcv.finSeq);
        }
        int ahead = Seq.distance(rcv.nxt, from);
        int octets = Seq.distance(from, to);
        if (octets > 0) {
            octets = memory.bearable(tcb, ahead, octets);
            to = from + octets;
        }
        if (octets <= 0) {
            owedAcks.oweAck(tcb);
            return;
        }
        rcv.noteDuplicate(seg.seq(), from, to);
        int at = seg.textOffset() + Seq.distance(seg.seq(), from);
        if (ahead == 0 && rcv.reassembly.count() == 0) {
            takeNextText(tcb, seg, at, octets);
            return;
        }
        rcv.lastTextNs = context.nowNs();
        if (rcv.arrivedAhead(from, to)) {
            rcv.buffer.write(ahead, seg.buffer(), at, octets);
        }
        owedAcks.oweAck(tcb);
        takeInOrder(tcb);
    }

    /** Delivers octets that begin at RCV.NXT, when there is no gap. */
    void takeNextText(Tcb tcb, Segment seg, int at, int octets) {
        Rcv rcv = tcb.rcv;
        rcv.buffer.lend(seg.buffer(), at, octets);
        rcv.nxt += octets;
        rcv.received += octets;
        rcv.lastTextNs = context.nowNs();
        delivered(tcb);
        if (octets < seg.textLength()) {
            // Part of the text was a duplicate or did not fit: the peer should know soon.
            tcb.octetsUnacknowledged += rcv.peerSegment;
        }
        owedAcks.acknowledgeText(tcb, octets, seg.hasFin());
    }

    /** Delivers the octets that are in order after a gap was filled; returns how many. */
    int takeInOrder(Tcb tcb) {
        Rcv rcv = tcb.rcv;
        int nxt = rcv.reassembly.advance(rcv.nxt);
        int octets = Seq.distance(rcv.nxt, nxt);
        if (octets > 0) {
            rcv.nxt = nxt;
            rcv.received += octets;
            rcv.buffer.advance(octets);
            delivered(tcb);
        }
        return octets;
    }

    private static void delivered(Tcb tcb) {
        if (tcb.connection != null) {
            tcb.connection.tell(Events.READABLE);
        }
    }
}
