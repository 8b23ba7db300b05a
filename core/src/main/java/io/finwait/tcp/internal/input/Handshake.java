package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.endpoint.TcpListener;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

/** Segments that arrive in LISTEN and SYN-SENT (RFC 9293 §3.10.7.2 and §3.10.7.3). */
public final class Handshake {

    private static final int DEFAULT_MSS_V4 = 536;
    private static final int DEFAULT_MSS_V6 = 1220;
    private static final int SMALLEST_MSS = 64;
    static final int TIMESTAMPS_OCTETS = 12;

    private final TcpEndpoint endpoint;

    public Handshake(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** A segment for a port that listens, from a pair of sockets that is not in use. */
    public void inListen(TcpListener listener, Segment seg) {
        if (seg.hasRst()) {
            endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (seg.hasSyn() && isIgnored(seg)) {
            endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (seg.hasAck()) {
            endpoint.answers.reset(seg);
            return;
        }
        if (!seg.hasSyn()) {
            endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        child(listener, seg);
    }

    /** A SYN with something else on it, which a profile does not answer. */
    private boolean isIgnored(Segment seg) {
        return (seg.hasFin() && endpoint.profile.has(Habit.DROPS_SYN_FIN))
                || (seg.hasAck() && endpoint.profile.has(Habit.IGNORES_SYN_ACK));
    }

    /** Begins a passive handshake; a FIN on the SYN is ignored (T-24). */
    private void child(TcpListener listener, Segment seg) {
        if (!listener.takesSyn() || !endpoint.hasPlace()) {
            endpoint.counters.add(Counter.LISTEN_OVERFLOWS);
            return;
        }
        Tcb tcb = newChild(listener, seg);
        synReceived(tcb, seg);
        endpoint.lifecycle.childOfListener(tcb);
    }

    /** The same where an entry in TIME-WAIT was parked, whose numbers ended at {@code oldSndNxt}. */
    public void childOverTimeWait(TcpListener listener, Segment seg, int oldSndNxt) {
        Tcb tcb = newChild(listener, seg);
        tcb.overTimeWait = true;
        endpoint.timeWait.moveAhead(tcb, oldSndNxt);
        synReceived(tcb, seg);
        endpoint.lifecycle.childOfTimeWait(tcb);
    }

    private Tcb newChild(TcpListener listener, Segment seg) {
        Tcb tcb = endpoint.pools.newTcb();
        tcb.localHigh = seg.destinationHigh();
        tcb.localLow = seg.destinationLow();
        tcb.remoteHigh = seg.sourceHigh();
        tcb.remoteLow = seg.sourceLow();
        tcb.localPort = seg.destinationPort();
        tcb.remotePort = seg.sourcePort();
        tcb.passive = true;
        endpoint.register(tcb);
        listener.handshakeBegins(tcb);
        tcb.synOwed = true;
        endpoint.wantsOutput(tcb);
        return tcb;
    }

    private void synReceived(Tcb tcb, Segment seg) {
        tcb.rcv.synchronize(seg.seq());
        negotiate(tcb, seg.options());
        tcb.snd.updateWindow(seg.window(), seg.seq(), tcb.snd.una);
        if (seg.textLength() > 0) {
            holdTextOfSyn(tcb, seg);
        }
    }

    /** Text on a SYN is kept until the handshake is complete; our SYN,ACK acknowledges the SYN only. */
    private void holdTextOfSyn(Tcb tcb, Segment seg) {
        int octets = Math.min(seg.textLength(), tcb.rcv.capacity);
        tcb.rcv.buffer.write(0, seg.buffer(), seg.textOffset(), octets);
        tcb.rcv.arrivedAhead(tcb.rcv.nxt, tcb.rcv.nxt + octets);
    }

    /** Takes the options of the peer's SYN: an option is on when both ends have offered it. */
    private void negotiate(Tcb tcb, TcpOptions options) {
        int offered = options.mss();
        if (offered == 0) {
            offered = tcb.isV4() ? DEFAULT_MSS_V4 : DEFAULT_MSS_V6;
        }
        int mss = Math.min(Math.max(offered, SMALLEST_MSS), endpoint.mssToOffer(tcb));
        tcb.rcv.timestamps = endpoint.config.timestamps() && options.hasTimestamps();
        if (tcb.rcv.timestamps) {
            tcb.rcv.tsRecent = options.timestampValue();
            tcb.rcv.tsRecentAtNs = endpoint.now;
            mss -= TIMESTAMPS_OCTETS;
        }
        tcb.windowScaling = endpoint.config.windowScaling() && options.windowScale() >= 0;
        if (tcb.windowScaling) {
            tcb.snd.windowScale = options.windowScale();
            tcb.rcv.windowScale = endpoint.windowScaleToOffer();
        }
        tcb.sackPermitted = endpoint.config.selectiveAcknowledgments() && options.sackPermitted();
        tcb.snd.agreedMss = mss;
        if (tcb.pathMtu > 0) {
            mss = Math.min(mss, PathMtu.segment(tcb, tcb.pathMtu));
        }
        tcb.snd.mss = mss;
        tcb.rcv.peerSegment = mss;
        tcb.congestion.reset(
                mss, tcb.snd.iss, endpoint.profile.has(Habit.COUNTS_ALL_OCTETS), tcb.sackPermitted);
    }

    /** A segment for a connection in SYN-SENT. */
    public void inSynSent(Tcb tcb, Segment seg) {
        if (seg.hasSyn() && seg.hasFin() && endpoint.profile.has(Habit.DROPS_SYN_FIN)) {
            endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        boolean ackIsGood = false;
        if (seg.hasAck()) {
            ackIsGood = tcb.snd.isNewAck(seg.ack());
            if (!ackIsGood) {
                endpoint.answers.reset(seg);
                return;
            }
        }
        if (seg.hasRst()) {
            // Its sequence number can't be judged yet (erratum 8167 of RFC 9293): the ACK decides.
            if (ackIsGood) {
                endpoint.lifecycle.resetByPeer(tcb);
            } else {
                endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            }
            return;
        }
        if (!seg.hasSyn()) {
            endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (ackIsGood) {
            synAckReceived(tcb, seg);
        } else {
            synReceived(tcb, seg);
            tcb.rcv.widen(endpoint.profile.has(Habit.ROUNDED_WINDOW));
            tcb.timers.stop(Timer.RETRANSMISSION);
            endpoint.lifecycle.simultaneousOpen(tcb);
            tcb.synOwed = true;
        }
        endpoint.wantsOutput(tcb);
    }

    private void synAckReceived(Tcb tcb, Segment seg) {
        synReceived(tcb, seg);
        tcb.acksOwed = 1;
        becomeEstablished(tcb, seg, Trigger.SYN_ACK);
    }

    /**
     * A segment acknowledges our SYN in SYN-RECEIVED.
     *
     * @return false when the connection is not open yet: the segment goes no further
     */
    boolean ackOfSyn(Tcb tcb, Segment seg) {
        if (tcb.passive && !tcb.listener.takesConnection()) {
            endpoint.counters.add(Counter.LISTEN_OVERFLOWS);
            return false;
        }
        if (isDeferred(tcb, seg)) {
            return false;
        }
        endpoint.timestamps.record(tcb, seg);
        becomeEstablished(tcb, seg, Trigger.ACK_OF_SYN);
        endpoint.wantsOutput(tcb);
        return true;
    }

    /**
     * Whether the listener waits for text ({@link io.finwait.tcp.Listener#deferAccept}). The peer has our
     * SYN,ACK; it is sent again when the wait is over, to be answered with an ACK that counts.
     */
    private boolean isDeferred(Tcb tcb, Segment seg) {
        boolean saysMore = seg.textLength() > 0 || seg.hasFin();
        if (!tcb.passive || saysMore || tcb.rcv.reassembly.count() > 0) {
            return false;
        }
        long until = tcb.listener.deferredUntilNs(tcb);
        if (until - endpoint.now <= 0) {
            return false;
        }
        if (!tcb.acceptDeferred) {
            // The segment that completes the handshake comes too late to measure a round trip.
            tcb.acceptDeferred = true;
            endpoint.timestamps.measure(tcb, seg);
        }
        tcb.timers.start(Timer.RETRANSMISSION, until);
        return true;
    }

    /**
     * Our SYN is acknowledged by a segment: the connection is open. Text that came on the SYN is
     * delivered, and only now acknowledged.
     */
    private void becomeEstablished(Tcb tcb, Segment seg, Trigger trigger) {
        boolean synWasLost = tcb.retransmissions > 0;
        if (!tcb.acceptDeferred) {
            endpoint.timestamps.measure(tcb, seg);
        }
        tcb.snd.acknowledge(seg.ack());
        int scale = seg.hasSyn() ? 0 : tcb.snd.windowScale;
        tcb.snd.updateWindow(seg.window() << scale, seg.seq(), seg.ack());
        tcb.rcv.widen(endpoint.profile.has(Habit.ROUNDED_WINDOW));
        tcb.quickAcksLeft = endpoint.profile.quickAcks();
        tcb.rtt.beginText(synWasLost);
        if (synWasLost) {
            tcb.congestion.afterLostSyn();
        }
        endpoint.lifecycle.established(tcb, trigger);
        if (tcb.rcv.reassembly.count() > 0) {
            int octets = endpoint.segmentArrives.takeInOrder(tcb);
            endpoint.segmentArrives.acknowledgeText(tcb, octets, false);
        }
    }

    /**
     * A segment that carries SYN, in SYN-RECEIVED (RFC 9293 §3.10.7.4, fourth step, and section 3.2 of
     * the matrix).
     */
    void synInSynReceived(Tcb tcb, Segment seg) {
        if (seg.seq() == tcb.rcv.irs) {
            if (!seg.hasAck()) {
                endpoint.timestamps.record(tcb, seg);
                tcb.synOwed = true;
                endpoint.wantsOutput(tcb);
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
            endpoint.lifecycle.forget(tcb);
        } else {
            endpoint.segmentArrives.challenge(tcb);
        }
    }

    /** True while the state of a TCB is one of the handshake's. */
    static boolean isUnderWay(Tcb tcb) {
        return tcb.state == State.SYN_SENT || tcb.state == State.SYN_RECEIVED;
    }
}
