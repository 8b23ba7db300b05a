package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.buffer.SequenceRanges;
import io.finwait.wire.Seq;

/** The receive sequence variables of a TCB (RFC 9293 §3.3.1) and what has arrived. */
public final class Rcv {

    private static final int LEAST_RANGES = 64;

    /**
     * For so many octets the peer is taken to be in slow start. Even a peer whose window grows by
     * the number of ACKs has then a window of some hundred segments.
     */
    private static final int STARTING_OCTETS = 1 << 20;

    /** IRS: initial receive sequence number. */
    public int irs;

    /** RCV.NXT: the next number expected. */
    public int nxt;

    /** The right edge of the offered window; it never moves back (RFC 9293 SHLD-14). */
    public int edge;

    /** The right edge as the peer computes it from the window field, see {@link #windowField}. */
    private int told;

    /** The largest window offered so far. */
    public int maxWnd;

    /**
     * Our window scale: the shift of the window field, 0 unless both ends sent the option (RFC 7323
     * §2).
     */
    public int windowScale;

    /**
     * The size of the receive buffer, in octets: as many may be unread; see {@code BufferGrowth}.
     */
    public int capacity;

    /** By how many octets {@link #capacity} has grown since the connection began. */
    public int grownBy;

    /** Octets that the user has read since {@link #roundBeganNs}. */
    public int readInRound;

    public long roundBeganNs;

    /** The longest text, in octets, that a segment of the peer is known to carry. */
    public int peerSegment;

    /** When text last came, or else when the connection began; a statistic. */
    public long lastTextNs;

    public ReceiveBuffer buffer;

    /** The ranges that have arrived beyond a gap. */
    public SequenceRanges reassembly = SequenceRanges.NOTHING;

    /**
     * The range that has arrived a second time since we last sent a segment; empty, with both
     * numbers equal, when there is none.
     */
    public int duplicateLeft;

    public int duplicateRight;

    /** Octets of text received in order; a statistic. */
    public long received;

    /** True when a FIN has arrived beyond a gap. */
    public boolean finHeld;

    /** The sequence number of the FIN that is held, or was processed. */
    public int finSeq;

    /** True when both ends send timestamps (RFC 7323 §3.2). */
    public boolean timestamps;

    /** TS.Recent: the timestamp to echo (RFC 7323 §4.3). */
    public int tsRecent;

    /** When TS.Recent was last set, in nanoseconds. */
    public long tsRecentAtNs;

    /** Last.ACK.sent: the ACK field of the last segment sent (RFC 7323 §4.3). */
    public int lastAckSent;

    public void reset(int octets) {
        irs = 0;
        nxt = 0;
        edge = 0;
        told = 0;
        maxWnd = 0;
        windowScale = 0;
        capacity = octets;
        grownBy = 0;
        readInRound = 0;
        roundBeganNs = 0;
        peerSegment = 536;
        reassembly.clear();
        duplicate(0, 0);
        received = 0;
        finHeld = false;
        finSeq = 0;
        timestamps = false;
        tsRecent = 0;
        tsRecentAtNs = 0;
        lastAckSent = 0;
    }

    /**
     * Takes the peer's initial sequence number. The window that our own SYN offered begins after
     * it.
     */
    public void synchronize(int peerIss) {
        int offered = edge - nxt;
        irs = peerIss;
        nxt = peerIss + 1;
        edge = nxt + offered;
        told = edge;
        lastAckSent = nxt;
    }

    /**
     * Notes numbers that have arrived beyond a gap.
     *
     * @return false when all places are taken by ranges closer to RCV.NXT; then nothing is noted
     */
    public boolean arrivedAhead(int from, int to) {
        reassembly = reassembly.orOfItsOwn();
        return reassembly.add(from, to, mostRanges());
    }

    /**
     * How many ranges may be held. A buffer in which every second full-sized segment is missing
     * needs {@code capacity / (2 * peerSegment)}; the minimum serves small buffers. So segments of
     * the usual length always find a place.
     */
    private int mostRanges() {
        return Math.min(LEAST_RANGES + capacity / (2 * peerSegment), SequenceRanges.MOST_RANGES);
    }

    /**
     * Notes a range that has arrived again. Only the last one noted is reported ({@code
     * SackBlocks}).
     */
    public void duplicate(int left, int right) {
        duplicateLeft = left;
        duplicateRight = right;
    }

