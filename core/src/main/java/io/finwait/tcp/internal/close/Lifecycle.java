package io.finwait.tcp.internal.close;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.Keepalive;
import io.finwait.tcp.internal.output.SegmentOutput;
import io.finwait.tcp.internal.output.SegmentSender;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.EndKind;
import io.finwait.tcp.internal.tcb.Events;
import io.finwait.tcp.internal.tcb.Handle;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

import java.util.ArrayDeque;

/**
 * The states of a TCB: this class alone writes the state, performs the actions on entering one, and
 * ends connections.
 */
public final class Lifecycle {

    private final Context context;
    private final SegmentOutput output;
    private final SegmentSender sender;
    private final TimeWaits timeWaits;

    /** TCBs that a user's call has ended between two duty cycles and whose RST is not yet sent. */
    private final ArrayDeque<Tcb> owingResets = new ArrayDeque<>();

    /** Begins with no RST owed. */
    public Lifecycle(
            Context context, SegmentOutput output, SegmentSender sender, TimeWaits timeWaits) {
        this.context = context;
        this.output = output;
        this.sender = sender;
        this.timeWaits = timeWaits;
    }

    /** Moves a TCB by a transition of {@link State#on}. No other method writes the state. */
    private void move(Tcb tcb, Trigger trigger) {
        State from = tcb.state;
        State to = from.on(trigger);
        if (to == null) {
            throw new AssertionError(trigger + " can't happen in " + from + ": " + tcb);
        }
        tcb.state = to;
        if (tcb.connection != null) {
            tcb.connection.entered(to, context.clock.lastNs());
        }
        context.watch.moved(tcb, from, trigger, to);
    }

    public void activeOpen(Tcb tcb) {
        tcb.state = State.CLOSED;
        move(tcb, Trigger.ACTIVE_OPEN);
    }

    /** A SYN has reached a listener: a new TCB makes its first transition, from LISTEN. */
    public void childOfListener(Tcb tcb) {
        tcb.state = State.LISTEN;
        move(tcb, Trigger.SYN);
        tcb.synReceivedAtNs = context.nowNs();
    }

    /** A SYN reopens a pair of sockets from TIME-WAIT (RFC 6191). */
    public void childOfTimeWait(Tcb tcb) {
        tcb.state = State.TIME_WAIT;
        move(tcb, Trigger.SYN);
        tcb.synReceivedAtNs = context.nowNs();
    }

    /** Both ends have sent a SYN at the same time. */
    public void simultaneousOpen(Tcb tcb) {
        move(tcb, Trigger.SYN);
    }

    /** The handshake is complete, by trigger SYN_ACK or ACK_OF_SYN. */
    public void established(Tcb tcb, Trigger trigger) {
        if (tcb.connection == null) {
            tcb.listener.open(tcb);
            tcb.connection.entered(State.SYN_RECEIVED, tcb.synReceivedAtNs);
        }
        move(tcb, trigger);
        timeWaits.established(tcb);
        tcb.retransmissions = 0;
        tcb.timers.stop(Timer.RETRANSMISSION);
        tcb.lastHeardNs = context.nowNs();
        tcb.lastSentNs = context.nowNs();
        tcb.rcv.lastTextNs = context.nowNs();
        tcb.pacedToNs = context.nowNs();
        Keepalive.restart(context, tcb);
        context.watch.opened(tcb);
        if (tcb.passive) {
            context.counters.add(Counter.PASSIVE_OPENS);
            tcb.listener.established(tcb);
        } else {
            tcb.connection.tell(Events.ESTABLISHED);
        }
        if (tcb.closeDeferred && tcb.state == State.ESTABLISHED) {
            tcb.closeDeferred = false;
            closeOutput(tcb);
        }
    }

    /**
     * The user has no more to send: queues a FIN after the last octet. The state changes now; the
     * FIN is sent when the windows allow (T-12).
     */
    void closeOutput(Tcb tcb) {
        tcb.snd.finIsQueued();
        move(tcb, Trigger.CLOSE);
        if (tcb.connection != null) {
            tcb.connection.closedHere();
        }
        context.wantsOutput(tcb);
    }

    /** The peer's FIN has arrived in order. */
    public void finReceived(Tcb tcb) {
        if (tcb.connection != null) {
            tcb.connection.closedThere();
        }
        move(tcb, Trigger.FIN);
        tcb.rcv.reassembly.clear();
        tcb.rcv.buffer.dropUnreadable();
        if (tcb.state == State.TIME_WAIT) {
            enterTimeWait(tcb);
        } else if (tcb.connection != null) {
            tcb.connection.tell(Events.PEER_CLOSED | Events.READABLE);
        }
    }

