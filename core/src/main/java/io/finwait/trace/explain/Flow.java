package io.finwait.trace.explain;

import io.finwait.trace.capture.SeenSegment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;

/** What one side of a connection has sent, as far as a capture shows it. */
final class Flow {

    static final int UNKNOWN = -1;

    /** A distance that grows by half or more counts as doubled: clocks are coarse. */
    private static final long DOUBLING_NUMERATOR = 3;

    private static final long DOUBLING_DENOMINATOR = 2;

    final long addressHigh;
    final long addressLow;
    final int port;

    long packets;
    long lastNs;
    long lastNumber;

    /** Where counting begins: the initial sequence number, or one below the first number seen. */
    int isn;

    boolean numbersKnown;
    boolean synSeen;
    boolean synHadAck;
    int syns;
    long synNumber;

    /** The highest number sent, and the highest that the peer has acknowledged. */
    int nxt;

    int una;
    boolean unaKnown;

    /** Octets of sequence space seen, whose wrap is followed. */
    long sentNumbers;

    boolean textSeen;
    long lastTextNumber;
    int lastTextSeq;

    long againSegments;
    long zeroWindows;
    long damaged;

    /** The first numbers that were passed over: sent later, or missed by the capture. */
    boolean hasHole;

    int holeLeft;
    int holeRight;
    long missingOctets;

    /** How often the oldest unacknowledged number was sent in a row, and at which distances. */
    int repeats;

    int repeatNumber;
    long repeatNs;
    long repeatFirstNs;
    long repeatFirstNumber;

    /** Keep-alive probes since the peer was heard of last. */
    int probes;

    long repeatDistanceNs;
    boolean repeatsDouble;

    boolean finSeen;
    int finSeq;
    long finNumber;
    long finNs;
    boolean finAcknowledged;

    boolean windowScaleSeen;
    int windowScale;
    boolean lastAckKnown;
    int lastAck;

    int lowestTimeToLive = Integer.MAX_VALUE;
    int highestTimeToLive = UNKNOWN;

    Flow(long addressHigh, long addressLow, int port) {
        this.addressHigh = addressHigh;
        this.addressLow = addressLow;
        this.port = port;
    }

    /** Takes a segment of this side. */
    void sent(SeenSegment seg) {
        packets++;
        lastNs = Math.max(lastNs, seg.timeNs());
        lastNumber = seg.number();
        if (seg.hasRst()) {
            return;
        }
        lowestTimeToLive = Math.min(lowestTimeToLive, seg.timeToLive());
        highestTimeToLive = Math.max(highestTimeToLive, seg.timeToLive());
        begin(seg);
        if (seg.isDamaged()) {
            damaged++;
        }
        int end = seg.seq() + seg.length();
        boolean isNew = Seq.gt(end, nxt);
        if (!seg.hasSyn() && !seg.hasFin() && isProbe(seg.seq(), seg.textLength())) {
            probes++;
        }
        holes(seg, end);
        if (isNew) {
            sentNumbers += Seq.distance(nxt, end);
            nxt = end;
        }
        if (seg.textLength() > 0) {
            text(seg, isNew);
        }
        if (seg.hasFin()) {
            fin(seg);
        }
        if (seg.length() > 0) {
            repeated(seg);
        }
        if (seg.window() == 0) {
            zeroWindows++;
        }
        if (seg.hasAck() && (!lastAckKnown || Seq.gt(seg.ack(), lastAck))) {
            lastAckKnown = true;
            lastAck = seg.ack();
        }
    }

    private void begin(SeenSegment seg) {
        if (seg.hasSyn()) {
            syns++;
            if (!synSeen) {
                synSeen = true;
                synHadAck = seg.hasAck();
                synNumber = seg.number();
            }
            windowScaleSeen = seg.windowScale() >= 0;
            windowScale = Math.max(0, Math.min(seg.windowScale(), 14));
            if (!numbersKnown || seg.seq() != isn) {
                numbersFrom(seg.seq());
            }
        } else if (!numbersKnown) {
            numbersFrom(seg.seq() - 1);
            nxt = seg.seq();
            una = seg.seq();
        }
    }

    private void numbersFrom(int number) {
        numbersKnown = true;
        isn = number;
        nxt = number;
        una = number;
        sentNumbers = 0;
    }