    /**
     * Notes the part of a segment that had arrived before: the part below RCV.NXT or, if there is
     * none, its first overlap with a range beyond a gap (RFC 2883 §4.2).
     *
     * @param from the segment's first number at or above RCV.NXT
     */
    public void noteDuplicate(int seq, int from, int to) {
        int range = reassembly.firstOverlap(from, to);
        if (from != seq) {
            duplicate(seq, from);
        } else if (range >= 0) {
            duplicate(Seq.max(reassembly.left(range), from), Seq.min(reassembly.right(range), to));
        }
    }

    public boolean hasDuplicate() {
        return duplicateLeft != duplicateRight;
    }

    /** RCV.WND: the octets of the offered window that are not yet used. */
    public int wnd() {
        return edge - nxt;
    }

    /**
     * How far the peer's right edge lies beyond {@link #edge}, because the window field counts in
     * units, in octets; see {@code StateDigest}.
     */
    public int toldBeyondEdge() {
        return told - edge;
    }

    /** The right edge that the free space of the buffer allows. */
    private int possibleEdge() {
        return nxt + Math.max(0, capacity - buffer.readable());
    }

    /**
     * Moves the right edge forward if the window grows by a worthwhile amount (RFC 9293 §3.8.6.2.2,
     * against the silly window syndrome). It never moves back.
     *
     * @param scale the shift of the segment's window field: {@link #windowScale}, or 0 on a SYN
     */
    public void offerWindow(int scale) {
        int target = sayable(scale);
        int gain = target - wnd();
        if (gain >= worthwhile()) {
            edge = nxt + target;
            maxWnd = Math.max(maxWnd, target);
        }
    }

    /**
     * The window that the buffer allows and the window field can express: rounded down to its unit.
     */
    private int sayable(int scale) {
        int unit = 1 << scale;
        int possible = possibleEdge() - nxt;
        if (possible < unit && possible == capacity) {
            // A buffer smaller than one unit must be offered too.
            return possible;
        }
        return Math.min(possible & -unit, 0xFFFF << scale);
    }

    /**
     * The window field of the next segment. RCV.NXT advances by octets, but the field counts in
     * units of {@code 1 << windowScale}: rounding down would move the peer's right edge back (RFC
     * 9293 SHLD-14, RFC 7323 §2.4). So the field is rounded up as long as the edge then lies less
     * than one unit beyond the end of the buffer, and rounded down otherwise. Octets beyond the end
     * of the buffer are not accepted: the peer may have to retransmit part of the last unit.
     */
    public int windowField() {
        told = Seq.max(told, edge);
        int unit = 1 << windowScale;
        int window = told - nxt;
        int field = window >>> windowScale;
        boolean inexact = (window & (unit - 1)) != 0;
        int roundedUp = nxt + ((field + 1) << windowScale);
        if (inexact && field < 0xFFFF && Seq.lt(roundedUp, possibleEdge() + unit)) {
            field++;
            told = roundedUp;
        }
        edge = Seq.max(edge, Seq.min(told, possibleEdge()));
        maxWnd = Math.max(maxWnd, wnd());
        return Math.min(field, 0xFFFF);
    }

    /**
     * True when the user has read enough for a window update.
     *
     * @param whenDoubled true to wait until the window has at least doubled
     */
    public boolean windowUpdateIsDue(boolean whenDoubled) {
        // A change that the window field can't express is no update.
        int possible = sayable(windowScale);
        int enough = whenDoubled ? wnd() : Math.min(capacity / 2, 2 * peerSegment);
        return possible - wnd() >= Math.max(worthwhile(), enough);
    }

    /** Rounds the buffer up to whole segments and offers it at once ({@code ROUNDED_WINDOW}). */
    public void widen(boolean rounded) {
        if (rounded) {
            capacity = (capacity + peerSegment - 1) / peerSegment * peerSegment;
            edge = Seq.max(edge, possibleEdge());
        }
    }

    private int worthwhile() {
        return Math.max(1, Math.min(capacity / 2, peerSegment));
    }

    /**
     * True while the peer is probably in slow start. Some stacks grow there by at most two segments
     * for each ACK (RFC 5681 §3.1), so that one ACK for a whole batch would slow them down.
     */
    public boolean peerIsStarting() {
        return Integer.compareUnsigned(nxt - irs, STARTING_OCTETS) < 0;
    }
}
