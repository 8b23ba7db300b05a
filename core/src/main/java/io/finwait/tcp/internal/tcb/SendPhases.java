package io.finwait.tcp.internal.tcb;

import io.finwait.wire.Seq;

/**
 * For how long a connection had something to send or on its way, and what held it up meanwhile.
 * These are statistics: nothing depends on them. The phases are those that Linux tells of as busy,
 * rwnd_limited and sndbuf_limited.
 */
public final class SendPhases {

    private enum Phase {
        /** Everything is acknowledged, and nothing waits. */
        IDLE,
        /** Nothing but the path, {@code cwnd} or the pace holds it up. */
        BUSY,
        /** Text waits for the peer's window, which is smaller than {@code cwnd}. */
        WINDOW,
        /** All is sent, the windows have room, and the user could not queue more. */
        BUFFER
    }

    private Phase phase = Phase.IDLE;
    private long sinceNs;
    private long busyNs;
    private long windowNs;
    private long bufferNs;

    void reset() {
        phase = Phase.IDLE;
        busyNs = 0;
        windowNs = 0;
        bufferNs = 0;
    }

    /** Looks at a connection after everything that may have begun another phase. */
    public void note(Tcb tcb, long nowNs) {
        Phase now = of(tcb);
        if (now != phase) {
            busyNs = busyNs(nowNs);
            windowNs = windowNs(nowNs);
            bufferNs = bufferNs(nowNs);
            phase = now;
            sinceNs = nowNs;
        }
    }

    private static Phase of(Tcb tcb) {
        Snd snd = tcb.snd;
        if (Seq.lt(snd.cursor, snd.textEnd)) {
            int ahead = snd.cursor - snd.una;
            int room = snd.wnd - ahead;
            boolean tooSmall = room < Math.min(snd.mss, snd.textEnd - snd.cursor);
            return tooSmall && snd.wnd <= tcb.cwnd() ? Phase.WINDOW : Phase.BUSY;
        }
        if (snd.una == snd.nxt && !snd.hasUnsent()) {
            return Phase.IDLE;
        }
        boolean room = snd.wasFull && snd.flight() + snd.mss <= Math.min(snd.wnd, tcb.cwnd());
        return room ? Phase.BUFFER : Phase.BUSY;
    }

    /** How long something was on its way or waited, in nanoseconds; the other two included. */
    public long busyNs(long nowNs) {
        return phase == Phase.IDLE ? busyNs : busyNs + nowNs - sinceNs;
    }

    /** How long the peer's window held it up, in nanoseconds. */
    public long windowNs(long nowNs) {
        return phase == Phase.WINDOW ? windowNs + nowNs - sinceNs : windowNs;
    }

    /** How long the send buffer held the user up, in nanoseconds. */
    public long bufferNs(long nowNs) {
        return phase == Phase.BUFFER ? bufferNs + nowNs - sinceNs : bufferNs;
    }
}
