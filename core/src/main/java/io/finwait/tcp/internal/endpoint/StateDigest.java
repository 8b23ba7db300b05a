package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.State;
import io.finwait.tcp.internal.tcb.LossState;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitVisitor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.LongConsumer;

/**
 * Everything in an endpoint that decides what happens next, in canonical form: sequence numbers
 * relative to the initial ones, deadlines relative to now. Two endpoints with equal digests behave
 * alike from here on, provided that
 *
 * <ul>
 *   <li>their retransmission timeouts are constant (the smallest equals the largest),
 *   <li>their windows are either closed or so wide that their exact size does not matter,
 *   <li>the TIME-WAIT table does not limit its answers (answer interval 0), no wait is restarted so
 *       often that it reaches its cap, and none lasts for the 24 days after which a timestamp is
 *       outdated.
 *   <li>There are fewer orphans than their caps allow.
 * </ul>
 */
public final class StateDigest {

    private StateDigest() {}

    /**
     * Passes the state of all connections to a consumer, word by word, always in the same order.
     *
     * @param iss what the numbers of an entry of the TIME-WAIT table are counted from, since it
     *     does not know its initial ones: ISS of this end
     * @param irs the same for the peer's numbers
     */
    public static void of(TcpEndpoint endpoint, int iss, int irs, LongConsumer to) {
        Tcb[] tcbs = endpoint.context.tcbs.snapshot();
        Arrays.sort(
                tcbs,
                Comparator.<Tcb>comparingInt(tcb -> tcb.localPort)
                        .thenComparingInt(tcb -> tcb.remotePort));
        to.accept(tcbs.length);
        for (Tcb tcb : tcbs) {
            tcb(endpoint, tcb, to);
        }
        to.accept(endpoint.timeWaits.table().size());
        TimeWaitVisitor visitor = entry -> entry(endpoint, entry, iss, irs, to);
        long cursor = 0;
        while (cursor >= 0) {
            cursor = endpoint.timeWaits.table().list(cursor, 16, visitor);
        }
    }

    /**
     * Passes the state of all listeners to a consumer. They decide nothing once no SYN can come,
     * so {@link #of} leaves them out.
     */
    public static void listeners(TcpEndpoint endpoint, LongConsumer to) {
        endpoint.forEachListener(listener -> ((TcpListener) listener).digest(to));
        endpoint.catchAll.digest(endpoint.nowNs(), to);
    }

    private static void tcb(TcpEndpoint endpoint, Tcb tcb, LongConsumer to) {
        Snd snd = tcb.snd;
        Rcv rcv = tcb.rcv;
        to.accept(tcb.state.ordinal());
        to.accept(snd.una - snd.iss);
        to.accept(snd.nxt - snd.iss);
        to.accept(snd.cursor - snd.iss);
        to.accept(snd.lastBegin - snd.iss);
        to.accept(snd.mss);
        to.accept(tcb.pathMtu);
        to.accept(tcb.pathMtu == 0 ? 0 : tcb.pathMtuUntilNs - endpoint.nowNs());
        snd.scoreboard.digest(snd.iss, endpoint.nowNs(), to);
        to.accept(tcb.tailProbed ? tcb.tailProbeEnd - snd.iss : -1);
        to.accept(Math.min(snd.wnd, 2));
        to.accept(Math.min(rcv.wnd(), 2));
        to.accept(snd.buffer.length());
        to.accept(rcv.nxt - rcv.irs);
        to.accept(rcv.buffer.readable());
        rcv.reassembly.digest(rcv.irs, tcb.sackPermitted, to);
        boolean duplicate = tcb.sackPermitted && rcv.hasDuplicate();
        to.accept(duplicate ? rcv.duplicateLeft - rcv.irs : -1);
        to.accept(duplicate ? rcv.duplicateRight - rcv.irs : -1);
        to.accept(rcv.finHeld ? rcv.finSeq - rcv.irs : -1);
        to.accept(
                bits(
                        snd.finQueued,
                        tcb.orphan,
                        tcb.closeDeferred,
                        tcb.synOwed,
                        tcb.retransmitOwed,
                        tcb.probeOwed,
                        tcb.tailProbeOwed,
                        tcb.tailProbed,
                        tcb.passive && tcb.state == State.SYN_RECEIVED,
                        tcb.overTimeWait,
                        tcb.acceptDeferred,
                        tcb.sackPermitted && tcb.rtt.backoff() > 0,
                        tcb.loss.recovering,
                        tcb.loss.recovering && tcb.loss.partlyRecovered));
        to.accept(tcb.acksOwed);
        to.accept(tcb.retransmissions);
        to.accept(Math.min(tcb.probes, endpoint.context.config.closePolicy().orphanRetries() + 1));
        to.accept(tcb.probesUnanswered);
        to.accept(tcb.loss.duplicates);
        long wait = endpoint.input.challengeWaitNs(tcb);
        to.accept(tcb.challenged ? Math.min(endpoint.nowNs() - tcb.lastChallengeNs, wait) : wait);
        to.accept(wait == 0 ? 0 : tcb.challengesInVain);
        for (Timer timer : Timer.values()) {
            to.accept(
                    tcb.timers.isRunning(timer)
                            ? tcb.timers.deadline(timer) - endpoint.nowNs()
                            : Timers.OFF);
        }
        recovery(tcb, endpoint, to);
        windows(tcb, endpoint.nowNs(), to);
        acknowledgments(tcb, to);
        user(tcb, endpoint.nowNs(), to);
    }

