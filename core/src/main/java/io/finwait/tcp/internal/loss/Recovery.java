package io.finwait.tcp.internal.loss;

import io.finwait.spi.CongestionControl;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.LossState;
import io.finwait.tcp.internal.tcb.Rack;
import io.finwait.tcp.internal.tcb.Scoreboard;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

/**
 * What is lost and goes again, and how much may be outstanding meanwhile: fast retransmit and fast
 * recovery, by duplicate ACKs (RFC 6582) or by SACK and times (RFC 6675, RFC 8985), limited
 * transmit (RFC 3042) and the retransmission timeout (RFC 6298). It decides alone; the output asks
 * {@link #next} and sends.
 */
public final class Recovery {

    private final Context context;
    private final TailLossProbe tailLossProbe;
    private final Undo undo;
    private final MarksEcho marksEcho;

    public Recovery(Context context, TailLossProbe tailLossProbe) {
        this.context = context;
        this.tailLossProbe = tailLossProbe;
        undo = new Undo(context);
        marksEcho = new MarksEcho(context);
    }

    // What the output asks.

    /** The number from which a segment goes again now, or SND.NXT when none does. */
    public int next(Tcb tcb) {
        Snd snd = tcb.snd;
        if (snd.una == snd.nxt) {
            tcb.retransmitOwed = false;
            return snd.nxt;
        }
        if (tcb.retransmitOwed) {
            return snd.una;
        }
        return recoversBySack(tcb) ? nextLost(tcb) : snd.nxt;
    }

    /** What SACK has told to be lost, as far as the congestion window goes (RFC 6675 §5). */
    private static int nextLost(Tcb tcb) {
        Snd snd = tcb.snd;
        if (!snd.scoreboard.hasLost() || window(tcb) - pipe(snd) < snd.mss) {
            return snd.nxt;
        }
        int lost = snd.scoreboard.nextLost(snd.nxt);
        return Seq.distance(snd.una, lost) >= snd.wnd ? snd.nxt : lost;
    }

    /** Where the segment that goes again from a number must end: the peer holds what follows. */
    public static int holeEnd(Tcb tcb, int from) {
        return tcb.snd.scoreboard.holeEnd(from, tcb.snd.nxt);
    }

    /** Numbers up to, not including, {@code behind} have gone again. */
    public void sentAgain(Tcb tcb, int from, int behind) {
        Snd snd = tcb.snd;
        undo.sentAgain(tcb, behind - from);
        tcb.retransmitOwed = false;
        // A FIN that went along must not go again right behind.
        snd.cursor = Seq.max(snd.cursor, behind);
    }

    /** Octets that both windows let out from a number on; 0 or less when none. */
    public static int usableWindow(Tcb tcb, int from) {
        Snd snd = tcb.snd;
        int ahead = from - snd.una;
        boolean bySack = tcb.sackPermitted && snd.cursor == snd.nxt;
        int onItsWay = bySack ? pipe(snd) + (from - snd.cursor) : ahead;
        int window = Seq.lt(from, snd.nxt) ? window(tcb) : windowForNew(tcb);
        return Math.min(snd.wnd - ahead, window - onItsWay);
    }

    private static boolean recoversBySack(Tcb tcb) {
        return tcb.loss.recovering && tcb.sackPermitted;
    }

    private static int pipe(Snd snd) {
        return snd.scoreboard.pipe(snd.nxt);
    }

    /** {@code cwnd}, and what ACKs let out beyond it while it recovers. */
    private static int window(Tcb tcb) {
        boolean proportional = recoversBySack(tcb) && !tcb.loss.afterTimeout;
        return proportional ? tcb.loss.prrWindow : tcb.cwnd() + tcb.loss.inflation;
    }

    /**
     * The same for what was never sent. Limited transmit: the first two duplicate ACKs each let one
     * segment out, and nothing that was sent before (RFC 3042 §2). With SACK what is reported has
     * left the network and makes room by itself.
     */
    private static int windowForNew(Tcb tcb) {
        LossState loss = tcb.loss;
        return !tcb.sackPermitted
                        && !loss.recovering
                        && loss.duplicates > 0
                        && loss.duplicates < LossState.DUPLICATE_ACKS
                ? window(tcb) + loss.duplicates * tcb.snd.mss
                : window(tcb);
    }

