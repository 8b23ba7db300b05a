package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;

/** The send sequence variables of a TCB (RFC 9293 §3.3.1) and what waits to be sent. */
public final class Snd {

    /** ISS: initial send sequence number. */
    public int iss;

    /** SND.UNA: the oldest number that is not acknowledged. */
    public int una;

    /** SND.NXT: the number behind the last one ever sent; it never goes back. */
    public int nxt;

    /**
     * Where the next segment begins: SND.NXT, or before it while numbers are sent again after a
     * retransmission timeout.
     */
    public int cursor;

    /** Where the segment begins that ends at SND.NXT. */
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

    /** How many bits the peer's window is shifted. */
    public int windowScale;

    /** Octets of text in a full segment, the options of every segment already taken off. */
    public int mss;

    /** {@link #mss} as both ends agreed on it; the path may carry less, see {@code PathMtu}. */
    public int agreedMss;

    /** Octets and numbers acknowledged so far: no ACK reaches further back (RFC 5961 §5). */
    long acknowledged;

    /** Octets of text that were sent again, each as often as it was; for those who look on. */
    public long octetsAgain;

    /** Segments that were sent again, SYNs included; for those who look on. */
    public int segmentsAgain;

    /** The number of the first octet in {@link #buffer}. */
    public int base;

    /** The number behind the last octet queued. */
    public int textEnd;

    /** Octets not acknowledged. */
    public SendBuffer buffer;

    /** Octets that may be queued and unacknowledged; see {@code BufferGrowth}. */
    public int capacity;

    /** How much of that was not there at first. */
    public int grownBy;

    /** The user found no room, and is told when there may be some again. */
    public boolean wasFull;

    /** True when CLOSE was called: a FIN comes behind the last octet. */
    public boolean finQueued;

    /** The number of the FIN; means nothing before {@link #finQueued}. */
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
        wasFull = false;
        finQueued = false;
        finSeq = 0;
    }

    /** Begins elsewhere, before anything was sent; what is queued stays so. */
    public void renumber(int newIss) {
        int text = textEnd - base;
        boolean full = wasFull;
        reset(newIss);
        textEnd = base + text;
        wasFull = full;
    }

    /** Queues octets of the user, at most {@code most}; returns how many. */
    public int append(ByteBuffer source, int most) {
        int octets = buffer.append(source, most);
        textEnd += octets;
        return octets;
    }

    /** Forgets what is queued. */
    public void clear() {
        buffer.clear();
        textEnd = base;
    }

    /** True when the FIN was sent at least once. */
    public boolean finSent() {
        return finQueued && Seq.gt(nxt, finSeq);
    }

    /** True when the FIN was sent and acknowledged; a data ACK alone never makes it so. */
    public boolean finAcknowledged() {
        return finSent() && una == finSeq + 1;
    }

    /** Numbers sent and not acknowledged. */
    public int flight() {
        return nxt - una;
    }

    /** Octets, or the FIN, that were never sent or are to be sent again. */
    public boolean hasPending() {
        return Seq.lt(cursor, finQueued ? finSeq + 1 : textEnd);
    }

    /** Octets, or the FIN, that were never sent. */
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
     * Octets, and perhaps the FIN, have left from the cursor on; true when some were never sent
     * before.
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
     * {@code SND.UNA < SEG.ACK =< SND.NXT} (RFC 9293 §3.4): what was sent, and nothing else, is
     * acknowledged. The one place that says so; before the SYN has left no ACK is good.
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

    /** Takes the blocks of a SACK; true when one reports what none has reported before. */
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
