package io.finwait.tcp.internal.close;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.endpoint.Notifications;
import io.finwait.tcp.internal.endpoint.TcpConnection;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.endpoint.TcpListener;
import io.finwait.tcp.internal.output.SegmentOutput;
import io.finwait.tcp.internal.tcb.EndKind;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

import java.util.ArrayDeque;

/**
 * The life of a TCB: the only writer of its state, what hangs on entering a state, and every way in
 * which it goes.
 */
public final class Lifecycle {

    private final TcpEndpoint endpoint;

    /** TCBs that a user's call ended between two duty cycles and whose RST has not left. */
    private final ArrayDeque<Tcb> owingResets = new ArrayDeque<>();

    public Lifecycle(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Moves a TCB along an arrow of {@link State#on}; the only place that writes a state. */
    private void move(Tcb tcb, Trigger trigger) {
        State from = tcb.state;
        State to = from.on(trigger);
        if (to == null) {
            throw new AssertionError(trigger + " can't happen in " + from + ": " + tcb);
        }
        tcb.state = to;
        if (tcb.connection != null) {
            tcb.connection.entered(to, endpoint.now);
        }
        endpoint.watch.moved(tcb, from, trigger, to);
    }

    public void activeOpen(Tcb tcb) {
        tcb.state = State.CLOSED;
        move(tcb, Trigger.ACTIVE_OPEN);
    }

    /** A SYN reached a listener: the child begins where the listener stands. */
    public void childOfListener(Tcb tcb) {
        tcb.state = State.LISTEN;
        move(tcb, Trigger.SYN);
        tcb.synReceivedAtNs = endpoint.now;
    }

    /** A SYN reopens a pair of sockets from TIME-WAIT (RFC 6191). */
    public void childOfTimeWait(Tcb tcb) {
        tcb.state = State.TIME_WAIT;
        move(tcb, Trigger.SYN);
        tcb.synReceivedAtNs = endpoint.now;
    }

    /** Both ends have sent a SYN at the same time. */
    public void simultaneousOpen(Tcb tcb) {
        move(tcb, Trigger.SYN);
    }

    /** The handshake is complete: by SYN_ACK or by ACK_OF_SYN. */
    public void established(Tcb tcb, Trigger trigger) {
        if (tcb.connection == null) {
            endpoint.pools.newHandle(tcb).entered(State.SYN_RECEIVED, tcb.synReceivedAtNs);
        }
        move(tcb, trigger);
        endpoint.timeWait.established(tcb);
        tcb.retransmissions = 0;
        tcb.timers.stop(Timer.RETRANSMISSION);
        tcb.lastHeardNs = endpoint.now;
        tcb.lastSentNs = endpoint.now;
        endpoint.expiry.restartKeepalive(tcb);
        endpoint.watch.opened(tcb);
        if (tcb.passive) {
            endpoint.counters.add(Counter.PASSIVE_OPENS);
            tcb.listener.established(tcb);
        } else {
            tcb.connection.tell(Notifications.ESTABLISHED);
        }
        if (tcb.closeDeferred && tcb.state == State.ESTABLISHED) {
            tcb.closeDeferred = false;
            closeOutput(tcb);
        }
    }

    /** Our user has no more to send: FIN behind the last octet. State first, FIN when it may (T-12). */
    void closeOutput(Tcb tcb) {
        tcb.snd.finIsQueued();
        move(tcb, Trigger.CLOSE);
        if (tcb.connection != null) {
            tcb.connection.closedHere();
        }
        endpoint.wantsOutput(tcb);
    }

    /** The peer's FIN was taken in order. */
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
            tcb.connection.tell(Notifications.PEER_CLOSED | Notifications.READABLE);
        }
    }