    /** Text is about to be sent: after a pause it begins carefully. */
    public void mayHaveIdled(Tcb tcb) {
        Snd snd = tcb.snd;
        if (snd.una == snd.nxt && context.nowNs() - tcb.lastSentNs > tcb.rtt.timeoutNs()) {
            tcb.congestion.idle(context.nowNs());
        }
    }

    // What ACKs tell.

    /** An acceptable ACK is about to be taken. */
    public void ackArrives(Tcb tcb, Segment seg) {
        if (!tcb.sackPermitted) {
            return;
        }
        tcb.loss.duplicateReported = false;
        Scoreboard board = tcb.snd.scoreboard;
        board.ackArrives(context.nowNs());
        if (tcb.rcv.timestamps && seg.options().hasTimestamps()) {
            board.rack().echoes(seg.options().timestampEcho() - tcb.timestampOffset);
        }
    }

    /** Takes the blocks of any ACK; true when one reports what none has reported before. */
    public static boolean takeSack(Tcb tcb, Segment seg) {
        TcpOptions options = seg.options();
        if (!tcb.sackPermitted || options.sackBlocks() == 0) {
            return false;
        }
        if (reportsDuplicate(options, seg.ack())) {
            tcb.loss.duplicateReported = true;
            tcb.loss.duplicateEnd = options.sackRight(0);
            Snd snd = tcb.snd;
            if (snd.scoreboard.wasSentAgain(options.sackLeft(0))) {
                snd.scoreboard.rack().duplicateReported(snd.una, snd.nxt);
            }
        }
        return tcb.snd.takeSack(options);
    }

    /** The first block is about what came twice: it is acknowledged, or in the second one. */
    private static boolean reportsDuplicate(TcpOptions options, int ack) {
        int left = options.sackLeft(0);
        return Seq.lt(left, ack)
                || (options.sackBlocks() > 1
                        && Seq.geq(left, options.sackLeft(1))
                        && Seq.leq(options.sackRight(0), options.sackRight(1)));
    }

    /** Something new was acknowledged; SND.UNA has moved, and the blocks of the ACK were taken. */
    public void acknowledged(Tcb tcb, Segment seg, int octets) {
        Snd snd = tcb.snd;
        LossState loss = tcb.loss;
        boolean wasRecovering = loss.recovering;
        boolean marked = marksEcho.isIn(tcb, seg);
        tellRoundTrip(tcb);
        if (tcb.sackPermitted) {
            if (undo.isTold(tcb, seg, true)) {
                undo.take(tcb);
            }
            tailLossProbe.answered(tcb, seg, true);
        }
        loss.duplicates = 0;
        loss.keepsTimer = false;
        if (loss.recovering && !loss.afterTimeout) {
            inFastRecovery(tcb, octets);
        } else {
            CongestionControl congestion = tcb.congestion;
            loss.recovering &= Seq.lt(snd.una, loss.recover);
            loss.recover = Seq.max(loss.recover, snd.una);
            loss.afterTimeout &= tcb.cwnd() < congestion.slowStartThreshold();
            if (!marked && windowWasUsed(tcb)) {
                congestion.acknowledged(
                        countedOctets(tcb, octets),
                        snd.flight(),
                        tcb.rtt.smoothedNs(),
                        context.nowNs());
            }
        }
        if (tcb.sackPermitted) {
            if (wasRecovering && !loss.recovering) {
                snd.scoreboard.rack().recovered();
            }
            detectLost(tcb, true);
        } else if (wasRecovering && loss.recovering && snd.una != snd.nxt) {
            // A partial ACK ends at the next hole, and what stands there was sent before recovery.
            tcb.retransmitOwed = true;
        }
    }

    /** Of what the ACK acknowledges or reports; without SACK there is none. */
    private void tellRoundTrip(Tcb tcb) {
        Rack rack = tcb.snd.scoreboard.rack();
        long rttNs = rack.measuredNowNs();
        if (rttNs >= 0) {
            if (rack.reorderingSeen()) {
                tcb.congestion.overtaken();
            }
            tcb.congestion.roundTrip(rttNs, context.nowNs());
        }
    }

