package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;

/** The send sequence variables of a TCB (RFC 9293 §3.3.1) and the text that waits to be sent. */
public final class Snd {

    /** ISS: initial send sequence number. */
    public int iss;

    /** SND.UNA: the oldest unacknowledged number. */
    public int una;

    /** SND.NXT: the number after the highest one ever sent; it never moves back. */
    public int nxt;

    /**
     * The sequence number of the next segment: SND.NXT, or below it while text is retransmitted
     * after a timeout.
     */
    public int cursor;

    /** The sequence number of the segment that ends at SND.NXT. */
    public int lastBegin;

    /**
     * What was outstanding when text was last sent, so before the ACKs of this duty cycle; in
     * octets.
     */
    public int flightWhenSent;

    /** What the peer has reported by SACK. */
    public final Scoreboard scoreboard = new Scoreboard();

    /** SND.WND: the peer's window, in octets. */
    public int wnd;

    /** The largest window that the peer has offered: MAX.SND.WND of RFC 5961 §5. */
    public int maxWnd;

    /** SND.WL1: SEG.SEQ of the last window update. */
    public int wl1;

    /** SND.WL2: SEG.ACK of the last window update. */
    public int wl2;

    /** The peer's window scale: the shift of its window field. */
    public int windowScale;

    /**
     * Octets of text in a full-sized segment: the MSS less the options that every segment carries.
     */
    public int mss;

    /** {@link #mss} as the handshake agreed on it; the path may carry less, see {@code PathMtu}. */
    public int agreedMss;

    /**
     * How many sequence numbers were acknowledged so far; an ACK below SND.UNA by more than that is
     * not acceptable (RFC 5961 §5).
     */
    long acknowledged;

    /** Octets of text retransmitted, each counted every time; a statistic. */
    public long octetsAgain;

    /** Segments retransmitted, SYNs included; a statistic. */
    public int segmentsAgain;

    /** For how long it was busy, and what held it up; a statistic. */
    public final SendPhases phases = new SendPhases();

    /** The sequence number of the first octet in {@link #buffer}. */
    public int base;

    /** The sequence number after the last octet queued. */
    public int textEnd;

    /** The octets that are queued or unacknowledged. */
    public SendBuffer buffer;

    /** The size of the send buffer, in octets; see {@code BufferGrowth}. */
    public int capacity;

    /** By how many octets {@link #capacity} has grown since the connection began. */
    public int grownBy;

    /** The user found no room and is to be told when there is some again. */
    public boolean wasFull;

    /** True when CLOSE was called: a FIN follows the last octet. */
    public boolean finQueued;

    /** The sequence number of the FIN; undefined until {@link #finQueued}. */
    public int finSeq;

    public void reset(int newIss) {
        iss = newIss;
        una = newIss;
        nxt = newIss;
        cursor = newIss;
        lastBegin = newIss;
        flightWhenSent = 0;
        scoreboard.reset(newIss);
        base = newIss + 1;
        textEnd = base;
        wnd = 0;
        maxWnd = 0;
        wl1 = 0;
        wl2 = 0;
        windowScale = 0;
        acknowledged = 0;
        octetsAgain = 0;
        segmentsAgain = 0;
        phases.reset();
        wasFull = false;
        finQueued = false;
        finSeq = 0;
    }

    /** Moves to another initial sequence number before anything is sent; queued text stays. */
    public void renumber(int newIss) {
        int text = textEnd - base;
        boolean full = wasFull;
        reset(newIss);
        textEnd = base + text;
        wasFull = full;
    }

    /** Queues at most {@code most} of the user's octets; returns how many. */
    public int append(ByteBuffer source, int most) {
        int octets = buffer.append(source, most);
        textEnd += octets;
        return octets;
    }

    /** Discards everything that is queued. */
    public void clear() {
        buffer.clear();
        textEnd = base;
    }

    /** True when the FIN was sent at least once. */
    public boolean finSent() {
        return finQueued && Seq.gt(nxt, finSeq);
    }

    /** True when the FIN was sent and acknowledged; an ACK that covers only text does not count. */
    public boolean finAcknowledged() {
        return finSent() && una == finSeq + 1;
    }

    /** FlightSize: sequence numbers sent and not acknowledged. */
    public int flight() {
        return nxt - una;
    }

    /** True when octets, or the FIN, are to be sent for the first time or again. */
    public boolean hasPending() {
        return Seq.lt(cursor, finQueued ? finSeq + 1 : textEnd);
    }

    /** True when octets, or the FIN, were never sent. */
    public boolean hasUnsent() {
        return Seq.lt(nxt, textEnd) || (finQueued && !finSent());
    }

    /** Octets of text that were sent and acknowledged. */
    public long acknowledgedText() {
        return una == iss ? 0 : acknowledged - 1 - (finAcknowledged() ? 1 : 0);
    }

    /** Octets of text that were sent and not acknowledged. */
    public int unacknowledgedText() {
        return Math.max(0, Seq.distance(base, Seq.min(nxt, textEnd)));
    }

    /** Octets of text that were never sent. */
    public int unsentText() {
        return Math.max(0, Seq.distance(Seq.max(nxt, base), textEnd));
    }

    public void finIsQueued() {
        finQueued = true;
        finSeq = textEnd;
    }

    /**
     * Notes that octets, and perhaps the FIN, were sent from the cursor on; returns true when some
     * of them were sent for the first time.
     */
    public boolean sent(int text, boolean fin) {
        int behind = cursor + text;
        cursor = behind + (fin ? 1 : 0);
        if (Seq.leq(cursor, nxt)) {
            return false;
        }
        nxt = cursor;
        flightWhenSent = nxt - una;
        lastBegin = text == 0 ? behind : behind - 1 - (text - 1) % mss;
        return true;
    }

    /**
     * The test {@code SND.UNA < SEG.ACK =< SND.NXT} (RFC 9293 §3.4) of an acceptable ACK; all
     * callers use this one. Before the SYN is sent no ACK passes.
     */
    public boolean isNewAck(int ack) {
        return Seq.gt(ack, una) && Seq.leq(ack, nxt);
    }

    /** Takes an acceptable SEG.ACK above SND.UNA. */
    public void acknowledge(int ack) {
        acknowledged += ack - una;
        int text = Seq.distance(base, Seq.min(ack, textEnd));
        if (text > 0) {
            buffer.acknowledge(text);
            base += text;
        }
        una = ack;
        cursor = Seq.max(cursor, ack);
        scoreboard.acknowledged(ack);
    }

    /**
     * Takes the blocks of a SACK option; returns true when they report octets that no earlier one
     * did.
     */
    public boolean takeSack(TcpOptions options) {
        return scoreboard.take(options, nxt);
    }

    /** How far below SND.UNA an acceptable ACK may lie (RFC 5961 §5.2): 0 to 2^30. */
    public int oldestAck() {
        return (int) Math.min(maxWnd, acknowledged);
    }

    public void updateWindow(int window, int seq, int ack) {
        wnd = window;
        wl1 = seq;
        wl2 = ack;
        maxWnd = Math.max(maxWnd, window);
    }
}
