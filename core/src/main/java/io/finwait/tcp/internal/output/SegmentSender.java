package io.finwait.tcp.internal.output;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.SegmentSizes;
import io.finwait.tcp.internal.profile.SynOffer;
import io.finwait.tcp.internal.profile.SynOptions;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;

/**
 * Sends one segment of a connection: writes its options, text and window, and notes what was sent.
 * When the transport has no room, nothing changes.
 */
public final class SegmentSender {

    private static final int ACK = TcpHeader.ACK;

    private final Context context;
    private final SegmentWriter writer;
    private final SynOffer offer = new SynOffer();
    private final ByteBuffer layout = ByteBuffer.allocate(SynOptions.MOST_OCTETS);

    /** Sends through a writer. */
    public SegmentSender(Context context, SegmentWriter writer) {
        this.context = context;
        this.writer = writer;
    }

    /** Gives back a segment that was begun, after an exception. */
    public void abandon() {
        writer.abandon();
    }

    /** The same, where giving it back may itself throw. */
    public void abandonQuietly() {
        try {
            writer.abandon();
        } catch (Throwable failure) {
            context.failures.count();
        }
    }

    /**
     * Sends {@code <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>} (requirement C16). When a closed window
     * was probed, SND.NXT lies beyond the window and the peer would silently drop such a RST (RFC
     * 9293 §3.10.7.4). The RST then takes the window's right edge as its sequence number, as an ACK
     * does.
     */
    public void sendReset(Tcb tcb) {
        sendReset(tcb, resetSequence(tcb));
    }

    public static int resetSequence(Tcb tcb) {
        return tcb.state.isSynchronized() ? ackSequence(tcb.snd) : tcb.snd.nxt;
    }

    /** The same with a given sequence number, also for a connection that has already ended. */
    public void sendReset(Tcb tcb, int seq) {
        int options = SegmentSizes.fixedOptions(tcb);
        int header = TcpHeader.LENGTH + options;
        if (!begin(tcb, header)) {
            context.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
            return;
        }
        if (tcb.rcv.timestamps) {
            writeTimestamps(tcb, writer.optionsAt());
        }
        context.watch.resetSent(tcb);
        finish(tcb, seq, header, TcpHeader.RST | ACK, 0, 0);
    }

    /**
     * The sequence number of a pure ACK: it must lie inside the peer's window, whose right edge may
     * be below SND.NXT (T-13).
     */
    static int ackSequence(Snd snd) {
        return Seq.min(snd.nxt, Seq.max(snd.una, snd.una + snd.wnd));
    }

    boolean sendEmpty(Tcb tcb, int seq) {
        return send(tcb, seq, 0, 0);
    }

