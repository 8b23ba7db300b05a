package io.finwait.tcp.internal.tcb;

/** How far fast recovery has come (RFC 6582, RFC 8985); written by {@code Recovery} alone. */
public final class LossState {

    /** Duplicate ACKs after which a segment counts as lost: DupThresh of RFC 6675 §2. */
    public static final int DUPLICATE_ACKS = 3;

    /** Duplicate ACKs in a row. */
    public int duplicates;

    /** True during fast recovery and, with SACK, during recovery after a timeout. */
    public boolean recovering;

    /** True after the first partial ACK of a recovery without SACK. */
    public boolean partlyRecovered;

    /**
     * True when the last ACK must not restart the retransmission timer: without SACK only the first
     * partial ACK of a recovery does (RFC 6582 §3.2, step 3). Each round trip repairs one hole.
     * With hundreds of holes it is better that the timer fires: slow start repairs them within a
     * few round trips.
     */
    public boolean keepsTimer;

    /** True in slow start after a retransmission timeout. */
    public boolean afterTimeout;

    /** {@code recover} of RFC 6582 §3.2: an ACK of it ends the recovery. */
    public int recover;

    /** SND.NXT when the window was last reduced, with ECN. */
    public int reducedTo;

    /** The ACK that is taken has a D-SACK (RFC 2883), which ends here. */
    public boolean duplicateReported;

    public int duplicateEnd;

    /**
     * Octets by which duplicate ACKs have inflated the window beyond {@code cwnd} (RFC 6582 §3.2).
     */
    public int inflation;

    /** {@code RecoverFS} of RFC 9937: what was on its way when fast recovery began. */
    public int prrFlight;

    /** {@code prr_delivered}: octets that were reported since. */
    public long prrDelivered;

    /** {@code prr_out}: octets that were sent since. */
    public long prrOut;

    /** The window in fast recovery by SACK. */
    public int prrWindow;

    /** The last recovery, or timeout, may still turn out to be a mistake; see {@code Undo}. */
    public boolean undoOpen;

    /** SND.UNA and SND.NXT when it began. */
    public int undoFrom;

    public int undoTo;

    /** Octets that were sent again in it and not reported to have come twice. */
    public int undoOctets;

    /** Something was sent again in it, for the first time with this timestamp. */
    public boolean undoStamped;

    public int undoStamp;

    /**
     * FlightSize when the last segment went again as a tail loss probe, 0 when the probe was the
     * next segment ({@code TLP.is_retrans} of RFC 8985 §7.1).
     */
    public int tailProbedFlight;

    /** A connection begins. */
    void reset(int iss) {
        duplicates = 0;
        recovering = false;
        partlyRecovered = false;
        keepsTimer = false;
        afterTimeout = false;
        recover = iss;
        inflation = 0;
        prrFlight = 0;
        prrDelivered = 0;
        prrOut = 0;
        prrWindow = 0;
        undoOpen = false;
        undoFrom = iss;
        undoTo = iss;
        undoOctets = 0;
        undoStamped = false;
        undoStamp = 0;
        reducedTo = iss;
        duplicateReported = false;
        duplicateEnd = iss;
        tailProbedFlight = 0;
    }
}
