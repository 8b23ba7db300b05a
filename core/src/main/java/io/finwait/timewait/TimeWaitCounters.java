package io.finwait.timewait;

/**
 * What has happened in a table up to the call of {@link TimeWaitTable#counters()}; to be read on
 * the table's thread.
 */
public final class TimeWaitCounters {

    long entered;
    long refused;
    long expired;
    long evicted;
    long reAcked;
    long restarted;
    long challenged;
    long suppressed;
    long reopened;
    long reused;
    long returned;
    long reset;
    long removed;
    long assassinationsBlocked;

    TimeWaitCounters() {}

    /** Entries that entered the table. */
    public long entered() {
        return entered;
    }

    /** New entries refused because the table was full. */
    public long refused() {
        return refused;
    }

    /** Entries that expired. */
    public long expired() {
        return expired;
    }

    /** Entries evicted to make room for new ones. */
    public long evicted() {
        return evicted;
    }

    /** Answers to segments that carry text or a FIN. */
    public long reAcked() {
        return reAcked;
    }

    /** Retransmitted FINs that restarted 2MSL. */
    public long restarted() {
        return restarted;
    }

    /** Challenge ACKs that the limit allowed. */
    public long challenged() {
        return challenged;
    }

    /** Challenge ACKs that the limit forbade. */
    public long suppressed() {
        return suppressed;
    }

    /** Entries removed for a connection that the peer opened (RFC 6191). */
    public long reopened() {
        return reopened;
    }

    /** Entries removed for a connection opened from here. */
    public long reused() {
        return reused;
    }

    /** Parked entries that returned to TIME-WAIT. */
    public long returned() {
        return returned;
    }

    /** Entries that a RST ended, or that text after the application's close ended with a RST. */
    public long reset() {
        return reset;
    }

    /** Entries removed by the caller. */
    public long removed() {
        return removed;
    }

    /** RSTs ignored in TIME-WAIT that would have ended it under RFC 793 (RFC 1337). */
    public long assassinationsBlocked() {
        return assassinationsBlocked;
    }
}
