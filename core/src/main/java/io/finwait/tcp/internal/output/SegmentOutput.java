package io.finwait.tcp.internal.output;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.profile.SynOffer;
import io.finwait.tcp.internal.profile.SynOptions;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;

/**
 * The one way out. Arriving segments, timers and the user only note what is owed; here it is decided
 * what is sent, in which order, and how much. Without room in the transport everything stays owed.
 */
public final class SegmentOutput {

    private static final int TIMESTAMPS_OCTETS = 12;
    private static final long SILLY_WINDOW_OVERRIDE_NS = 200_000_000L;
    private static final int ACK = TcpHeader.ACK;

    private final TcpEndpoint endpoint;
    private final SegmentWriter writer;
    private final int largestPacket;
    private final boolean superPackets;
    private final SynOffer offer = new SynOffer();
    private final ByteBuffer layout = ByteBuffer.allocate(SynOptions.MOST_OCTETS);

    public SegmentOutput(TcpEndpoint endpoint, SegmentWriter writer) {
        this.endpoint = endpoint;
        this.writer = writer;
        this.superPackets = endpoint.transport.capabilities().segmentationOffload();
        this.largestPacket = endpoint.transport.capabilities().largestPacket();
    }

    /**
     * Sends what a TCB owes.
     *
     * @return false when the transport had no room and something is still owed
     */
    public boolean poll(Tcb tcb) {
        boolean done =
                switch (tcb.state) {
                    case SYN_SENT, SYN_RECEIVED -> pollHandshake(tcb);
                    case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK ->
                            pollOpen(tcb);
                    case CLOSED, LISTEN, TIME_WAIT -> true;
                };
        arm(tcb);
        return done;
    }

    private boolean pollHandshake(Tcb tcb) {
        if (tcb.synOwed) {
            if (!sendSyn(tcb)) {
                return false;
            }
            tcb.synOwed = false;
            tcb.acksOwed = 0;
        }
        return pollAcks(tcb);
    }

    private boolean pollOpen(Tcb tcb) {
        endpoint.pathMtu.age(tcb);
        if (tcb.retransmitOwed) {
            if (!sendAgain(tcb, tcb.snd.una)) {
                return false;
            }
            tcb.retransmitOwed = false;
        }
        if (tcb.snd.una != tcb.snd.nxt && recoversBySack(tcb) && !sendLost(tcb)) {
            return false;
        }
        if (tcb.probeOwed) {
            if (!sendProbe(tcb)) {
                return false;
            }
            tcb.probeOwed = false;
        }
        if (tcb.tailProbeOwed) {
            if (!endpoint.tailLossProbe.send(tcb)) {
                return false;
            }
            tcb.tailProbeOwed = false;
        }
        return pollText(tcb) && pollKeepalive(tcb) && pollAcks(tcb);
    }

    private boolean pollText(Tcb tcb) {
        Snd snd = tcb.snd;
        if (!snd.hasPending()) {
            return true;
        }
        if (snd.una == snd.nxt && endpoint.now - tcb.lastSentNs > tcb.rtt.timeoutNs()) {
            tcb.congestion.onIdle();
        }
        int segments = 0;
        while (true) {
            int text = textToSend(tcb, snd.cursor);
            if (text == 0 && !finFits(snd, snd.cursor)) {
                return true;
            }
            segments += text > snd.mss ? 2 : 1;
            boolean push =
                    segments > 1
                            && endpoint.profile.has(Habit.PUSHES_FLIGHTS)
                            && textToSend(tcb, snd.cursor + text) == 0;
            if (!sendNext(tcb, text, push ? TcpHeader.PSH : 0)) {
                return false;
            }
            tcb.sendSmall = false;
        }
    }

