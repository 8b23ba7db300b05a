package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.HeldSyn;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpOptions;

/**
 * Segments that arrive in LISTEN (RFC 9293 §3.10.7.2), and the connections in SYN-RECEIVED that
 * come of them.
 */
final class PassiveOpen {

    private final Context context;
    private final Lifecycle lifecycle;
    private final TimeWaits timeWaits;
    private final StatelessAnswers answers;
    private final TextArrives texts;
    private final Negotiation negotiation;
    private final StatelessHandshake stateless;
    private final FourTuple pair = new FourTuple();

    PassiveOpen(
            Context context,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            StatelessAnswers answers,
            TextArrives texts,
            Negotiation negotiation) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        this.answers = answers;
        this.texts = texts;
        this.negotiation = negotiation;
        stateless = new StatelessHandshake(context, answers);
    }

    /**
     * A segment for a listening port, from a pair of sockets that is not in use.
     *
     * @return the connection in SYN-RECEIVED whose cookie the segment has brought back, and for
     *     which it now arrives; mostly null
     */
    Tcb inListen(Backlog listener, Segment seg) {
        boolean noSyn = !seg.hasSyn() && !seg.hasAck();
        if (seg.hasRst() || noSyn || (seg.hasSyn() && isIgnored(seg))) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
        } else if (seg.hasSyn() && seg.hasAck()) {
            answers.reset(seg);
        } else if (seg.hasSyn()) {
            synInListen(listener, seg);
        } else {
            int mss = stateless.comesBack(seg);
            if (mss > 0 && hasPlace(listener)) {
                return childOfCookie(listener, seg, mss);
            }
        }
        return null;
    }

    /** A SYN with something else on it, which a profile does not answer. */
    private boolean isIgnored(Segment seg) {
        return (seg.hasFin() && context.profile.has(Habit.DROPS_SYN_FIN))
                || (seg.hasAck() && context.profile.has(Habit.IGNORES_SYN_ACK));
    }

    /** Begins a passive handshake; a FIN on the SYN is ignored (T-24). */
    private void synInListen(Backlog listener, Segment seg) {
        if (!hasPlace(listener)) {
            context.counters.add(Counter.LISTEN_DROPS);
            return;
        }
        if (listener.asksFirst()) {
            if (!listener.hold(seg)) {
                stateless.answer(seg);
            }
            return;
        }
        if (stateless.isFor(listener)) {
            stateless.answer(seg);
            return;
        }
        makePlace(listener);
        Tcb tcb = newChild(listener, pair.ofReceiver(seg));
        negotiation.synReceived(tcb, seg);
        lifecycle.childOfListener(tcb);
    }

    /**
     * The answer to a SYN that a listener has kept: the handshake begins as if it came now.
     *
     * @param overTimeWait its pair of sockets is in TIME-WAIT, and the entry is parked
     */
    void answers(Backlog listener, HeldSyn syn, boolean overTimeWait) {
        makePlace(listener);
        Tcb tcb = newChild(listener, syn);
        if (overTimeWait) {
            tcb.overTimeWait = true;
            timeWaits.moveAhead(tcb, syn.oldSndNxt);
        }
        tcb.rcv.synchronize(syn.seq);
        negotiation.agree(
                tcb,
                Negotiation.offeredMss(tcb, syn.mss),
                syn.timestamps,
                syn.timestampValue,
                syn.windowScale,
                syn.sackPermitted);
        EcnHandshake.passive(context, tcb, syn.asksForEcn);
        tcb.snd.updateWindow(syn.window, syn.seq, tcb.snd.una);
        if (overTimeWait) {
            lifecycle.childOfTimeWait(tcb);
        } else {
            lifecycle.childOfListener(tcb);
        }
    }

    /**
     * The same, after an entry in TIME-WAIT was parked whose numbers ended at {@code oldSndNxt}.
     */
    void childOverTimeWait(Backlog listener, Segment seg, int oldSndNxt) {
        makePlace(listener);
        Tcb tcb = newChild(listener, pair.ofReceiver(seg));
        tcb.overTimeWait = true;
        timeWaits.moveAhead(tcb, oldSndNxt);
        negotiation.synReceived(tcb, seg);
        lifecycle.childOfTimeWait(tcb);
    }

    /** Whether a connection more can be opened, and wait until it is accepted. */
    boolean hasPlace(Backlog listener) {
        boolean place =
                listener.takesConnection()
                        && context.hasPlace()
                        && context.memory.hasPlace(context.tcbs.size() - context.handshakes);
        if (place) {
            texts.makeRoom();
        } else {
            context.counters.add(Counter.LISTEN_OVERFLOWS);
        }
        return place;
    }

    private void makePlace(Backlog listener) {
        if (listener.mustMakePlace()) {
            // The oldest has had the most time to prove itself.
            context.counters.add(Counter.LISTEN_DROPS);
            Tcb oldest = listener.oldestHandshake();
            listener.crowdedOut(oldest);
            lifecycle.forget(oldest);
        }
    }

    /**
     * The connection that a segment for a passive handshake belongs to. The peer may know another
     * answer to its SYN than the one that was kept: a cookie, sent to the same SYN while the queue
     * was full, or before a stranger's SYN in the peer's name. The latter is looked at only when
     * the handshake has let a timer pass: until then the cookie may be an old duplicate's.
     *
     * @return mostly {@code tcb}; null when the segment is dropped
     */
    Tcb ofCookie(Tcb tcb, Segment seg) {
        boolean mayBring = seg.hasAck() && !seg.hasSyn() && !seg.hasRst();
        if (!mayBring || seg.ack() == tcb.snd.iss + 1 || tcb.overTimeWait) {
            return tcb;
        }
        int mss = stateless.judge(seg);
        if (mss == Cookies.LATER) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return null;
        }
        boolean sameSyn = seg.seq() - 1 == tcb.rcv.irs;
        if (mss < 0 || (!sameSyn && tcb.retransmissions == 0)) {
            return tcb;
        }
        Backlog listener = tcb.listener;
        if (!hasPlace(listener)) {
            return null;
        }
        lifecycle.forget(tcb);
        return childOfCookie(listener, seg, mss);
    }

    /**
     * The connection as it would be now, had anything been kept of its SYN and our answer: the
     * segment that brings the cookie arrives for it. Its round trip is not measured, since the
     * echoed timestamp is only roughly the time of the answer.
     */
    private Tcb childOfCookie(Backlog listener, Segment seg, int mss) {
        context.counters.add(Counter.SYN_COOKIES_RECEIVED);
        stateless.used(seg);
        TcpOptions options = seg.options();
        Tcb tcb = newChild(listener, pair.ofReceiver(seg));
        tcb.synOwed = false;
        int iss = seg.ack() - 1;
        tcb.snd.reset(iss);
        tcb.rcv.synchronize(seg.seq() - 1);
        boolean timestamps = options.hasTimestamps();
        int echo = options.timestampEcho();
        int scale = timestamps ? CookieOptions.scale(echo) : -1;
        negotiation.agree(
                tcb,
                mss,
                timestamps,
                options.timestampValue(),
                scale,
                timestamps && CookieOptions.sack(echo));
        EcnHandshake.passive(context, tcb, timestamps && CookieOptions.ecn(echo));
        tcb.rcv.offerWindow(0);
        tcb.rcv.lastAckSent = tcb.rcv.nxt;
        tcb.snd.nxt = iss + 1;
        tcb.snd.cursor = iss + 1;
        tcb.timedSeq = iss + 1;
        lifecycle.childOfListener(tcb);
        // When the SYN came was not kept either: so long ago that a wait for text is over.
        long wait = listener.deferredUntilNs(tcb) - context.nowNs();
        tcb.synReceivedAtNs -= Math.max(0, wait);
        return tcb;
    }

    private Tcb newChild(Backlog listener, FourTuple sockets) {
        Tcb tcb = context.tcbPool.take();
        tcb.set(sockets);
        tcb.passive = true;
        context.register(tcb);
        listener.handshakeBegins(tcb);
        tcb.synOwed = true;
        context.wantsOutput(tcb);
        return tcb;
    }
}
