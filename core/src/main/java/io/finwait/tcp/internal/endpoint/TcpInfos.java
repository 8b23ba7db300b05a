package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.TcpInfo.Receiving;
import io.finwait.tcp.TcpInfo.RoundTrip;
import io.finwait.tcp.TcpInfo.Sending;
import io.finwait.tcp.TcpInfo.TimerKind;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Scoreboard;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

/** Takes snapshots of connections; see {@link TcpInfo}. */
final class TcpInfos {

    private static final RoundTrip NO_ROUND_TRIP = new RoundTrip(0, 0, 0, 0);
    private static final TcpInfo.Timer NO_TIMER = new TcpInfo.Timer(TimerKind.OFF, 0, 0, 0);

    private TcpInfos() {}

    static TcpInfo of(Tcb tcb, long nowNs) {
        return new TcpInfo(
                tcb.localAddress(),
                tcb.localPort,
                tcb.remoteAddress(),
                tcb.remotePort,
                tcb.state,
                timer(tcb, nowNs),
                new RoundTrip(
                        tcb.rtt.smoothedNs(),
                        tcb.rtt.variationNs(),
                        tcb.rtt.timeoutNs(),
                        tcb.rtt.doublings()),
                sending(tcb, nowNs),
                receiving(tcb, nowNs));
    }

    /** Describes an entry of the TIME-WAIT table. */
    static TcpInfo of(TimeWaitEntry entry, long nowNs) {
        return ended(
                new IpAddress(entry.localHigh, entry.localLow),
                entry.localPort(),
                new IpAddress(entry.remoteHigh, entry.remoteLow),
                entry.remotePort(),
                entry.isFinWait2() ? State.FIN_WAIT_2 : State.TIME_WAIT,
                timer(entry, nowNs),
                Totals.NONE,
                0);
    }

    /** Describes a connection that has ended. */
    static TcpInfo ended(
            IpAddress localAddress,
            int localPort,
            IpAddress remoteAddress,
            int remotePort,
            State state,
            TcpInfo.Timer timer,
            Totals totals,
            long unread) {
        return new TcpInfo(
                localAddress,
                localPort,
                remoteAddress,
                remotePort,
                state,
                timer == null ? NO_TIMER : timer,
                NO_ROUND_TRIP,
                new Sending(
                        0,
                        0,
                        Sending.UNLIMITED,
                        0,
                        0,
                        totals.sent,
                        totals.acknowledged,
                        0,
                        0,
                        0,
                        totals.again,
                        totals.segmentsAgain,
                        Scoreboard.DUPLICATE_ACKS,
                        0,
                        0,
                        0,
                        0,
                        0),
                new Receiving(totals.received, unread, 0, 0, 0, 0, false, false, 0, 0));
    }

    static TcpInfo.Timer timer(TimeWaitEntry entry, long nowNs) {
        TimerKind kind = entry.isFinWait2() ? TimerKind.FIN_WAIT_2 : TimerKind.TIME_WAIT;
        return new TcpInfo.Timer(kind, Math.max(0, entry.deadlineNs() - nowNs), 0, 0);
    }

    /**
     * The timer to show, by the precedence of the Linux kernel: the retransmission timer before all
     * others.
     */
    private static TcpInfo.Timer timer(Tcb tcb, long nowNs) {
        Timers timers = tcb.timers;
        if (timers.isRunning(Timer.TAIL_LOSS_PROBE)) {
            return timer(tcb, TimerKind.RETRANSMISSION, Timer.TAIL_LOSS_PROBE, nowNs);
        } else if (timers.isRunning(Timer.RETRANSMISSION)) {
            return timer(tcb, TimerKind.RETRANSMISSION, Timer.RETRANSMISSION, nowNs);
        } else if (timers.isRunning(Timer.WINDOW_PROBE)) {
            return timer(tcb, TimerKind.WINDOW_PROBE, Timer.WINDOW_PROBE, nowNs);
        } else if (timers.isRunning(Timer.FIN_WAIT_2)) {
            return timer(tcb, TimerKind.FIN_WAIT_2, Timer.FIN_WAIT_2, nowNs);
        } else if (timers.isRunning(Timer.KEEPALIVE)) {
            return timer(tcb, TimerKind.KEEPALIVE, Timer.KEEPALIVE, nowNs);
        }
        return NO_TIMER;
    }

    private static TcpInfo.Timer timer(Tcb tcb, TimerKind kind, Timer timer, long nowNs) {
        return new TcpInfo.Timer(
                kind,
                Math.max(0, tcb.timers.deadline(timer) - nowNs),
                tcb.retransmissions,
                Math.max(tcb.probesUnanswered, tcb.keepalivesUnanswered));
    }

    private static Sending sending(Tcb tcb, long nowNs) {
        Snd snd = tcb.snd;
        // Before the peer's SYN these values are left over from the TCB's previous connection.
        boolean agreed = tcb.state != State.SYN_SENT;
        int threshold = agreed ? tcb.congestion.slowStartThreshold() : Integer.MAX_VALUE;
        return new Sending(
                agreed ? snd.mss : 0,
                agreed ? tcb.cwnd() : 0,
                threshold == Integer.MAX_VALUE ? Sending.UNLIMITED : threshold,
                snd.wnd,
                snd.windowScale,
                snd.acknowledgedText() + snd.unacknowledgedText(),
                snd.acknowledgedText(),
                snd.unacknowledgedText(),
                snd.scoreboard.heldOctets(),
                snd.unsentText(),
                snd.octetsAgain,
                snd.segmentsAgain,
                Scoreboard.DUPLICATE_ACKS,
                snd.capacity,
                Math.max(0, nowNs - (tcb.state.isSynchronized() ? tcb.lastSentNs : tcb.openedAtNs)),
                snd.phases.busyNs(nowNs),
                snd.phases.windowNs(nowNs),
                snd.phases.bufferNs(nowNs));
    }

    private static Receiving receiving(Tcb tcb, long nowNs) {
        Rcv rcv = tcb.rcv;
        return new Receiving(
                rcv.received,
                tcb.unread(),
                rcv.reassembly.octets(),
                rcv.wnd(),
                rcv.windowScale,
                rcv.capacity,
                rcv.timestamps,
                tcb.sackPermitted,
                Math.max(0, nowNs - tcb.lastHeardNs),
                tcb.state.isSynchronized() ? Math.max(0, nowNs - rcv.lastTextNs) : 0);
    }

    /** What outlives a TCB: its pair of sockets and its totals. */
    static final class Totals extends FourTuple {

        static final Totals NONE = new Totals();

        private long sent;
        private long acknowledged;
        private long again;
        private int segmentsAgain;
        private long received;

        /** Takes the totals of a TCB that is about to end. */
        void take(Tcb tcb) {
            set(tcb);
            acknowledged = tcb.snd.acknowledgedText();
            sent = acknowledged + tcb.snd.unacknowledgedText();
            again = tcb.snd.octetsAgain;
            segmentsAgain = tcb.snd.segmentsAgain;
            received = tcb.rcv.received;
        }

        /** For a TCB whose counts must not be read: they are told as 0. */
        void takeSocketsOnly(FourTuple sockets) {
            set(sockets);
            acknowledged = 0;
            sent = 0;
            again = 0;
            segmentsAgain = 0;
            received = 0;
        }
    }
}
