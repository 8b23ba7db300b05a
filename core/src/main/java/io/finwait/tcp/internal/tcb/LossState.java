package io.finwait.tcp.internal.tcb;

/** How far fast recovery has come (RFC 6582, RFC 6675, RFC 8985); written by {@code Recovery} alone. */
public final class LossState {

    /** Duplicate ACKs after which a segment counts as lost: DupThresh of RFC 6675 §2. */
    public static final int DUPLICATE_ACKS = 3;

    /** Duplicate ACKs in a row. */
    public int duplicates;

    /** Fast recovery is under way, or with SACK what a timeout has found lost goes again. */
    public boolean recovering;

    /** From the first partial ACK of a recovery without SACK on. */
    public boolean partlyRecovered;

    /**
     * The last ACK must not restart the retransmission timer: without SACK only the first partial
     * ACK of a recovery does (RFC 6582 §3.2, step 3). One hole is mended each round trip, and where
     * there are hundreds of them the timer is to end it: in slow start they are mended within a
     * few.
     */
    public boolean keepsTimer;

    /** Slow start after a retransmission timeout. */
    public boolean afterTimeout;

    /** {@code recover} of RFC 6582 §3.2: an ACK of it ends the recovery. */
    public int recover;

    /** The ACK that is taken has a D-SACK (RFC 2883), which ends here. */
    public boolean duplicateReported;

    public int duplicateEnd;

    /**
     * Octets by which the window is larger than {@code cwnd}, since duplicate ACKs tell what has
     * left.
     */
    public int inflation;

    /** A connection begins. */
    void reset(int iss) {
        duplicates = 0;
        recovering = false;
        partlyRecovered = false;
        keepsTimer = false;
        afterTimeout = false;
        recover = iss;
        inflation = 0;
        duplicateReported = false;
        duplicateEnd = iss;
    }
}