    /**
     * The state of loss recovery; round trips matter only for the tail loss probe, which needs
     * SACK.
     */
    private static void recovery(Tcb tcb, TcpEndpoint endpoint, LongConsumer to) {
        Snd snd = tcb.snd;
        long nowNs = endpoint.nowNs();
        to.accept(tcb.loss.recover - snd.iss);
        to.accept(
                bits(
                        tcb.loss.keepsTimer,
                        tcb.loss.recovering && tcb.loss.afterTimeout,
                        tcb.tailProbed && tcb.loss.tailProbedFlight > 0));
        to.accept(bits(tcb.ecn, tcb.ecnCapable, tcb.ecnEcho, tcb.cwrOwed, tcb.reducedLately));
        to.accept(tcb.reducedLately ? tcb.loss.reducedTo - snd.iss : -1);
        undo(tcb.loss, snd.iss, endpoint.context.timestamp(tcb), to);
        boolean measures = tcb.sackPermitted || tcb.rcv.timestamps;
        boolean times = measures && (tcb.timing || tcb.rcv.timestamps);
        to.accept(times ? tcb.timedSeq - snd.iss : -1);
        to.accept(measures && tcb.timing ? nowNs - tcb.timedAtNs : -1);
        to.accept(measures && tcb.rtt.hasMeasured() ? tcb.rtt.smoothedNs() : -1);
    }

    /** An own timestamp is told relative to that of now, as deadlines are. */
    private static void undo(LossState loss, int iss, int timestamp, LongConsumer to) {
        to.accept(bits(loss.undoOpen, loss.undoStamped));
        to.accept(loss.undoOpen ? loss.undoFrom - iss : -1);
        to.accept(loss.undoOpen ? loss.undoTo - iss : -1);
        to.accept(loss.undoOpen ? loss.undoOctets : -1);
        to.accept(loss.undoOpen && loss.undoStamped ? timestamp - loss.undoStamp : -1);
    }

    /** SND.WL1 and SND.WL2, and what timestamps of arriving segments are compared with. */
    private static void windows(Tcb tcb, long nowNs, LongConsumer to) {
        Rcv rcv = tcb.rcv;
        boolean open = tcb.state.isSynchronized();
        to.accept(open ? tcb.snd.wl1 - rcv.irs : -1);
        to.accept(open ? tcb.snd.wl2 - tcb.snd.iss : -1);
        to.accept(Math.max(0, rcv.toldBeyondEdge()));
        to.accept(rcv.timestamps ? rcv.tsRecent : -1);
        to.accept(rcv.timestamps ? nowNs - rcv.tsRecentAtNs : -1);
        to.accept(rcv.timestamps ? rcv.lastAckSent - rcv.irs : -1);
    }

    private static void acknowledgments(Tcb tcb, LongConsumer to) {
        to.accept(tcb.octetsUnacknowledged);
        to.accept(tcb.quickAcksLeft);
        to.accept(tcb.rcv.peerSegment);
        to.accept(bits(tcb.acknowledgedInBatch, tcb.sendSmall, tcb.ready, tcb.keepaliveOwed));
    }

    /** What the user has asked for. */
    private static void user(Tcb tcb, long nowNs, LongConsumer to) {
        TcpConnection handle = (TcpConnection) tcb.connection;
        to.accept(
                bits(
                        handle == null,
                        handle != null && handle.draining,
                        handle != null && handle.givenUp,
                        tcb.listener != null,
                        tcb.countedAsHandshake,
                        tcb.recordRefused,
                        tcb.opensWithNextCycle,
                        tcb.resetOwed,
                        tcb.nagle,
                        tcb.snd.wasFull,
                        tcb.softError != null,
                        tcb.ecnAsked,
                        tcb.ecnGivenUp));
        to.accept(handle == null ? 0 : handle.untold());
        to.accept(tcb.resetOwed ? tcb.resetSeq - tcb.snd.iss : -1);
        to.accept(tcb.isOpening() ? nowNs - tcb.openedAtNs : -1);
        to.accept(tcb.acceptDeferred ? nowNs - tcb.synReceivedAtNs : -1);
        to.accept(tcb.lingerNs);
        to.accept(tcb.userTimeoutNs);
        to.accept(tcb.keepaliveIdleNs);
        if (tcb.keepaliveIdleNs > 0) {
            to.accept(tcb.keepaliveIntervalNs);
            to.accept(tcb.keepaliveProbes);
            to.accept(tcb.keepalivesUnanswered);
            to.accept(nowNs - tcb.lastHeardNs);
        }
    }

    private static long bits(boolean... facts) {
        long all = 0;
        for (boolean fact : facts) {
            all = all << 1 | (fact ? 1 : 0);
        }
        return all;
    }

    /** An entry of the TIME-WAIT table, or an orphan's record in it. */
    static void entry(
            TcpEndpoint endpoint, TimeWaitEntry entry, int iss, int irs, LongConsumer to) {
        to.accept((entry.isFinWait2() ? State.FIN_WAIT_2 : State.TIME_WAIT).ordinal());
        to.accept(entry.isFinWait2() ? endpoint.finWait2.received(entry) : 0);
        to.accept(entry.isParked() ? 1 : 0);
        to.accept(entry.deadlineNs() - endpoint.nowNs());
        to.accept(entry.sndNxt() - iss);
        to.accept(entry.rcvNxt() - irs);
        to.accept(Math.min(entry.rcvWnd(), 2));
        to.accept(entry.hasTimestamps() ? entry.tsRecent() : -1);
    }

    /** True when a timer runs that would send something again. */
    public static boolean isRetransmissionTimerRunning(TcpEndpoint endpoint) {
        for (Tcb tcb : endpoint.context.tcbs.snapshot()) {
            if (tcb.timers.isRunning(Timer.RETRANSMISSION)
                    || tcb.timers.isRunning(Timer.TAIL_LOSS_PROBE)
                    || tcb.timers.isRunning(Timer.WINDOW_PROBE)) {
                return true;
            }
        }
        return false;
    }
}