    /**
     * Sends a segment with text from {@code seq} on; every segment carries an ACK.
     *
     * @param control FIN, and PSH to set it even if this is not the end of the queued text
     */
    public boolean send(Tcb tcb, int seq, int text, int control) {
        Snd snd = tcb.snd;
        boolean fin = (control & TcpHeader.FIN) != 0;
        int sackBlocks = SackBlocks.count(tcb);
        int options = SegmentSizes.fixedOptions(tcb) + SackBlocks.octets(sackBlocks);
        if (sackBlocks > 0 && text + options > snd.mss + SegmentSizes.fixedOptions(tcb)) {
            // Text has precedence: the blocks are sent with the next segment that has room for
            // them.
            sackBlocks = 0;
            options = SegmentSizes.fixedOptions(tcb);
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
        if (tcb.ecn) {
            flags |= congestion(tcb, seq, text);
        }
        if ((text > 0 || fin) && !tcb.timing && !tcb.rcv.timestamps && Seq.geq(seq, snd.nxt)) {
            tcb.timing = true;
            tcb.timedSeq = seq + text + (fin ? 1 : 0);
            tcb.timedAtNs = context.nowNs();
        }
        finish(tcb, seq, header, flags, offerWindow(tcb), text > snd.mss ? snd.mss : 0);
        acknowledged(tcb);
        if (text > 0 || fin) {
            tcb.lastSentNs = context.nowNs();
            if (tcb.sackPermitted) {
                int behind = seq + text + (fin ? 1 : 0);
                snd.scoreboard.sent(seq, behind, snd.nxt, tcb.lastSentNs);
                tcb.loss.prrOut += behind - seq;
            }
            if (Seq.lt(seq, snd.nxt)) {
                sentAgain(tcb, seq, text, fin);
            }
        }
        return true;
    }

    /**
     * ECE while a mark is to be told, on whatever is sent. Text that was never sent may be marked,
     * and carries CWR where it is owed; what goes again, a probe of a closed window and what has no
     * text may not (RFC 3168 §6.1.3 to §6.1.6).
     */
    private int congestion(Tcb tcb, int seq, int text) {
        int flags = tcb.ecnEcho ? TcpHeader.ECE : 0;
        boolean news = text > 0 && Seq.geq(seq, tcb.snd.nxt) && tcb.snd.wnd > 0;
        if (news && tcb.ecnCapable) {
            writer.mayBeMarked();
            if (tcb.cwrOwed) {
                tcb.cwrOwed = false;
                flags |= TcpHeader.CWR;
            }
        }
        return flags;
    }

    /** Reports a retransmission: the part of the segment that was sent before. */
    private void sentAgain(Tcb tcb, int seq, int text, boolean fin) {
        Snd snd = tcb.snd;
        int octets = Math.min(text, Seq.distance(seq, Seq.min(snd.nxt, snd.textEnd)));
        int segments = Math.max(1, (octets + snd.mss - 1) / snd.mss);
        context.watch.sentAgain(
                tcb, tcb.againBecause, octets, segments, false, fin && snd.finSent());
    }

    /** The segment just sent has acknowledged up to RCV.NXT, so no ACK is owed any more. */
    private static void acknowledged(Tcb tcb) {
        tcb.acksOwed = 0;
        tcb.octetsUnacknowledged = 0;
        tcb.rcv.duplicate(0, 0);
        tcb.rcv.lastAckSent = tcb.rcv.nxt;
        tcb.timers.stop(Timer.DELAYED_ACK);
    }

    boolean sendSyn(Tcb tcb) {
        boolean withAck = tcb.state == State.SYN_RECEIVED;
        boolean timestamps = withAck ? tcb.rcv.timestamps : context.config.timestamps();
        offer.mss = context.sizes.mssToOffer(tcb);
        offer.windowScale = tcb.windowScaling ? context.sizes.windowScaleToOffer() : -1;
        offer.sack = tcb.sackPermitted;
        offer.timestamps = timestamps;
        offer.timestamp = context.timestamp(tcb);
        // A SYN without ACK has no timestamp to echo (RFC 7323 §3.2).
        offer.echo = withAck ? tcb.rcv.tsRecent : 0;
        SynOptions order = context.profile.synOptions();
        // A stranger's SYN must not bring its victim more than it has cost.
        order = tcb.passive ? order.orShorter() : order;
        int options = order.write(layout, 0, offer);
        int header = TcpHeader.LENGTH + options;
        if (!begin(tcb, header)) {
            return false;
        }
        writer.buffer().put(writer.optionsAt(), layout, 0, options);
        tcb.rcv.offerWindow(0);
        int window = Math.min(withAck ? tcb.rcv.wnd() : tcb.rcv.capacity, 0xFFFF);
        // A retransmitted SYN can't be timed (Karn's algorithm, RFC 6298 §3).
        boolean again = tcb.snd.nxt != tcb.snd.iss;
        tcb.timing = !again && !timestamps;
        if (tcb.timing) {
            tcb.timedSeq = tcb.snd.iss + 1;
            tcb.timedAtNs = context.nowNs();
        }
        finish(tcb, tcb.snd.iss, header, synFlags(tcb, withAck), window, 0);
        if (again) {
            context.watch.sentAgain(tcb, Retransmission.HANDSHAKE, 0, 1, true, false);
        }
        tcb.snd.nxt = Seq.max(tcb.snd.nxt, tcb.snd.iss + 1);
        tcb.snd.cursor = tcb.snd.nxt;
        tcb.rcv.lastAckSent = tcb.rcv.nxt;
        return true;
    }

    private static int synFlags(Tcb tcb, boolean withAck) {
        if (withAck) {
            return TcpHeader.SYN | ACK | (tcb.ecn ? TcpHeader.ECE : 0);
        }
        boolean asks = tcb.ecnAsked && !tcb.ecnGivenUp;
        return TcpHeader.SYN | (asks ? TcpHeader.ECE | TcpHeader.CWR : 0);
    }

    private boolean begin(Tcb tcb, int tcpLength) {
        return writer.begin(tcb, tcpLength);
    }

    private void finish(Tcb tcb, int seq, int header, int flags, int window, int segmentSize) {
        int ack = (flags & ACK) != 0 ? tcb.rcv.nxt : 0;
        writer.finish(seq, ack, header, flags, window, segmentSize, context.clock.lastNs());
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
                writer.buffer(), at, context.timestamp(tcb), tcb.rcv.tsRecent);
    }
}
