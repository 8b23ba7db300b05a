package io.finwait.timewait;

/**
 * What has happened to a table up to the call of {@link TimeWaitTable#counters()}; read on the
 * table's thread.
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

    /** Entries that came in. */
    public long entered() {
        return entered;
    }

    /** Newcomers turned away because the table was full. */
    public long refused() {
        return refused;
    }

    /** Entries whose time was over. */
    public long expired() {
        return expired;
    }

    /** Entries that made room for others. */
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

    /** Answers that the limit allowed. */
    public long challenged() {
        return challenged;
    }

    /** Answers that the limit forbade. */
    public long suppressed() {
        return suppressed;
    }

    /** Entries given up for a connection that the peer began (RFC 6191). */
    public long reopened() {
        return reopened;
    }

    /** Entries given up for a connection begun from here. */
    public long reused() {
        return reused;
    }

    /** Entries that were parked and came back. */
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

    /** RSTs ignored in TIME-WAIT that would have ended it by the letter of RFC 793 (RFC 1337). */
    public long assassinationsBlocked() {
        return assassinationsBlocked;
    }
}
