package io.finwait.tcp.internal.input;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.Notifications;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/**
 * A segment arrives for a connection in SYN-RECEIVED or any later state but TIME-WAIT: the steps of RFC
 * 9293 §3.10.7.4, in the RFC's order, with RFC 5961 and RFC 7323 where they belong. A step returns
 * false when the segment goes no further. Nothing leaves here; answers are noted as owed.
 */
public final class SegmentArrives {

    /** No round trip is longer: what was sent before has long gone (RFC 9293 §3.4.3). */
    private static final long LONGEST_CHALLENGE_WAIT_NS = 240_000_000_000L;

    /** More doublings than these change nothing for an interval of a millisecond and more. */
    private static final int MOST_CHALLENGES = 20;

    private final TcpEndpoint endpoint;

    public SegmentArrives(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Runs the steps. */
    public void arrive(Tcb tcb, Segment seg) {
        if (endpoint.headerPrediction.take(tcb, seg)) {
            return;
        }
        if (!seg.hasAck() && !seg.hasSyn() && !seg.hasRst()) {
            // Without ACK it is dropped in any case (fifth step); before the first step it is
            // dropped without an answer (requirement B17).
            endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (reset(tcb, seg)
                && endpoint.timestamps.areFresh(tcb, seg)
                && synchronize(tcb, seg)
                && sequence(tcb, seg)
                && acknowledgment(tcb, seg, true)) {
            endpoint.expiry.heard(tcb);
            text(tcb, seg);
            fin(tcb, seg);
        }
        if (tcb.state != State.CLOSED && tcb.state != State.TIME_WAIT) {
            endpoint.timersChanged(tcb);
        }
    }

    // Second step: RST. It comes before the first because Table 6 would refuse one with text into a
    // closed window (RFC 9293 MUST-66, SHLD-2), and because PAWS does not apply to it (RFC 7323
    // §5.2).

    private boolean reset(Tcb tcb, Segment seg) {
        if (!seg.hasRst()) {
            return true;
        }
        Rcv rcv = tcb.rcv;
        boolean inWindow = Seq.inWindow(seg.seq(), rcv.nxt, rcv.wnd());
        if (seg.seq() == rcv.nxt || (inWindow && endpoint.profile.has(Habit.INSECURE_RST))) {
            if (tcb.state == State.SYN_RECEIVED && tcb.passive) {
                endpoint.watch.resetReceived(tcb);
                endpoint.lifecycle.forget(tcb);
            } else {
                endpoint.lifecycle.resetByPeer(tcb);
            }
        } else if (inWindow) {
            challenge(tcb);
        } else {
            endpoint.counters.add(Counter.DROPPED_SEGMENTS);
        }
        return false;
    }

    // Fourth step: SYN (RFC 5961 §4.2).

    private boolean synchronize(Tcb tcb, Segment seg) {
        if (!seg.hasSyn()) {
            return true;
        }
        if (tcb.state == State.SYN_RECEIVED) {
            endpoint.handshake.synInSynReceived(tcb, seg);
        } else if (endpoint.profile.has(Habit.INSECURE_SYN)
                && Seq.inWindow(seg.seq(), tcb.rcv.nxt, tcb.rcv.wnd())) {
            endpoint.output.sendReset(tcb);
            endpoint.lifecycle.resetByPeer(tcb);
        } else if (!endpoint.defences.challengesSyn()
                && Seq.inWindow(seg.seq(), tcb.rcv.nxt, tcb.rcv.wnd())) {
            endpoint.answers.reset(seg);
            endpoint.lifecycle.resetByPeer(tcb);
        } else {
            challenge(tcb);
        }
        return false;
    }

    // First step: the sequence number.

    private boolean sequence(Tcb tcb, Segment seg) {
        Rcv rcv = tcb.rcv;
        int wnd = rcv.wnd();
        int length = seg.length();
        boolean acceptable;
        if (length == 0) {
            // The number right behind the window is taken as well. A peer that has filled the
            // window,
            // or has probed a closed one, sends its ACKs from there, and they must get through even
            // when what it sent was lost (T-13).
            acceptable = Seq.inWindow(seg.seq(), rcv.nxt, Math.max(wnd, 1) + 1);
        } else if (wnd == 0) {
            acceptable = Seq.inWindow(seg.seq(), rcv.nxt, 2);
        } else {
            acceptable =
                    Seq.inWindow(seg.seq(), rcv.nxt, wnd)
                            || Seq.inWindow(seg.end() - 1, rcv.nxt, wnd)
                            || (Seq.lt(seg.seq(), rcv.nxt) && Seq.gt(seg.end(), rcv.nxt));
        }
        if (acceptable) {
            return true;
        }
        boolean recent = Seq.leq(seg.end(), rcv.nxt) && Seq.gt(seg.end(), rcv.nxt - rcv.maxWnd - 1);
        if (length > 0) {
            if (recent) {
                rcv.duplicate(seg.seq(), seg.end());
            }
            oweAck(tcb);
        }
        if (recent && tcb.state.isSynchronized() && !acknowledgment(tcb, seg, false)) {
            // What is old may still acknowledge something new (RFC 9293 appendix A.2, T-13).
            return false;
        }
        if (length == 0 && seg.seq() == rcv.nxt - 1) {
            answerProbe(tcb);
        } else if (length == 0) {
            challenge(tcb);
        }
        return false;
    }

    // Fifth step: the ACK field.

    /**
     * @param acceptable whether the segment lies in the window: TS.Recent is for those alone, or anybody
     *     could put it so far ahead that the peer's own segments count as old (RFC 7323 §5.3, R2 before
     *     R3; CVE-2005-0356)
     */
    private boolean acknowledgment(Tcb tcb, Segment seg, boolean acceptable) {
        if (!seg.hasAck()) {
            endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            return false;
        }
        Snd snd = tcb.snd;
        if (tcb.state == State.SYN_RECEIVED) {
            if (!snd.isNewAck(seg.ack())) {
                endpoint.answers.reset(seg);
                return false;
            }
            return endpoint.handshake.ackOfSyn(tcb, seg);
        }
        int ack = seg.ack();
        boolean tooOld = Seq.lt(ack, snd.una - snd.oldestAck());
        if (Seq.gt(ack, snd.nxt) || (tooOld && endpoint.defences.checksAcknowledgmentRange())) {
            challenge(tcb);
            return false;
        }
        if (acceptable) {
            endpoint.timestamps.record(tcb, seg);
        }
        if (Seq.gt(ack, snd.una)) {
            newAck(tcb, seg);
        } else if (ack == snd.una) {
            duplicateAck(tcb, seg);
        } else if (takeSack(tcb, seg)) {
            // Overtaken by a newer one, and still the first to tell (RFC 6675 §5).
            mayBeLost(tcb, true);
        }
        return tcb.state != State.CLOSED && tcb.state != State.TIME_WAIT;
    }

    private void newAck(Tcb tcb, Segment seg) {
        takeNewAck(tcb, seg);
        if (tcb.state != State.CLOSED && tcb.state != State.TIME_WAIT) {
            endpoint.wantsOutput(tcb);
        }
    }

    /** The ACK of something new. */
    void takeNewAck(Tcb tcb, Segment seg) {
        Snd snd = tcb.snd;
        int acknowledged = seg.ack() - snd.una;
        endpoint.timestamps.measure(tcb, seg);
        boolean wasRecovering = tcb.congestion.isRecovering();
        snd.acknowledge(seg.ack());
        boolean reportsMore = takeSack(tcb, seg);
        tcb.congestion.onAck(acknowledged, seg.ack(), snd.flight());
        if (wasRecovering && tcb.congestion.isRecovering() && snd.una != snd.nxt) {
            // A partial ACK ends at the next hole. What stands there was sent before recovery
            // began, unless it was sent again already.
            tcb.retransmitOwed |= !tcb.sackPermitted || !snd.scoreboard.isFirstSentAgain();
        }
        updateWindow(tcb, seg);
        if (reportsMore) {
            mayBeLost(tcb, true);
        }
        tcb.retransmissions = 0;
        tcb.rtt.endProbing();
        tcb.softError = null;
        endpoint.expiry.progress(tcb);
        if (snd.wasFull) {
            snd.wasFull = false;
            tcb.connection.tell(Notifications.WRITABLE);
        }
        if (snd.finAcknowledged() && tcb.state.awaitsAckOfFin()) {
            endpoint.lifecycle.finAcknowledged(tcb);
        }
    }

    /**
     * The ACK is not new: perhaps the window is, perhaps it says that a segment is missing. With SACK that
     * is what reports more than any segment before, whatever its text and window (RFC 6675 §2): where text
     * flows both ways there is hardly a segment without any.
     */
    private void duplicateAck(Tcb tcb, Segment seg) {
        Snd snd = tcb.snd;
        int window = seg.window() << snd.windowScale;
        boolean reportsMore = takeSack(tcb, seg);
        // A SACK without news tells what came twice (RFC 2883), and nothing of what is missing.
        boolean saysNothing = seg.length() == 0 && seg.options().sackBlocks() == 0;
        boolean duplicate = reportsMore || (saysNothing && window == snd.wnd);
        boolean wasOpen = snd.wnd > 0;
        updateWindow(tcb, seg);
        if (duplicate && wasOpen) {
            mayBeLost(tcb, reportsMore);
        }
        endpoint.wantsOutput(tcb);
    }

    /** Takes the blocks of any ACK; true when one reports what none has reported before. */
    private static boolean takeSack(Tcb tcb, Segment seg) {
        return tcb.sackPermitted
                && seg.options().sackBlocks() > 0
                && tcb.snd.takeSack(seg.options());
    }

    /**
     * A duplicate ACK, which one that moves SND.UNA is as well when it reports more (RFC 6675 §2 and §5):
     * enough of them, or of what they report, and SND.UNA goes again.
     */
    private void mayBeLost(Tcb tcb, boolean reportsMore) {
        Snd snd = tcb.snd;
        if (snd.una == snd.nxt || tcb.retransmitOwed || snd.wnd == 0) {
            return;
        }
        boolean lost = reportsMore && snd.scoreboard.isFirstLost(snd.mss);
        if (tcb.congestion.onDuplicateAck(snd.nxt, snd.una, snd.flight(), lost)) {
            snd.scoreboard.beginRecovery();
            tcb.againBecause = Retransmission.FAST;
            tcb.retransmitOwed = true;
        }
        endpoint.wantsOutput(tcb);
    }

    /** Takes the window of a segment, unless a newer one has told it already. */
    void updateWindow(Tcb tcb, Segment seg) {
        Snd snd = tcb.snd;
        boolean newer =
                Seq.lt(snd.wl1, seg.seq()) || (snd.wl1 == seg.seq() && Seq.leq(snd.wl2, seg.ack()));
        if (!newer) {
            return;
        }
        boolean wasClosed = snd.wnd == 0;
        snd.updateWindow(seg.window() << snd.windowScale, seg.seq(), seg.ack());
        if (wasClosed && snd.wnd > 0) {
            endpoint.expiry.windowOpened(tcb);
        }
    }

    // Seventh step: the text.

    private void text(Tcb tcb, Segment seg) {
        if (seg.textLength() == 0) {
            return;
        }
        switch (tcb.state) {
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> {
                if (tcb.orphan && Seq.gt(seg.seq() + seg.textLength(), tcb.rcv.nxt)) {
                    endpoint.answers.reset(seg);
                    endpoint.lifecycle.abortSilently(tcb, AbortCause.DATA_AFTER_CLOSE);
                } else {
                    takeText(tcb, seg);
                }
            }
            // The peer has said that no more comes: its text is ignored, and acknowledged (T-10).
            case CLOSE_WAIT, CLOSING, LAST_ACK -> oweAck(tcb);
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, TIME_WAIT -> {}
        }
    }

    private void takeText(Tcb tcb, Segment seg) {
        Rcv rcv = tcb.rcv;
        int from = Seq.max(seg.seq(), rcv.nxt);
        int to = Seq.min(seg.seq() + seg.textLength(), rcv.edge);
        if (rcv.finHeld) {
            to = Seq.min(to, rcv.finSeq);
        }
        int octets = Seq.distance(from, to);
        if (octets <= 0) {
            oweAck(tcb);
            return;
        }
        rcv.noteDuplicate(seg.seq(), from, to);
        int ahead = Seq.distance(rcv.nxt, from);
        int at = seg.textOffset() + Seq.distance(seg.seq(), from);
        if (ahead == 0 && rcv.reassembly.count() == 0) {
            takeNextText(tcb, seg, at, octets);
            return;
        }
        if (rcv.arrivedAhead(from, to)) {
            rcv.buffer.write(ahead, seg.buffer(), at, octets);
        }
        oweAck(tcb);
        takeInOrder(tcb);
    }

    /** Delivers octets of a segment that begin at RCV.NXT, when nothing waits behind a gap. */
    void takeNextText(Tcb tcb, Segment seg, int at, int octets) {
        Rcv rcv = tcb.rcv;
        rcv.buffer.lend(seg.buffer(), at, octets);
        rcv.nxt += octets;
        delivered(tcb);
        if (octets < seg.textLength()) {
            // A part was there already, or did not fit: the peer should know soon.
            tcb.octetsUnacknowledged += rcv.peerSegment;
        }
        acknowledgeText(tcb, octets, seg.hasFin());
    }

    /** Delivers what stands in order, after a gap was filled; returns how many octets. */
    int takeInOrder(Tcb tcb) {
        Rcv rcv = tcb.rcv;
        int nxt = rcv.reassembly.advance(rcv.nxt);
        int octets = Seq.distance(rcv.nxt, nxt);
        if (octets > 0) {
            rcv.nxt = nxt;
            rcv.buffer.advance(octets);
            delivered(tcb);
        }
        return octets;
    }

    private static void delivered(Tcb tcb) {
        if (tcb.connection != null) {
            tcb.connection.tell(Notifications.READABLE);
        }
    }

    /**
     * ACK at once, or wait for company: never for more octets than two full segments hold, however many
     * segments they came in (RFC 9293 SHLD-19), and never longer than the delay.
     */
    void acknowledgeText(Tcb tcb, int octets, boolean atOnce) {
        long delay = endpoint.config.delayedAckNs();
        tcb.octetsUnacknowledged += octets;
        boolean enough = tcb.octetsUnacknowledged >= 2 * tcb.rcv.peerSegment;
        boolean quick = tcb.quickAcksLeft > 0 && tcb.quickAcksLeft-- > 0;
        if (delay == 0 || quick || atOnce || enough) {
            tcb.acksOwed = Math.max(tcb.acksOwed, 1);
            if (enough && !atOnce) {
                acknowledgeInBatch(tcb);
            }
            endpoint.wantsOutput(tcb);
        } else {
            tcb.timers.startIfOff(Timer.DELAYED_ACK, endpoint.now + delay);
        }
    }

    /** A batch of a few segments is acknowledged at its end, a longer one in pairs while its sender starts. */
    private void acknowledgeInBatch(Tcb tcb) {
        int segments = tcb.acknowledgedInBatch ? 2 : 4;
        if (tcb.rcv.peerIsStarting()
                && tcb.octetsUnacknowledged >= segments * tcb.rcv.peerSegment) {
            endpoint.output.acknowledgeNow(tcb);
        }
    }

    // Eighth step: the FIN.

    private void fin(Tcb tcb, Segment seg) {
        Rcv rcv = tcb.rcv;
        switch (tcb.state) {
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> {
                int finSeq = seg.seq() + seg.textLength();
                if (seg.hasFin() && Seq.leq(finSeq, rcv.edge) && Seq.geq(finSeq, rcv.nxt)) {
                    holdFin(tcb, seg, finSeq);
                }
                if (rcv.finHeld && rcv.finSeq == rcv.nxt) {
                    rcv.nxt++;
                    rcv.edge = Seq.max(rcv.edge, rcv.nxt);
                    tcb.acksOwed = 1;
                    tcb.retransmitOwed |=
                            endpoint.profile.has(Habit.FIN_WITH_ACK)
                                    && tcb.state == State.FIN_WAIT_1
                                    && tcb.snd.finSent();
                    rcv.widen(endpoint.profile.has(Habit.ROUNDED_WINDOW));
                    endpoint.wantsOutput(tcb);
                    endpoint.lifecycle.finReceived(tcb);
                }
            }
            // A FIN is taken once (T-10); another one, or the same again, is only acknowledged.
            case CLOSE_WAIT, CLOSING, LAST_ACK -> {
                if (seg.hasFin() && seg.textLength() == 0) {
                    oweAck(tcb);
                }
            }
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, TIME_WAIT -> {}
        }
    }

    /** Notes a FIN that may stand behind a gap; the first one seen counts. */
    private void holdFin(Tcb tcb, Segment seg, int finSeq) {
        Rcv rcv = tcb.rcv;
        if (!rcv.finHeld) {
            rcv.finHeld = true;
            rcv.finSeq = finSeq;
        }
        if (finSeq != rcv.nxt && seg.textLength() == 0) {
            // The text of a segment has asked for its ACK already; one segment gets one.
            oweAck(tcb);
        }
    }

    // Answers.

    /** An ACK that text or FIN asks for; several when the peer counts duplicates. */
    void oweAck(Tcb tcb) {
        tcb.acksOwed++;
        endpoint.wantsOutput(tcb);
    }

    /**
     * The challenge ACK of RFC 5961, and any answer to a segment without text: limited per connection,
     * so that nobody can learn from a common limit (CVE-2016-5696). Each one waits twice as long as the
     * one before until the peer says something acceptable: two ends whose numbers have come apart would
     * answer each other's answers for ever.
     */
    void challenge(Tcb tcb) {
        if (answerUnlessLimited(tcb, challengeWaitNs(tcb))) {
            tcb.challengesInVain = Math.min(tcb.challengesInVain + 1, MOST_CHALLENGES);
        }
    }

    /**
     * An empty segment whose number is one too low and whose ACK is good asks whether we are there (RFC
     * 9293 §3.8.4). Our answers never look so to a peer whose numbers are not ours: either its number or
     * its ACK would be bad. So the wait need not grow, and who only ever probes is answered each time.
     */
    private void answerProbe(Tcb tcb) {
        answerUnlessLimited(tcb, endpoint.config.challengeAckIntervalNs());
    }

    private boolean answerUnlessLimited(Tcb tcb, long waitNs) {
        if (tcb.challenged && endpoint.now - tcb.lastChallengeNs < waitNs) {
            endpoint.counters.add(Counter.ACKS_LIMITED);
            return false;
        }
        tcb.challenged = true;
        tcb.lastChallengeNs = endpoint.now;
        endpoint.counters.add(Counter.CHALLENGE_ACKS);
        tcb.acksOwed = Math.max(tcb.acksOwed, 1);
        endpoint.wantsOutput(tcb);
        return true;
    }

    /** How long after a challenge ACK the next one may follow. */
    public long challengeWaitNs(Tcb tcb) {
        long interval = endpoint.config.challengeAckIntervalNs();
        if (interval >= LONGEST_CHALLENGE_WAIT_NS || tcb.challengesInVain == 0) {
            return interval;
        }
        return Math.min(interval << (tcb.challengesInVain - 1), LONGEST_CHALLENGE_WAIT_NS);
    }
}
