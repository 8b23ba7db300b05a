package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.SegmentSizes;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.HeldSyn;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

/** Segments that arrive in LISTEN and SYN-SENT (RFC 9293 §3.10.7.2 and §3.10.7.3). */
public final class Handshake {

    private static final int DEFAULT_MSS_V4 = 536;
    private static final int DEFAULT_MSS_V6 = 1220;
    private static final int SMALLEST_MSS = 64;

    private final Context context;
    private final Lifecycle lifecycle;
    private final TimeWaits timeWaits;
    private final StatelessAnswers answers;
    private final Timestamps timestamps;
    private final OwedAcks owedAcks;
    private final TextArrives texts;
    private final StatelessHandshake stateless;
    private final FourTuple pair = new FourTuple();

    Handshake(
            Context context,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            StatelessAnswers answers,
            Timestamps timestamps,
            OwedAcks owedAcks,
            TextArrives texts) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        this.answers = answers;
        this.timestamps = timestamps;
        this.owedAcks = owedAcks;
        this.texts = texts;
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
        synReceived(tcb, seg);
        lifecycle.childOfListener(tcb);
    }

    /**
     * The answer to a SYN that a listener has kept: the handshake begins as if it came now.
     *
     * @param overTimeWait its pair of sockets is in TIME-WAIT, and the entry is parked
     */
    public void answers(Backlog listener, HeldSyn syn, boolean overTimeWait) {
        makePlace(listener);
        Tcb tcb = newChild(listener, syn);
        if (overTimeWait) {
            tcb.overTimeWait = true;
            timeWaits.moveAhead(tcb, syn.oldSndNxt);
        }
        tcb.rcv.synchronize(syn.seq);
        negotiate(
                tcb,
                offeredMss(tcb, syn.mss),
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
    public void childOverTimeWait(Backlog listener, Segment seg, int oldSndNxt) {
        makePlace(listener);
        Tcb tcb = newChild(listener, pair.ofReceiver(seg));
        tcb.overTimeWait = true;
        timeWaits.moveAhead(tcb, oldSndNxt);
        synReceived(tcb, seg);
        lifecycle.childOfTimeWait(tcb);
    }

    /** Whether a connection more can be opened, and wait until it is accepted. */
    private boolean hasPlace(Backlog listener) {
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
            lifecycle.forget(listener.oldestHandshake());
        }
    }

    /**
     * A segment for a connection in SYN-RECEIVED that may not fit what is known of its peer, since
     * strangers send SYNs too.
     *
     * @return the connection for which the segment arrives, mostly {@code tcb}; null when the
     *     segment has done what it had to
     */
    Tcb inSynReceived(Tcb tcb, Segment seg) {
        if (tcb.passive) {
            return ofCookie(tcb, seg);
        }
        return isAnswered(tcb, seg) ? null : tcb;
    }

    /**
     * In a simultaneous open the peer's SYN has proved nothing: anybody may have sent it. A segment
     * that acknowledges our SYN is the peer's. If it brings another SYN, that one counts. An empty
     * one that does not fit is the peer's answer to ours, which told it of a SYN that it has not
     * sent. To repeat that would bring a reset; the peer's own SYN,ACK comes again.
     */
    private boolean isAnswered(Tcb tcb, Segment seg) {
        boolean isThePeers = seg.hasAck() && !seg.hasRst() && tcb.snd.isNewAck(seg.ack());
        if (!isThePeers) {
            return false;
        }
        if (!seg.hasSyn()) {
            int before = tcb.rcv.nxt - 1;
            int wnd = tcb.rcv.wnd();
            boolean fits = seg.length() > 0 || Seq.inWindow(seg.seq(), before, wnd + 2);
            if (!fits) {
                context.counters.add(Counter.DROPPED_SEGMENTS);
            }
            return !fits;
        }
        if (seg.seq() == tcb.rcv.irs) {
            return false;
        }
        tcb.rcv.reassembly.clear();
        tcb.rcv.buffer.clear();
        tcb.snd.windowScale = 0;
        tcb.rcv.windowScale = 0;
        tcb.synOwed = false;
        synAckReceived(tcb, seg, Trigger.ACK_OF_SYN);
        context.wantsOutput(tcb);
        context.timersChanged(tcb);
        return true;
    }

    /**
     * The connection that a segment for a passive handshake belongs to. The peer may know another
     * answer to its SYN than the one that was kept: a cookie, sent to the same SYN while the queue
     * was full, or before a stranger's SYN in the peer's name. The latter is looked at only when
     * the handshake has let a timer pass: until then the cookie may be an old duplicate's.
     *
     * @return mostly {@code tcb}; null when the segment is dropped
     */
    private Tcb ofCookie(Tcb tcb, Segment seg) {
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
        negotiate(
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

    private void synReceived(Tcb tcb, Segment seg) {
        tcb.rcv.synchronize(seg.seq());
        TcpOptions options = seg.options();
        negotiate(
                tcb,
                offeredMss(tcb, options.mss()),
                options.hasTimestamps(),
                options.timestampValue(),
                options.windowScale(),
                options.sackPermitted());
        if (tcb.passive) {
            EcnHandshake.passive(context, tcb, seg.asksForEcn());
        } else {
            EcnHandshake.active(tcb, seg);
        }
        tcb.snd.updateWindow(seg.window(), seg.seq(), tcb.snd.una);
        if (seg.textLength() > 0 && !tcb.passive) {
            holdTextOfSyn(tcb, seg);
        }
    }

    /**
     * Text on the SYN of a peer that we called is kept until the handshake is complete; our ACK of
     * the SYN acknowledges nothing else. A stranger's is not: an octet would hold a block for as
     * long as a handshake lasts. It comes again, since it is not acknowledged.
     */
    private void holdTextOfSyn(Tcb tcb, Segment seg) {
        int octets = Math.min(seg.textLength(), tcb.rcv.capacity);
        tcb.rcv.buffer.write(0, seg.buffer(), seg.textOffset(), octets);
        tcb.rcv.arrivedAhead(tcb.rcv.nxt, tcb.rcv.nxt + octets);
    }

    /** The MSS that a SYN offers, or the one that counts where it offers none. */
    static int offeredMss(FourTuple pair, int offered) {
        if (offered != 0) {
            return offered;
        }
        return pair.isV4() ? DEFAULT_MSS_V4 : DEFAULT_MSS_V6;
    }

    /**
     * Takes the options of the peer's SYN: an option is in use when both ends have offered it.
     *
     * @param stamped whether the segment that brought the SYN, or its cookie, has a timestamp
     * @param timestamp its TSval, when it has one
     * @param scale of the peer's window, or below 0 for none
     */
    private void negotiate(
            Tcb tcb, int offered, boolean stamped, int timestamp, int scale, boolean sack) {
        int mss = Math.min(Math.max(offered, SMALLEST_MSS), context.sizes.mssToOffer(tcb));
        tcb.rcv.timestamps = context.config.timestamps() && stamped;
        if (tcb.rcv.timestamps) {
            tcb.rcv.tsRecent = timestamp;
            tcb.rcv.tsRecentAtNs = context.nowNs();
            mss -= SegmentSizes.TIMESTAMPS_OCTETS;
        }
        tcb.windowScaling = context.config.windowScaling() && scale >= 0;
        if (tcb.windowScaling) {
            tcb.snd.windowScale = scale;
            tcb.rcv.windowScale = context.sizes.windowScaleToOffer();
        }
        tcb.sackPermitted = context.config.selectiveAcknowledgments() && sack;
        int fits = tcb.pathMtu > 0 ? SegmentSizes.textOf(tcb, tcb.pathMtu) : Integer.MAX_VALUE;
        tcb.agreeOn(mss, fits, context.nowNs());
    }

    /** A segment for a connection in SYN-SENT. */
    public void inSynSent(Tcb tcb, Segment seg) {
        if (seg.hasSyn() && seg.hasFin() && context.profile.has(Habit.DROPS_SYN_FIN)) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        boolean ackIsGood = false;
        if (seg.hasAck()) {
            ackIsGood = tcb.snd.isNewAck(seg.ack());
            if (!ackIsGood) {
                answers.resetPeer(seg);
                return;
            }
        }
        if (seg.hasRst()) {
            // Its sequence number can't be judged yet (erratum 8167 of RFC 9293): the ACK decides.
            if (ackIsGood && EcnHandshake.givesUp(tcb)) {
                // It may be the flags that were refused (RFC 3168 §6.1.1.1).
                tcb.synOwed = true;
                context.wantsOutput(tcb);
            } else if (ackIsGood) {
                lifecycle.resetByPeer(tcb);
            } else {
                context.counters.add(Counter.DROPPED_SEGMENTS);
            }
            return;
        }
        if (!seg.hasSyn()) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (ackIsGood) {
            synAckReceived(tcb, seg, Trigger.SYN_ACK);
        } else {
            synReceived(tcb, seg);
            tcb.rcv.widen(context.profile.has(Habit.ROUNDED_WINDOW));
            tcb.timers.stop(Timer.RETRANSMISSION);
            lifecycle.simultaneousOpen(tcb);
            tcb.synOwed = true;
        }
        context.wantsOutput(tcb);
    }

    private void synAckReceived(Tcb tcb, Segment seg, Trigger trigger) {
        synReceived(tcb, seg);
        tcb.acksOwed = 1;
        becomeEstablished(tcb, seg, trigger);
    }

    /**
     * A segment acknowledges our SYN in SYN-RECEIVED.
     *
     * @return false when the connection is not open yet: the segment is not processed further
     */
    boolean ackOfSyn(Tcb tcb, Segment seg) {
        if (tcb.passive && !hasPlace(tcb.listener)) {
            return false;
        }
        if (isDeferred(tcb, seg)) {
            return false;
        }
        timestamps.record(tcb, seg);
        becomeEstablished(tcb, seg, Trigger.ACK_OF_SYN);
        context.wantsOutput(tcb);
        return true;
    }

    /**
     * Whether the listener waits for text ({@link io.finwait.tcp.Listener#deferAccept}). The peer
     * has our SYN,ACK; it is sent again when the wait is over, to be answered with an ACK that
     * counts.
     */
    private boolean isDeferred(Tcb tcb, Segment seg) {
        boolean saysMore = seg.textLength() > 0 || seg.hasFin();
        if (!tcb.passive || saysMore) {
            return false;
        }
        long until = tcb.listener.deferredUntilNs(tcb);
        if (until - context.nowNs() <= 0) {
            return false;
        }
        if (!tcb.acceptDeferred) {
            // The segment that completes the handshake comes too late to measure a round trip.
            tcb.acceptDeferred = true;
            timestamps.measure(tcb, seg);
        }
        tcb.timers.startAt(Timer.RETRANSMISSION, until);
        return true;
    }

    /**
     * Our SYN is acknowledged by a segment: the connection is open. Text that came on the SYN is
     * delivered, and only now acknowledged.
     */
    private void becomeEstablished(Tcb tcb, Segment seg, Trigger trigger) {
        boolean synWasLost = tcb.retransmissions > 0;
        if (!tcb.acceptDeferred) {
            timestamps.measure(tcb, seg);
        }
        tcb.snd.acknowledge(seg.ack());
        int scale = seg.hasSyn() ? 0 : tcb.snd.windowScale;
        tcb.snd.updateWindow(seg.window() << scale, seg.seq(), seg.ack());
        tcb.rcv.widen(context.profile.has(Habit.ROUNDED_WINDOW));
        tcb.quickAcksLeft = context.profile.quickAcks();
        tcb.rtt.beginText(synWasLost);
        if (synWasLost) {
            tcb.congestion.synLost(context.nowNs());
        }
        lifecycle.established(tcb, trigger);
        if (tcb.rcv.reassembly.count() > 0) {
            int octets = texts.takeInOrder(tcb);
            owedAcks.acknowledgeText(tcb, octets, false);
        }
    }

    /**
     * A segment that carries SYN, in SYN-RECEIVED (RFC 9293 §3.10.7.4, fourth step, and section 3.2
     * of the matrix).
     */
    void synInSynReceived(Tcb tcb, Segment seg) {
        if (seg.seq() == tcb.rcv.irs) {
            EcnHandshake.again(tcb, seg);
            if (!seg.hasAck()) {
                timestamps.record(tcb, seg);
                tcb.synOwed = true;
                context.wantsOutput(tcb);
                return;
            }
            if (tcb.snd.isNewAck(seg.ack())) {
                // The SYNs have crossed, and this is the peer's SYN,ACK.
                if (ackOfSyn(tcb, seg)) {
                    tcb.acksOwed = 1;
                }
                return;
            }
        }
        boolean inWindow = Seq.inWindow(seg.seq(), tcb.rcv.nxt, tcb.rcv.wnd());
        if (tcb.passive && inWindow) {
            lifecycle.forget(tcb);
        } else {
            owedAcks.challenge(tcb);
        }
    }
}