    /** Our FIN was acknowledged. */
    public void finAcknowledged(Tcb tcb) {
        move(tcb, Trigger.ACK_OF_FIN);
        tcb.timers.stop(Timer.LINGER);
        tcb.timers.stop(Timer.ORPHAN);
        if (tcb.connection != null) {
            tcb.connection.tell(Events.CLOSE_ACKNOWLEDGED);
        }
        switch (tcb.state) {
            case FIN_WAIT_2 -> {
                if (tcb.orphan) {
                    orphanInFinWait2(tcb);
                }
            }
            case TIME_WAIT -> enterTimeWait(tcb);
            case CLOSED -> {
                acknowledgeBeforeItGoes(tcb);
                gone(tcb, EndKind.ORDERLY, 0);
            }
            default -> throw new AssertionError("ACK of FIN led to " + tcb);
        }
    }

    /** Starts the wait for the peer's FIN; only for an orphan whose FIN is acknowledged (T-21). */
    void orphanInFinWait2(Tcb tcb) {
        long timeout = context.config.closePolicy().finWait2TimeoutNs();
        if (timeout > 0) {
            tcb.timers.start(Timer.FIN_WAIT_2, timeout);
        }
        context.timersChanged(tcb);
    }

    /**
     * A record of the TIME-WAIT table has replaced an orphan in FIN-WAIT-2 ({@link
     * FinWait2Records}): ends the TCB but not the handle.
     */
    void shrunk(Tcb tcb) {
        tcb.timers.stopAll();
        context.forget(tcb);
        tcb.connection.shrunk(tcb);
        tcb.snd.clear();
        context.bufferGrowth.gone(tcb);
        context.tcbPool.give(tcb);
    }

    /** The connection becomes an entry of the TIME-WAIT table; the ACK of the FIN is sent first. */
    private void enterTimeWait(Tcb tcb) {
        tcb.timers.stopAll();
        acknowledgeBeforeItGoes(tcb);
        timeWaits.enter(tcb);
        gone(tcb, EndKind.ORDERLY, 0);
    }

    /** Sends the ACK of the peer's FIN, since after this the TCB sends nothing. */
    private void acknowledgeBeforeItGoes(Tcb tcb) {
        if (tcb.acksOwed > 0) {
            output.acknowledgeAtOnce(tcb);
        }
    }

    /** An acceptable RST arrived. */
    public void resetByPeer(Tcb tcb) {
        context.watch.resetReceived(tcb);
        boolean connecting = tcb.state == State.SYN_SENT || tcb.state == State.SYN_RECEIVED;
        move(tcb, Trigger.RESET);
        gone(tcb, connecting ? EndKind.REFUSED : EndKind.RESET_BY_PEER, 0);
    }

    /** An ICMP error says that the peer of an active open is unreachable (requirement F06). */
    public void refused(Tcb tcb) {
        if (tcb.connection == null) {
            forget(tcb);
            return;
        }
        move(tcb, Trigger.ABORT);
        gone(tcb, EndKind.REFUSED, 0);
    }

    /** Drops a passive handshake without an answer, after an RST or an unacceptable new SYN. */
    public void forget(Tcb tcb) {
        move(tcb, timeWaits.isParkedFor(tcb) ? Trigger.OLD_DUPLICATE : Trigger.FORGET);
        gone(tcb, EndKind.REFUSED, 0);
    }

    /** ABORT: ends the connection with RST (requirements A28, A30). */
    public void abort(Tcb tcb, AbortCause cause) {
        if (tcb.state != State.SYN_SENT) {
            if (context.clock.isRunning()) {
                sender.sendReset(tcb);
            } else {
                tcb.resetOwed = true;
                tcb.resetSeq = SegmentSender.resetSequence(tcb);
                owingResets.addLast(tcb);
            }
        }
        abortSilently(tcb, cause);
    }

    public boolean owesNoReset() {
        return owingResets.isEmpty();
    }

    /**
     * Sends the RSTs of aborts between two duty cycles, before everything else; returns how many.
     */
    public int sendOwedResets() {
        int sent = 0;
        Tcb tcb;
        while ((tcb = owingResets.pollFirst()) != null) {
            tcb.resetOwed = false;
            try {
                sender.sendReset(tcb, tcb.resetSeq);
            } catch (Throwable failure) {
                context.failures.report(
                        "dropped because of an internal error:", "the RST of an abort", failure);
                sender.abandonQuietly();
            }
            if (!tcb.ready) {
                context.tcbPool.leave(tcb);
            }
            sent++;
        }
        return sent;
    }

