package io.finwait.timewait;

import io.finwait.wire.FourTuple;

/**
 * One entry, read out of the table: what an answer, a new incarnation of the tuple or a listing
 * needs. The table owns the object and fills it anew: it holds until the next call of the table,
 * and nobody else writes to it.
 */
public final class TimeWaitEntry extends FourTuple {

    /** A timestamp is outdated after 24 days without another (RFC 7323 §5.5). */
    private static final long TS_OUTDATED_NS = 24L * 86_400 * 1_000_000_000;

    static final int WAITING = 0;
    static final int FIN_WAIT_2 = 1;
    static final int PARKED_BY_SYN = 2;
    static final int PARKED_BY_REUSE = 3;

    int sndNxt;
    int rcvNxt;
    int window;
    int windowScale;
    boolean timestamps;
    boolean tsOutdated;
    int tsRecent;
    int phase;
    int pathClass;
    int answered;
    long sinceNs;
    long deadlineNs;

    TimeWaitEntry() {}

    /** The numbers and the window of every answer. */
    void sequences(int snd, int rcv, int rcvWnd, int rcvWndScale) {
        sndNxt = snd;
        rcvNxt = rcv;
        window = Math.min(Math.max(rcvWnd >>> rcvWndScale, 0), 0xFFFF);
        windowScale = rcvWndScale;
    }

    /** Whether timestamps are in use, and what is known of the peer's. */
    void timestamps(boolean used, int recent, long recentAgeNs) {
        timestamps = used;
        tsRecent = recent;
        tsOutdated = used && recentAgeNs > TS_OUTDATED_NS;
    }

    /** SND.NXT, the SEQ of every answer. */
    public int sndNxt() {
        return sndNxt;
    }

    /** RCV.NXT, the ACK of every answer. */
    public int rcvNxt() {
        return rcvNxt;
    }

    /** The window field of every answer, unscaled, 0 to 65,535. */
    public int window() {
        return window;
    }

    /** RCV.WND in octets, as far as the window field could tell it. */
    public int rcvWnd() {
        return window << windowScale;
    }

    /** True when the connection used timestamps, so that an answer carries them (RFC 7323 §3.2). */
    public boolean hasTimestamps() {
        return timestamps;
    }

    /** TS.Recent, the TSecr of every answer; means nothing without {@link #hasTimestamps()}. */
    public int tsRecent() {
        return tsRecent;
    }

    /** True for an orphan in FIN-WAIT-2, false in TIME-WAIT. */
    public boolean isFinWait2() {
        return phase == FIN_WAIT_2;
    }

    /** True while a new connection of the same tuple is being tried. */
    public boolean isParked() {
        return phase == PARKED_BY_SYN || phase == PARKED_BY_REUSE;
    }

    /** When the wait began or was last restarted, in ns of the caller's clock. */
    public long sinceNs() {
        return sinceNs;
    }

    /**
     * How long the entry waits already, in ns; 0 for an orphan in FIN-WAIT-2, whose wait has not
     * begun.
     *
     * @param nowNs the caller's clock
     */
    public long ageNs(long nowNs) {
        return isFinWait2() ? 0 : Math.max(0, nowNs - sinceNs);
    }

    /** When the entry expires, in ns of the caller's clock. */
    public long deadlineNs() {
        return deadlineNs;
    }

    /** The path class, as an index into {@link TimeWaitPolicy#pathClasses()}. */
    public int pathClass() {
        return pathClass;
    }

    @Override
    public String toString() {
        return (isFinWait2() ? "FIN-WAIT-2 " : isParked() ? "TIME-WAIT (parked) " : "TIME-WAIT ")
                + sockets()
                + " snd.nxt "
                + (sndNxt & 0xFFFF_FFFFL)
                + " rcv.nxt "
                + (rcvNxt & 0xFFFF_FFFFL);
    }
}
