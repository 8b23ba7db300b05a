package io.finwait.tcp.internal.input;

import io.finwait.tcp.State;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;

/**
 * The fast path for the two kinds of segments that make up nearly all traffic: the next text in
 * order, and an ACK of new octets, on a connection where nothing else is going on. RFC 9293
 * §3.10.7.4 lets segments be processed in any way that has the same result as its steps; for these
 * segments most steps have no effect. The idea is Van Jacobson's header prediction. All other
 * segments go through {@link SegmentArrives}.
 */
public final class HeaderPrediction {

    private final Context context;
    private final Timestamps timestamps;
    private final AckArrives acks;
    private final TextArrives texts;
    private boolean on = true;
    private long taken;

    HeaderPrediction(Context context, Timestamps timestamps, AckArrives acks, TextArrives texts) {
        this.context = context;
        this.timestamps = timestamps;
        this.acks = acks;
        this.texts = texts;
    }

    /** Sends every segment through the slow path, so that a test can compare the two. */
    public void off() {
        on = false;
    }

    /** How many segments took the fast path. */
    public long taken() {
        return taken;
    }

    /**
     * Processes a segment if it is one of the two predicted kinds.
     *
     * @return false when it is not; then nothing has changed
     */
    boolean take(Tcb tcb, Segment seg) {
        Rcv rcv = tcb.rcv;
        boolean predicted =
                on
                        && tcb.state == State.ESTABLISHED
                        && (seg.flags() & ~TcpHeader.PSH) == TcpHeader.ACK
                        && seg.seq() == rcv.nxt
                        && !seg.isMarked()
                        && !rcv.finHeld
                        && rcv.reassembly.count() == 0
                        && isFresh(rcv, seg);
        if (!predicted) {
            return false;
        }
        Snd snd = tcb.snd;
        if (seg.textLength() == 0) {
            if (!snd.isNewAck(seg.ack())) {
                return false;
            }
            timestamps.record(tcb, seg);
            acks.takeNewAck(tcb, seg);
        } else {
            boolean reportsGap = snd.una != snd.nxt && seg.options().sackBlocks() > 0;
            if (seg.ack() != snd.una
                    || seg.textLength() > rcv.wnd()
                    || reportsGap
                    || context.blocks.isFull()) {
                return false;
            }
            timestamps.record(tcb, seg);
            acks.updateWindow(tcb, seg);
            texts.takeNextText(tcb, seg, seg.textOffset(), seg.textLength());
        }
        if (mayHaveToSend(tcb)) {
            context.wantsOutput(tcb);
        }
        taken++;
        tcb.heard(context.nowNs());
        context.timersChanged(tcb);
        return true;
    }

    /** True when the timestamp is not older than TS.Recent (RFC 7323 §5.3). */
    private static boolean isFresh(Rcv rcv, Segment seg) {
        return !rcv.timestamps
                || (seg.options().hasTimestamps()
                        && Seq.geq(seg.options().timestampValue(), rcv.tsRecent));
    }

    /** False when {@code SegmentOutput} would surely find nothing to send and no timer to start. */
    private static boolean mayHaveToSend(Tcb tcb) {
        Snd snd = tcb.snd;
        return snd.cursor != snd.textEnd
                || tcb.acksOwed != 0
                || tcb.retransmitOwed
                || tcb.loss.recovering
                || tcb.userTimeoutNs != 0;
    }
}
