package io.finwait.tcp.internal.input;

import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.loss.Recovery;
import io.finwait.tcp.internal.output.SegmentOutput;
import io.finwait.tcp.internal.output.SegmentSender;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.HeldSyn;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;

/**
 * Passes an arriving segment to the rules for the state of its connection or port (RFC 9293
 * §3.10.7).
 */
public final class SegmentInput {

    private final HeaderPrediction headerPrediction;
    private final SegmentArrives segmentArrives;
    private final PassiveOpen passiveOpen;
    private final Handshake handshake;
    private final OwedAcks owedAcks;

    /** Puts the steps together. */
    public SegmentInput(
            Context context,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            SegmentOutput output,
            SegmentSender sender,
            StatelessAnswers answers,
            Recovery recovery) {
        owedAcks = new OwedAcks(context, output);
        Timestamps timestamps = new Timestamps(context, owedAcks);
        TextArrives texts = new TextArrives(context, new MemoryPressure(context), owedAcks);
        AckArrives acks = new AckArrives(context, timestamps, recovery, lifecycle);
        Negotiation negotiation = new Negotiation(context);
        passiveOpen = new PassiveOpen(context, lifecycle, timeWaits, answers, texts, negotiation);
        handshake =
                new Handshake(
                        context,
                        lifecycle,
                        answers,
                        timestamps,
                        owedAcks,
                        texts,
                        negotiation,
                        passiveOpen);
        segmentArrives =
                new SegmentArrives(
                        context,
                        lifecycle,
                        sender,
                        answers,
                        timestamps,
                        owedAcks,
                        acks,
                        texts,
                        handshake);
        headerPrediction = new HeaderPrediction(context, timestamps, acks, texts);
    }

    /** A segment for a connection. */
    public void arrives(Tcb tcb, Segment seg) {
        if (tcb.state == State.SYN_SENT) {
            handshake.inSynSent(tcb, seg);
        } else if (!headerPrediction.take(tcb, seg)) {
            Tcb its = tcb.state == State.SYN_RECEIVED ? handshake.inSynReceived(tcb, seg) : tcb;
            if (its != null) {
                segmentArrives.arrive(its, seg);
            }
        }
    }

    /** A segment for a port that listens, from a pair of sockets that is not in use. */
    public void arrivesInListen(Backlog backlog, Segment seg) {
        Tcb open = passiveOpen.inListen(backlog, seg);
        if (open != null) {
            segmentArrives.arrive(open, seg);
        }
    }

    /** Answers a SYN that a listener has kept, see {@link PassiveOpen#answers}. */
    public void answers(Backlog backlog, HeldSyn syn, boolean overTimeWait) {
        passiveOpen.answers(backlog, syn, overTimeWait);
    }

    /**
     * A SYN that reopens a pair of sockets in TIME-WAIT, whose entry is parked (RFC 6191).
     *
     * @param oldSndNxt SND.NXT of the entry
     */
    public void reopens(Backlog backlog, Segment seg, int oldSndNxt) {
        passiveOpen.childOverTimeWait(backlog, seg, oldSndNxt);
    }

    /** The fast path, for tests that compare it with the slow one. */
    public HeaderPrediction headerPrediction() {
        return headerPrediction;
    }

    /** How long after a challenge ACK the next one may follow, in nanoseconds. */
    public long challengeWaitNs(Tcb tcb) {
        return owedAcks.challengeWaitNs(tcb);
    }
}