    /**
     * Ends the connection like ABORT but without RST; a RST, if needed, was sent in answer to a
     * segment.
     */
    public void abortSilently(Tcb tcb, AbortCause cause) {
        switch (cause) {
            case UNREAD_DATA -> context.counters.add(Counter.ABORTS_UNREAD_DATA);
            case DATA_AFTER_CLOSE -> context.counters.add(Counter.ABORTS_DATA_AFTER_CLOSE);
            case LINGER_ZERO -> context.counters.add(Counter.ABORTS_LINGER);
            case TOO_MANY_ORPHANS -> context.counters.add(Counter.ABORTS_TOO_MANY_ORPHANS);
            case USER,
                    LISTENER_CLOSED,
                    NO_FIN_WAIT_2,
                    ENDPOINT_CLOSED,
                    OBSERVER_FAILED,
                    INTERNAL_ERROR -> {}
        }
        move(tcb, Trigger.ABORT);
        gone(tcb, EndKind.ABORTED, cause.ordinal());
    }

    /** Ends a connection after an internal error ({@code Containment}). */
    public void failed(Tcb tcb) {
        switch (tcb.state) {
            case SYN_SENT,
                    SYN_RECEIVED,
                    ESTABLISHED,
                    FIN_WAIT_1,
                    FIN_WAIT_2,
                    CLOSE_WAIT,
                    CLOSING,
                    LAST_ACK -> {
                if (tcb.connection == null) {
                    forget(tcb);
                } else {
                    abortSilently(tcb, AbortCause.INTERNAL_ERROR);
                }
            }
            // The error came while the TCB was being removed: some tables may still hold it.
            case CLOSED, LISTEN, TIME_WAIT -> cutOff(tcb);
        }
    }

    /**
     * Ending this connection has failed too: removes the TCB from every table that still holds it;
     * it is not reused. Steps that may throw come last.
     */
    public void cutOff(Tcb tcb) {
        context.watch.cutOff(tcb.state);
        tcb.state = State.CLOSED;
        tcb.timers.stopAll();
        tcb.resetOwed = false;
        owingResets.remove(tcb);
        context.forgetWhereverItIs(tcb);
        Backlog listener = tcb.listener;
        tcb.listener = null;
        if (listener != null) {
            listener.gone(tcb);
        }
        try {
            context.bufferGrowth.gone(tcb);
            Handle connection = tcb.connection;
            if (connection != null) {
                connection.cutOff(context.clock.lastNs());
                context.watch.ended(connection);
            }
            timeWaits.returned(tcb);
            tcb.snd.clear();
        } catch (Throwable failure) {
            context.failures.count();
        }
    }

    /** CLOSE in SYN-SENT: ends the connection without sending anything (requirement A04). */
    void closeBeforeEstablished(Tcb tcb) {
        move(tcb, Trigger.CLOSE);
        gone(tcb, EndKind.CLOSED_EARLY, 0);
    }

    /** A timer ends the connection. */
    public void timeOut(Tcb tcb, TimeoutCause cause) {
        context.counters.add(
                cause == TimeoutCause.FIN_WAIT_2
                        ? Counter.FIN_WAIT_2_TIMEOUTS
                        : Counter.ABORTS_TIMEOUT);
        if (tcb.connection == null) {
            forget(tcb);
            return;
        }
        move(tcb, Trigger.TIMEOUT);
        gone(tcb, EndKind.TIMED_OUT, cause.ordinal());
    }

    /** Ends a TCB: tells the handle the reason and gives back everything that the TCB held. */
    private void gone(Tcb tcb, EndKind kind, int cause) {
        tcb.timers.stopAll();
        context.bufferGrowth.gone(tcb);
        timeWaits.returned(tcb);
        context.forget(tcb);
        if (tcb.listener != null) {
            tcb.listener.gone(tcb);
            tcb.listener = null;
        }
        Handle connection = tcb.connection;
        if (connection != null) {
            connection.ended(tcb, kind, cause);
            context.watch.ended(connection);
        }
        tcb.snd.clear();
        if (connection == null) {
            tcb.rcv.buffer.clear();
        }
        context.tcbPool.give(tcb);
        if (connection != null) {
            connection.tell(Events.ENDED | Events.READABLE);
        }
    }
}