    /** Sends the octets at the cursor, and the FIN along when it comes right behind. */
    public boolean sendNext(Tcb tcb, int text, int control) {
        Snd snd = tcb.snd;
        boolean fin = finFits(snd, snd.cursor + text);
        if (!send(tcb, snd.cursor, text, control | fin(fin))) {
            return false;
        }
        if (snd.sent(text, fin)) {
            tcb.timers.stop(Timer.TAIL_LOSS_PROBE);
        }
        return true;
    }

    private static int fin(boolean on) {
        return on ? TcpHeader.FIN : 0;
    }

    /** Octets of text for a segment that begins at a number; 0 when none may go now. */
    private int textToSend(Tcb tcb, int from) {
        Snd snd = tcb.snd;
        int pending = Seq.distance(from, snd.textEnd);
        if (pending <= 0) {
            return 0;
        }
        int onItsWay = recoversBySack(tcb) ? pipe(snd) + (from - snd.cursor) : from - snd.una;
        int usable = Math.min(snd.wnd - (from - snd.una), tcb.congestion.window() - onItsWay);
        if (usable <= 0) {
            return 0;
        }
        int text = Math.min(pending, usable);
        if (text >= snd.mss) {
            return wholeSegments(tcb, text);
        }
        boolean again = Seq.lt(from, snd.nxt);
        boolean last = text == pending;
        boolean mayGo =
                again
                        || tcb.sendSmall
                        || (last && (snd.finQueued || !tcb.nagle || snd.una == from))
                        || text >= (snd.maxWnd + 1) / 2;
        return mayGo ? text : 0;
    }

    /** One full segment, or as many as one super-packet takes. */
    private int wholeSegments(Tcb tcb, int text) {
        int mss = tcb.snd.mss;
        if (!superPackets) {
            return mss;
        }
        int headers =
                SegmentWriter.ipHeaderLength(tcb.remoteHigh, tcb.remoteLow) + TcpHeader.MAX_LENGTH;
        // One full segment always fits, also where the longest options would not fit beside it.
        int most = Math.max(1, (largestPacket - headers) / mss) * mss;
        return Math.min(text / mss * mss, most);
    }

    /** True when the FIN comes right behind and the peer's window has room for its number. */
    private static boolean finFits(Snd snd, int behind) {
        return snd.finQueued && behind == snd.finSeq && snd.wnd > behind - snd.una;
    }

    private static boolean recoversBySack(Tcb tcb) {
        return tcb.congestion.isRecovering() && tcb.sackPermitted;
    }

    private static int pipe(Snd snd) {
        return snd.scoreboard.pipe(snd.nxt, snd.mss);
    }

    /** Sends again what SACK has told to be lost, as far as the congestion window goes (RFC 6675 §5). */
    private boolean sendLost(Tcb tcb) {
        Snd snd = tcb.snd;
        if (snd.scoreboard.isFirstLostAgain(snd.mss) && !sendAgain(tcb, snd.una)) {
            return false;
        }
        while (tcb.congestion.window() - pipe(snd) >= snd.mss) {
            int lost = snd.scoreboard.nextLost(snd.nxt, snd.mss);
            if (lost == snd.nxt || Seq.distance(snd.una, lost) >= snd.wnd) {
                return true;
            }
            if (!sendAgain(tcb, lost)) {
                return false;
            }
        }
        return true;
    }

    /** Sends a segment again, as much of it as was sent before and the peer does not hold. */
    private boolean sendAgain(Tcb tcb, int from) {
        Snd snd = tcb.snd;
        if (from == snd.nxt) {
            return true;
        }
        int sentText = Seq.distance(from, Seq.min(snd.nxt, snd.textEnd));
        int missing = Seq.distance(from, snd.scoreboard.holeEnd(from, snd.nxt));
        int text = Math.min(Math.min(sentText, missing), snd.mss);
        boolean fin = snd.finSent() && from + text == snd.finSeq;
        tcb.timing = false;
        if (!send(tcb, from, text, fin(fin))) {
            return false;
        }
        int behind = from + text + (fin ? 1 : 0);
        snd.scoreboard.sentAgain(from, behind, snd.nxt);
        // A FIN that went along must not go again right behind.
        snd.cursor = Seq.max(snd.cursor, behind);
        return true;
    }