    private void holes(SeenSegment seg, int end) {
        if (Seq.gt(seg.seq(), nxt) && !hasHole) {
            hasHole = true;
            holeLeft = nxt;
            holeRight = seg.seq();
        } else if (hasHole && Seq.leq(seg.seq(), holeLeft) && Seq.gt(end, holeLeft)) {
            holeLeft = end;
            hasHole = Seq.lt(holeLeft, holeRight);
        }
    }

    /** True when an acknowledgment covers what the capture does not hold. */
    boolean isMissing(int ack) {
        if (packets == 0 || !numbersKnown) {
            return false;
        }
        if (hasHole && Seq.gt(ack, holeLeft)) {
            missingOctets += Seq.distance(holeLeft, holeRight);
            hasHole = false;
            return true;
        }
        if (Seq.gt(ack, nxt)) {
            missingOctets += Seq.distance(nxt, ack);
            return true;
        }
        return false;
    }

    private void text(SeenSegment seg, boolean isNew) {
        textSeen = true;
        lastTextNumber = seg.number();
        lastTextSeq = seg.seq();
        if (!isNew && !isProbe(seg.seq(), seg.textLength())) {
            againSegments++;
        }
    }

    /**
     * True for a keep-alive probe: one octet below what was sent, or none there (RFC 9293 §3.8.4).
     */
    private boolean isProbe(int seq, int textLength) {
        return textLength <= 1 && seq == nxt - 1 && una == nxt;
    }

    /** True when a segment of this side, the last so far, was a keep-alive probe. */
    boolean isProbe(LastSegments.Of seg) {
        return seg.number > 0
                && numbersKnown
                && (seg.flags & (TcpHeader.SYN | TcpHeader.FIN)) == 0
                && isProbe(seg.seq, seg.text);
    }

    private void fin(SeenSegment seg) {
        if (!finSeen) {
            finSeen = true;
            finSeq = seg.seq() + seg.textLength();
            finNumber = seg.number();
            finNs = seg.timeNs();
        }
    }

    private void repeated(SeenSegment seg) {
        if (repeats > 0 && seg.seq() == repeatNumber) {
            long distance = seg.timeNs() - repeatNs;
            repeatsDouble =
                    repeats == 1
                            || (repeatsDouble
                                    && distance * DOUBLING_DENOMINATOR
                                            >= repeatDistanceNs * DOUBLING_NUMERATOR);
            repeatDistanceNs = distance;
            repeats++;
        } else {
            repeats = 1;
            repeatsDouble = false;
            repeatFirstNs = seg.timeNs();
            repeatFirstNumber = seg.number();
        }
        repeatNumber = seg.seq();
        repeatNs = seg.timeNs();
    }

    /** The peer has acknowledged up to a number. */
    void acknowledged(SeenSegment seg) {
        int ack = seg.ack();
        probes = 0;
        if (!numbersKnown) {
            // Only the peer's side is seen: its acknowledgments tell where we stand.
            numbersFrom(ack - 1);
            nxt = ack;
            una = ack;
        }
        if (Seq.gt(ack, una)) {
            una = ack;
            repeats = 0;
            if (Seq.gt(ack, nxt)) {
                sentNumbers += Seq.distance(nxt, ack);
                nxt = ack;
            }
        }
        unaKnown = true;
        finAcknowledged |= finSeen && Seq.gt(ack, finSeq);
    }

    /**
     * Octets of text that were sent, without what was sent again. Where the capture misses this
     * side, what the peer acknowledged counts.
     */
    long textOctets() {
        long numbers = sentNumbers;
        if (synSeen) {
            numbers--;
        }
        if (finSeen) {
            numbers--;
        }
        return Math.max(0, numbers);
    }

    /** Octets of text that the peer never acknowledged. */
    long unacknowledgedOctets() {
        int numbers = Seq.distance(una, nxt);
        if (finSeen && !finAcknowledged) {
            numbers--;
        }
        if (synSeen && una == isn) {
            numbers--;
        }
        return Math.max(0, numbers);
    }

    /** A number relative to the initial one, as ladders show it. */
    long relative(int number) {
        return Seq.distance(isn, number);
    }
}