    /** Our FIN was acknowledged. */
    public void finAcknowledged(Tcb tcb) {
        move(tcb, Trigger.ACK_OF_FIN);
        tcb.timers.stop(Timer.LINGER);
        tcb.timers.stop(Timer.ORPHAN);
        if (tcb.connection != null) {
            tcb.connection.tell(Notifications.CLOSE_ACKNOWLEDGED);
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
        long timeout = endpoint.config.closePolicy().finWait2TimeoutNs();
        if (timeout > 0) {
            tcb.timers.start(Timer.FIN_WAIT_2, endpoint.now + timeout);
        }
        endpoint.timersChanged(tcb);
    }

    /**
     * An orphan in FIN-WAIT-2 has shrunk to a record of the TIME-WAIT table, which answers from now on
     * ({@link FinWait2Records}); the handle lives on.
     */
    void shrunk(Tcb tcb) {
        tcb.timers.stopAll();
        endpoint.forgetTcb(tcb);
        tcb.connection.shrunk(tcb);
        tcb.snd.clear();
        endpoint.pools.recycle(tcb);
    }

    /** The TCB shrinks to a record in the TIME-WAIT table; the ACK of the FIN leaves first. */
    private void enterTimeWait(Tcb tcb) {
        tcb.timers.stopAll();
        acknowledgeBeforeItGoes(tcb);
        endpoint.timeWait.enter(tcb);
        gone(tcb, EndKind.ORDERLY, 0);
    }

    /** What the peer's FIN asks for, which is then answered by nobody else. */
    private void acknowledgeBeforeItGoes(Tcb tcb) {
        if (tcb.acksOwed > 0) {
            endpoint.output.acknowledgeAtOnce(tcb);
        }
    }

    /** An acceptable RST arrived. */
    public void resetByPeer(Tcb tcb) {
        endpoint.watch.resetReceived(tcb);
        boolean connecting = tcb.state == State.SYN_SENT || tcb.state == State.SYN_RECEIVED;
        move(tcb, Trigger.RESET);
        gone(tcb, connecting ? EndKind.REFUSED : EndKind.RESET_BY_PEER, 0);
    }

    /** The network says that nobody is there to open a connection with (requirement F06). */
    public void refused(Tcb tcb) {
        if (tcb.connection == null) {
            forget(tcb);
            return;
        }
        move(tcb, Trigger.ABORT);
        gone(tcb, EndKind.REFUSED, 0);
    }

    /** A passive handshake is dropped without a word: RST, or a new SYN that does not fit. */
    public void forget(Tcb tcb) {
        move(tcb, endpoint.timeWait.isParkedFor(tcb) ? Trigger.OLD_DUPLICATE : Trigger.FORGET);
        gone(tcb, EndKind.REFUSED, 0);
    }

    /** This end gives up with RST (requirements A28, A30). */
    public void abort(Tcb tcb, AbortCause cause) {
        if (tcb.state != State.SYN_SENT) {
            if (endpoint.clock.isRunning()) {
                endpoint.output.sendReset(tcb);
            } else {
                tcb.resetOwed = true;
                tcb.resetSeq = SegmentOutput.resetSequence(tcb);
                owingResets.addLast(tcb);
            }
        }
        abortSilently(tcb, cause);
    }

    public boolean owesNoReset() {
        return owingResets.isEmpty();
    }

    /** Sends what aborts between two duty cycles owe, ahead of all else; returns how many there were. */
    public int sendOwedResets() {
        int sent = 0;
        Tcb tcb;
        while ((tcb = owingResets.pollFirst()) != null) {
            tcb.resetOwed = false;
            try {
                endpoint.output.sendReset(tcb, tcb.resetSeq);
            } catch (Throwable failure) {
                endpoint.containment.drop("the RST of an abort", failure);
            }
            if (!tcb.ready) {
                endpoint.pools.leave(tcb);
            }
            sent++;
        }
        return sent;
    }

    /** This end gives up; the RST, where there is one, was an answer to a segment. */
    public void abortSilently(Tcb tcb, AbortCause cause) {
        switch (cause) {
            case UNREAD_DATA -> endpoint.counters.add(Counter.ABORTS_UNREAD_DATA);
            case DATA_AFTER_CLOSE -> endpoint.counters.add(Counter.ABORTS_DATA_AFTER_CLOSE);
            case LINGER_ZERO -> endpoint.counters.add(Counter.ABORTS_LINGER);
            case TOO_MANY_ORPHANS -> endpoint.counters.add(Counter.ABORTS_TOO_MANY_ORPHANS);
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

    /** Something has thrown in the middle of this connection's affairs ({@code Containment}). */
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
            // It was about to go, and is in some tables and no longer in others.
            case CLOSED, LISTEN, TIME_WAIT -> cutOff(tcb);
        }
    }

    /**
     * Even ending this TCB has thrown: it leaves every table that it still stands in, and is not used
     * again. What may throw comes last.
     */
    public void cutOff(Tcb tcb) {
        endpoint.watch.cutOff(tcb.state);
        tcb.state = State.CLOSED;
        tcb.timers.stopAll();
        tcb.resetOwed = false;
        owingResets.remove(tcb);
        endpoint.forgetWhereverItIs(tcb);
        TcpListener listener = tcb.listener;
        tcb.listener = null;
        if (listener != null) {
            listener.gone(tcb);
        }
        try {
            endpoint.bufferGrowth.gone(tcb);
            TcpConnection connection = tcb.connection;
            if (connection != null) {
                connection.cutOff(endpoint.now);
                endpoint.watch.ended(connection);
            }
            endpoint.timeWait.returned(tcb);
            tcb.snd.clear();
        } catch (Throwable failure) {
            endpoint.counters.add(Counter.FAILURES_CONTAINED);
        }
    }

    /** CLOSE in SYN-SENT: nobody has seen the connection, nothing is sent (requirement A04). */
    void closeBeforeEstablished(Tcb tcb) {
        move(tcb, Trigger.CLOSE);
        gone(tcb, EndKind.CLOSED_EARLY, 0);
    }

    /** A timer gives the connection up. */
    public void timeOut(Tcb tcb, TimeoutCause cause) {
        endpoint.counters.add(
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

    /** The end of a TCB: the handle learns how, everything it held goes back. */
    private void gone(Tcb tcb, EndKind kind, int cause) {
        tcb.timers.stopAll();
        endpoint.bufferGrowth.gone(tcb);
        endpoint.timeWait.returned(tcb);
        endpoint.forgetTcb(tcb);
        if (tcb.listener != null) {
            tcb.listener.gone(tcb);
            tcb.listener = null;
        }
        TcpConnection connection = tcb.connection;
        if (connection != null) {
            connection.ended(tcb, kind, cause);
            endpoint.watch.ended(connection);
        }
        tcb.snd.clear();
        if (connection == null) {
            tcb.rcv.buffer.clear();
        }
        endpoint.pools.recycle(tcb);
        if (connection != null) {
            connection.tell(Notifications.ENDED | Notifications.READABLE);
        }
    }
}