    /** Sends one octet, or the FIN, into a closed window (RFC 9293 §3.8.6.1). */
    private boolean sendProbe(Tcb tcb) {
        Snd snd = tcb.snd;
        if (snd.una == snd.nxt && !snd.hasUnsent()) {
            return true;
        }
        int text = Seq.lt(snd.una, snd.textEnd) ? 1 : 0;
        boolean fin = snd.finQueued && snd.una + text == snd.finSeq && text == 0;
        if (!send(tcb, snd.una, text, fin(fin))) {
            return false;
        }
        snd.nxt = Seq.max(snd.nxt, snd.una + 1);
        snd.cursor = Seq.max(snd.cursor, snd.una + 1);
        tcb.timing = false;
        return true;
    }

    private boolean pollKeepalive(Tcb tcb) {
        if (tcb.keepaliveOwed) {
            // An old number makes the peer answer (RFC 9293 §3.8.4).
            if (!sendEmpty(tcb, tcb.snd.nxt - 1)) {
                return false;
            }
            tcb.keepaliveOwed = false;
        }
        return true;
    }

    private boolean pollAcks(Tcb tcb) {
        if (tcb.acknowledgedInBatch) {
            tcb.acknowledgedInBatch = false;
            tcb.acksOwed = Math.max(tcb.acksOwed, tcb.octetsUnacknowledged > 0 ? 1 : 0);
        }
        while (tcb.acksOwed > 0) {
            if (!sendAck(tcb)) {
                return false;
            }
        }
        return true;
    }

    private boolean sendAck(Tcb tcb) {
        int owed = tcb.acksOwed;
        if (!sendEmpty(tcb, ackSequence(tcb.snd))) {
            return false;
        }
        tcb.acksOwed = owed - 1;
        return true;
    }

    /** A pure ACK must lie inside the peer's window, which may have shrunk below SND.NXT (T-13). */
    private static int ackSequence(Snd snd) {
        return Seq.min(snd.nxt, Seq.max(snd.una, snd.una + snd.wnd));
    }

    /**
     * An ACK in the middle of a batch, for a sender whose window grows with the number of ACKs; without
     * room it stays owed. An odd segment at the end does not have to wait for the delay: its sender may
     * hold back a small one until it is acknowledged (RFC 896).
     */
    public void acknowledgeNow(Tcb tcb) {
        sendEmpty(tcb, ackSequence(tcb.snd));
        tcb.acknowledgedInBatch = true;
    }

    /** The ACK of the peer's FIN, before the TCB goes; lost when there is no room, as on any link. */
    public void acknowledgeAtOnce(Tcb tcb) {
        if (!sendEmpty(tcb, ackSequence(tcb.snd))) {
            endpoint.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
        }
    }

    /** Something has thrown: a segment that was begun goes back. */
    public void abandon() {
        writer.abandon();
    }

    /**
     * {@code <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>} (requirement C16). Behind a closed window SND.NXT
     * lies outside it once the window was probed, and the peer would drop such a RST without a word (RFC
     * 9293 §3.10.7.4): then it goes to the window's edge, as an ACK does.
     */
    public void sendReset(Tcb tcb) {
        sendReset(tcb, resetSequence(tcb));
    }

    public static int resetSequence(Tcb tcb) {
        return tcb.state.isSynchronized() ? ackSequence(tcb.snd) : tcb.snd.nxt;
    }

    /** The same, of a TCB that may have gone already. */
    public void sendReset(Tcb tcb, int seq) {
        int options = tcb.rcv.timestamps ? TIMESTAMPS_OCTETS : 0;
        int header = TcpHeader.LENGTH + options;
        if (!begin(tcb, header)) {
            endpoint.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
            return;
        }
        if (tcb.rcv.timestamps) {
            writeTimestamps(tcb, writer.optionsAt());
        }
        endpoint.watch.resetSent(tcb);
        finish(tcb, seq, header, TcpHeader.RST | ACK, 0, 0);
    }