    /**
     * Appropriate byte counting (RFC 3465 §2). All that an ACK covers counts: receivers that
     * acknowledge a whole batch at once are the rule today. After a timeout it may cover what had
     * arrived long before. By SACK that is known; without it one segment counts.
     */
    private int countedOctets(Tcb tcb, int octets) {
        if (!tcb.loss.afterTimeout || context.profile.has(Habit.COUNTS_ALL_OCTETS)) {
            return octets;
        }
        int news = tcb.snd.scoreboard.deliveredNow();
        return Math.min(octets, tcb.sackPermitted ? Math.max(news, 1) : tcb.snd.mss);
    }

    /**
     * A window of which half or less is used says nothing of the path (RFC 7661 §4.3 lets exactly
     * half count as used; kernels do not, and neither do we).
     */
    private static boolean windowWasUsed(Tcb tcb) {
        int flight = Math.max(tcb.snd.flight(), tcb.snd.flightWhenSent);
        return flight > tcb.cwnd() / 2 || tcb.loss.afterTimeout;
    }

    /** Some was reported, or time has passed: whether something is lost by now (RFC 8985 §6.2). */
    private void detectLost(Tcb tcb, boolean moved) {
        Snd snd = tcb.snd;
        LossState loss = tcb.loss;
        Scoreboard board = snd.scoreboard;
        if (!loss.recovering && !board.mayLose() && !board.hasLost()) {
            tcb.timers.stop(Timer.REORDERING);
            return;
        }
        int pipe = board.pipe(snd.nxt);
        long next = Timers.OFF;
        if (board.mayLose()) {
            boolean impatient = loss.recovering || board.isSure(snd.mss);
            long window = board.rack().reorderingWindowNs(impatient, tcb.rtt.smoothedNs());
            next = board.detectLost(context.nowNs(), window);
        }
        tcb.timers.startAt(Timer.REORDERING, next);
        if (board.hasLost() && !loss.recovering) {
            beginRecovery(tcb);
        }
        if (loss.recovering && !loss.afterTimeout) {
            ProportionalRate.update(tcb, moved && board.pipe(snd.nxt) == pipe);
        }
    }

    /** What may only have been overtaken has had its time. */
    public void overtakenForTooLong(Tcb tcb) {
        tcb.snd.scoreboard.ackArrives(context.nowNs());
        detectLost(tcb, false);
        context.wantsOutput(tcb);
    }

    private void beginRecovery(Tcb tcb) {
        Snd snd = tcb.snd;
        LossState loss = tcb.loss;
        boolean answered = MarksEcho.answers(tcb);
        loss.recovering = true;
        loss.partlyRecovered = false;
        loss.recover = snd.nxt;
        if (answered) {
            loss.undoOpen = false;
        } else {
            Undo.begin(tcb);
            tcb.congestion.lost(tcb.flightSize(), context.nowNs());
            MarksEcho.reduced(tcb);
        }
        ProportionalRate.begin(tcb);
        loss.inflation = tcb.sackPermitted ? 0 : LossState.DUPLICATE_ACKS * snd.mss;
        tcb.againBecause = Retransmission.FAST;
        tcb.retransmitOwed = !tcb.sackPermitted || snd.scoreboard.nextLost(snd.nxt) == snd.una;
    }

    /** An ACK that acknowledges nothing new may still tell that what went again was not lost. */
    public void takeDuplicates(Tcb tcb, Segment seg) {
        if (!tcb.sackPermitted) {
            return;
        }
        tailLossProbe.answered(tcb, seg, false);
        if (undo.isTold(tcb, seg, false)) {
            undo.take(tcb);
            context.wantsOutput(tcb);
        }
    }

    private void inFastRecovery(Tcb tcb, int octets) {
        Snd snd = tcb.snd;
        LossState loss = tcb.loss;
        if (Seq.geq(snd.una, loss.recover)) {
            loss.recovering = false;
            loss.inflation = 0;
            int flight = tcb.sackPermitted ? tcb.flightSize() : snd.flight();
            tcb.congestion.recovered(flight, context.nowNs());
        } else if (!tcb.sackPermitted) {
            // A partial ACK: the next hole is sent again, the window deflates by what left.
            int cwnd = tcb.cwnd();
            int deflated = cwnd + loss.inflation - octets + snd.mss;
            loss.inflation = Math.max(deflated, snd.mss) - cwnd;
            loss.keepsTimer = loss.partlyRecovered;
            loss.partlyRecovered = true;
        }
    }

