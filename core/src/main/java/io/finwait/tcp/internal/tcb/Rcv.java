package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.buffer.SequenceRanges;
import io.finwait.wire.Seq;

/** The receive sequence variables of a TCB (RFC 9293 §3.3.1) and what has arrived. */
public final class Rcv {

    private static final int LEAST_RANGES = 64;

    /** A peer that grows by the number of ACKs has by then a window of some hundred segments. */
    private static final int STARTING_OCTETS = 1 << 20;

    /** IRS: initial receive sequence number. */
    public int irs;

    /** RCV.NXT: the next number expected. */
    public int nxt;

    /** The right edge of the window that was offered; never taken back (RFC 9293 SHLD-14). */
    public int edge;

    /**
     * The right edge as the peer has read it from the field of the window, see {@link
     * #windowField}.
     */
    private int told;

    /** The largest window offered so far. */
    public int maxWnd;

    /** How many bits our window is shifted; 0 unless both ends scale. */
    public int windowScale;

    /** Octets that may be received and unread; see {@code BufferGrowth}. */
    public int capacity;

    /** How much of that was not there at first. */
    public int grownBy;

    /** Octets that the user has read since {@link #roundBeganNs}. */
    public int readInRound;

    public long roundBeganNs;

    /** The largest text of a segment that the peer sends, as far as we know. */
    public int peerSegment;

    public ReceiveBuffer buffer;

    /** What stands behind a gap. */
    public SequenceRanges reassembly = SequenceRanges.NOTHING;

    /** What came a second time since the last segment of ours; both are equal when nothing did. */
    public int duplicateLeft;

    public int duplicateRight;

    /** Octets of text that were received in order; for those who look on. */
    public long received;

    /** True when a FIN has arrived behind a gap. */
    public boolean finHeld;

    /** The number of the held FIN, or of the one that was taken. */
    public int finSeq;

    /** True when both ends send timestamps (RFC 7323 §3.2). */
    public boolean timestamps;

    /** TS.Recent: what we echo. */
    public int tsRecent;

    /** When TS.Recent was taken, in nanoseconds. */
    public long tsRecentAtNs;

    /** The number up to which we had acknowledged when the last ACK was sent: Last.ACK.sent. */
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

    /** The peer's SYN was received; the window that our own SYN offered begins behind it. */
    public void synchronize(int peerIss) {
        int offered = edge - nxt;
        irs = peerIss;
        nxt = peerIss + 1;
        edge = nxt + offered;
        told = edge;
        lastAckSent = nxt;
    }

    /**
     * Numbers behind a gap have arrived.
     *
     * @return false when there is no place for a range so far away: nothing was noted
     */
    public boolean arrivedAhead(int from, int to) {
        reassembly = reassembly.orOfItsOwn();
        return reassembly.add(from, to, mostRanges());
    }

    /**
     * As many ranges as the buffer holds where every second full segment is missing, and some for a
     * little buffer: segments of the usual length always find a place.
     */
    private int mostRanges() {
        return Math.min(LEAST_RANGES + capacity / (2 * peerSegment), SequenceRanges.MOST_RANGES);
    }

    /**
     * Numbers that had come before have come again; the last ones noted are told ({@code
     * SackBlocks}).
     */
    public void duplicate(int left, int right) {
        duplicateLeft = left;
        duplicateRight = right;
    }

    /**
     * Notes what of a segment had come before: what lies before RCV.NXT, or else the first part of
     * it that stands behind a gap (RFC 2883 §4.2).
     *
     * @param from where what is new, or stands behind a gap, begins
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

    /** RCV.WND: the window that was offered and is not used up, in octets. */
    public int wnd() {
        return edge - nxt;
    }

    /**
     * Octets of the window that only the field, in its units, has told; see {@code StateDigest}.
     */
    public int toldBeyondEdge() {
        return told - edge;
    }

    /** Where the right edge could be now that the user has read. */
    private int possibleEdge() {
        return nxt + Math.max(0, capacity - buffer.readable());
    }

    /**
     * Moves the right edge outwards, unless it would be a silly little (RFC 9293 §3.8.6.2.2), and
     * never inwards.
     *
     * @param scale how many bits the field of the segment is shifted: {@link #windowScale}, or 0 on
     *     a SYN
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
     * The window that could be offered, as far as the field can say it: in its units, rounded down.
     */
    private int sayable(int scale) {
        int unit = 1 << scale;
        int possible = possibleEdge() - nxt;
        if (possible < unit && possible == capacity) {
            // A buffer that is smaller than a unit must be opened as well.
            return possible;
        }
        return Math.min(possible & -unit, 0xFFFF << scale);
    }

    /**
     * The field of the window. RCV.NXT moves by octets, and the field counts units: rounded down it
     * would take back a part of what was told (RFC 9293 SHLD-14, RFC 7323 §2.4). So it is rounded
     * up, until it would end a unit or more behind the buffer; from there on less is told. Nothing
     * is taken behind the buffer: of the last unit told a part may have to come again when the user
     * has read.
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
     * True when the user has read so much that the peer should be told.
     *
     * @param whenDoubled only when the window has at least doubled
     */
    public boolean windowUpdateIsDue(boolean whenDoubled) {
        // What the field can't say is no news to the peer.
        int possible = sayable(windowScale);
        int enough = whenDoubled ? wnd() : Math.min(capacity / 2, 2 * peerSegment);
        return possible - wnd() >= Math.max(worthwhile(), enough);
    }

    /** Takes text up to the buffer, rounded up to whole segments ({@code ROUNDED_WINDOW}). */
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
     * True while the peer is probably in its slow start. Some count ACKs there, and no more than
     * two segments of each (RFC 5681 §3.1): one ACK for a whole batch would keep them from growing.
     */
    public boolean peerIsStarting() {
        return Integer.compareUnsigned(nxt - irs, STARTING_OCTETS) < 0;
    }
}