    private boolean sendEmpty(Tcb tcb, int seq) {
        return send(tcb, seq, 0, 0);
    }

    /**
     * Sends text from a number on; every segment carries the ACK.
     *
     * @param control FIN, and PSH where the end of what is queued does not ask for it
     */
    public boolean send(Tcb tcb, int seq, int text, int control) {
        Snd snd = tcb.snd;
        boolean fin = (control & TcpHeader.FIN) != 0;
        int sackBlocks = SackBlocks.count(tcb);
        int options = (tcb.rcv.timestamps ? TIMESTAMPS_OCTETS : 0) + SackBlocks.octets(sackBlocks);
        if (sackBlocks > 0
                && text + options > snd.mss + (tcb.rcv.timestamps ? TIMESTAMPS_OCTETS : 0)) {
            // Text goes before news of gaps: the blocks come with the next segment that has room.
            sackBlocks = 0;
            options = tcb.rcv.timestamps ? TIMESTAMPS_OCTETS : 0;
        }
        int header = TcpHeader.LENGTH + options;
        if (!begin(tcb, header + text)) {
            return false;
        }
        int at = writer.optionsAt();
        if (tcb.rcv.timestamps) {
            at = writeTimestamps(tcb, at);
        }
        if (sackBlocks > 0) {
            at = SackBlocks.write(writer.buffer(), at, tcb.rcv, sackBlocks);
        }
        int flags = ACK | control;
        if (text > 0) {
            int distance = Seq.distance(snd.base, seq);
            snd.buffer.copy(distance, text, writer.buffer(), at);
            if (distance + text == snd.buffer.length()) {
                flags |= TcpHeader.PSH;
            }
        }
        if ((text > 0 || fin) && !tcb.timing && !tcb.rcv.timestamps && Seq.geq(seq, snd.nxt)) {
            tcb.timing = true;
            tcb.timedSeq = seq + text + (fin ? 1 : 0);
            tcb.timedAtNs = endpoint.now;
        }
        finish(tcb, seq, header, flags, offerWindow(tcb), text > snd.mss ? snd.mss : 0);
        acknowledged(tcb);
        if (text > 0 || fin) {
            tcb.lastSentNs = endpoint.now;
            if (Seq.lt(seq, snd.nxt)) {
                sentAgain(tcb, seq, text, fin);
            }
        }
        return true;
    }

    /** Tells of a segment that was sent before, or of as much of it as was. */
    private void sentAgain(Tcb tcb, int seq, int text, boolean fin) {
        Snd snd = tcb.snd;
        int octets = Math.min(text, Seq.distance(seq, Seq.min(snd.nxt, snd.textEnd)));
        int segments = Math.max(1, (octets + snd.mss - 1) / snd.mss);
        endpoint.watch.sentAgain(
                tcb, tcb.againBecause, octets, segments, false, fin && snd.finSent());
    }

    /** The segment just sent carried RCV.NXT: nothing is owed for what it covers. */
    private static void acknowledged(Tcb tcb) {
        tcb.acksOwed = 0;
        tcb.octetsUnacknowledged = 0;
        tcb.rcv.duplicate(0, 0);
        tcb.rcv.lastAckSent = tcb.rcv.nxt;
        tcb.timers.stop(Timer.DELAYED_ACK);
    }