    /**
     * A duplicate ACK, which one that moves SND.UNA is as well when it reports more (RFC 6675 §2
     * and §5). Without SACK three of them tell that SND.UNA is lost; with SACK times tell it,
     * except where the peer reports nothing although it agreed to.
     */
    public void duplicate(Tcb tcb, boolean reportsMore) {
        Snd snd = tcb.snd;
        if (snd.una == snd.nxt || snd.wnd == 0) {
            return;
        }
        LossState loss = tcb.loss;
        if (tcb.sackPermitted) {
            if (reportsMore) {
                tellRoundTrip(tcb);
            } else {
                loss.duplicates++;
            }
            if (loss.duplicates >= LossState.DUPLICATE_ACKS && snd.scoreboard.isEmpty()) {
                snd.scoreboard.declareLost(snd.una + Math.min(snd.mss, snd.flight()));
            }
            detectLost(tcb, false);
        } else if (!tcb.retransmitOwed) {
            loss.duplicates++;
            if (loss.recovering) {
                int most = Tcb.LARGEST_WINDOW - tcb.cwnd();
                loss.inflation = Math.min(loss.inflation + snd.mss, most);
            } else if (loss.duplicates >= LossState.DUPLICATE_ACKS
                    && Seq.geq(snd.una, loss.recover)) {
                beginRecovery(tcb);
            }
        }
        context.wantsOutput(tcb);
    }

    // Timers (RFC 6298 §5).

    /** The retransmission timer has fired: everything from SND.UNA on is lost. */
    public void timedOut(Tcb tcb) {
        Snd snd = tcb.snd;
        LossState loss = tcb.loss;
        boolean answered = MarksEcho.answers(tcb);
        boolean again = tcb.retransmissions > 1 || answered;
        if (!again) {
            Undo.begin(tcb);
        }
        loss.undoOpen &= !answered;
        tcb.congestion.timedOut(tcb.flightSize(), again, context.nowNs());
        MarksEcho.reduced(tcb);
        loss.afterTimeout = true;
        loss.duplicates = 0;
        loss.inflation = 0;
        loss.recovering = tcb.sackPermitted;
        loss.recover = snd.nxt;
        tcb.rtt.backOff();
        tcb.againBecause = Retransmission.TIMEOUT;
        // It goes again as far as the congestion window opens; with SACK without what the peer
        // holds.
        tcb.retransmitOwed = true;
        if (tcb.sackPermitted) {
            snd.scoreboard.timeout(snd.nxt);
            tcb.timers.stop(Timer.REORDERING);
        } else {
            snd.cursor = snd.una + Math.min(snd.mss, snd.flight());
        }
        startTimer(tcb);
    }

    /** Starts the retransmission timer, or moves it. */
    public void startTimer(Tcb tcb) {
        tcb.timers.start(Timer.RETRANSMISSION, tcb.rtt.timeoutNs());
    }

    /** Something new was acknowledged: the timer waits for what is still outstanding. */
    public void progress(Tcb tcb) {
        if (tcb.snd.una == tcb.snd.nxt) {
            tcb.timers.stop(Timer.RETRANSMISSION);
        } else if (!tcb.loss.keepsTimer) {
            startTimer(tcb);
        }
        tailLossProbe.progress(tcb);
    }

    /** The peer's window is open again: what was outstanding goes out again at once. */
    public void windowOpened(Tcb tcb) {
        tcb.probesUnanswered = 0;
        tcb.timers.stop(Timer.WINDOW_PROBE);
        tcb.rtt.endProbing();
        if (tcb.snd.una != tcb.snd.nxt) {
            tcb.againBecause = Retransmission.WINDOW_OPENED;
            tcb.retransmitOwed = true;
            startTimer(tcb);
        }
        context.wantsOutput(tcb);
    }
}