    private boolean sendSyn(Tcb tcb) {
        boolean withAck = tcb.state == State.SYN_RECEIVED;
        boolean timestamps = withAck ? tcb.rcv.timestamps : endpoint.config.timestamps();
        offer.mss = endpoint.mssToOffer(tcb);
        offer.windowScale = tcb.windowScaling ? endpoint.windowScaleToOffer() : -1;
        offer.sack = tcb.sackPermitted;
        offer.timestamps = timestamps;
        offer.timestamp = endpoint.timestamp(tcb);
        // Without ACK there is nothing to echo (RFC 7323 §3.2).
        offer.echo = withAck ? tcb.rcv.tsRecent : 0;
        int options = endpoint.profile.synOptions().write(layout, 0, offer);
        int header = TcpHeader.LENGTH + options;
        if (!begin(tcb, header)) {
            return false;
        }
        writer.buffer().put(writer.optionsAt(), layout, 0, options);
        tcb.rcv.offerWindow(0);
        int window = Math.min(withAck ? tcb.rcv.wnd() : tcb.rcv.capacity, 0xFFFF);
        // A SYN that goes again, for whatever reason, can't be timed any more (Karn's algorithm).
        boolean again = tcb.snd.nxt != tcb.snd.iss;
        tcb.timing = !again && !timestamps;
        if (tcb.timing) {
            tcb.timedSeq = tcb.snd.iss + 1;
            tcb.timedAtNs = endpoint.now;
        }
        finish(tcb, tcb.snd.iss, header, TcpHeader.SYN | (withAck ? ACK : 0), window, 0);
        if (again) {
            endpoint.watch.sentAgain(tcb, Retransmission.HANDSHAKE, 0, 1, true, false);
        }
        tcb.snd.nxt = Seq.max(tcb.snd.nxt, tcb.snd.iss + 1);
        tcb.snd.cursor = tcb.snd.nxt;
        tcb.rcv.lastAckSent = tcb.rcv.nxt;
        return true;
    }

    private boolean begin(Tcb tcb, int tcpLength) {
        return writer.begin(tcb.localHigh, tcb.localLow, tcb.remoteHigh, tcb.remoteLow, tcpLength);
    }

    private void finish(Tcb tcb, int seq, int header, int flags, int window, int segmentSize) {
        int ack = (flags & ACK) != 0 ? tcb.rcv.nxt : 0;
        writer.finish(
                tcb.localPort,
                tcb.remotePort,
                seq,
                ack,
                header,
                flags,
                window,
                segmentSize,
                endpoint.now);
    }

    private int offerWindow(Tcb tcb) {
        Rcv rcv = tcb.rcv;
        if (!tcb.state.hasReceivedFin()) {
            rcv.offerWindow(rcv.windowScale);
        }
        return rcv.windowField();
    }

    private int writeTimestamps(Tcb tcb, int at) {
        return TcpOptions.writeTimestamps(
                writer.buffer(), at, endpoint.timestamp(tcb), tcb.rcv.tsRecent);
    }

    /** Starts the timers that what was sent, or could not be sent, asks for (RFC 6298 §5.1). */
    private void arm(Tcb tcb) {
        if (tcb.state == State.CLOSED || tcb.state == State.TIME_WAIT) {
            return;
        }
        Snd snd = tcb.snd;
        Timers timers = tcb.timers;
        long now = endpoint.now;
        boolean outstanding = snd.una != snd.nxt;
        boolean blocked = !outstanding && tcb.state.isSynchronized() && snd.hasUnsent();
        if (outstanding) {
            timers.startIfOff(Timer.RETRANSMISSION, now + tcb.rtt.timeoutNs());
        }
        endpoint.tailLossProbe.arm(tcb);
        if (blocked && snd.wnd == 0) {
            timers.startIfOff(Timer.WINDOW_PROBE, now + tcb.rtt.timeoutNs());
        } else {
            timers.stop(Timer.WINDOW_PROBE);
        }
        if (blocked && snd.wnd > 0) {
            timers.startIfOff(Timer.SILLY_WINDOW, now + SILLY_WINDOW_OVERRIDE_NS);
        } else {
            timers.stop(Timer.SILLY_WINDOW);
        }
        if (tcb.userTimeoutNs > 0 && (outstanding || blocked)) {
            timers.startIfOff(Timer.USER_TIMEOUT, now + tcb.userTimeoutNs);
        }
        endpoint.timersChanged(tcb);
    }
}
