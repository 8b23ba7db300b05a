package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.ClosedFirst;
import io.finwait.tcp.CloseReason.Ending;
import io.finwait.tcp.CloseReason.Step;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.internal.context.Keepalive;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.EndKind;
import io.finwait.tcp.internal.tcb.Events;
import io.finwait.tcp.internal.tcb.Handle;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The user's handle. While the connection lives it works on the {@link Tcb}; afterwards it holds what
 * was received and how it ended.
 */
public final class TcpConnection extends Notified implements Connection, Handle {

    private static final State[] STATES = State.values();
    private static final int LONGEST_PATH = 12;
    private static final int NONE_UNDATED = Integer.MAX_VALUE;

    private final byte[] path = new byte[LONGEST_PATH];
    private final long[] pathTimes = new long[LONGEST_PATH];
    private int steps;

    /** Steps from here on were made between two duty cycles, and are dated by the next one. */
    private int undatedFrom = NONE_UNDATED;

    private Object attachment;

    final FourTuple sockets = new FourTuple();

    private EndKind endKind = EndKind.NOT_ENDED;
    private int endCause;
    private ClosedFirst closedFirst;
    private long unsentAtEnd;
    private long unacknowledgedAtEnd;
    private long unreadAtEnd;
    private String softErrorAtEnd;
    private final TcpInfos.Totals totals = new TcpInfos.Totals();
    private int lastSndNxt;

    /** True while a record of the TIME-WAIT table stands for this orphan ({@code FinWait2Records}). */
    private boolean isRecord;

    private boolean endOfStream;

    /** The user knows of the bad end: {@link #send} says it once, {@link #receive} each time. */
    private boolean errorTold;

    String softError;

    public TcpConnection(TcpEndpoint endpoint) {
        super(endpoint);
    }

    /** Begins a new life with a TCB. */
    public TcpConnection bind(Tcb newTcb) {
        tcb = newTcb;
        newTcb.connection = this;
        input = newTcb.rcv.buffer;
        sockets.set(newTcb);
        steps = 0;
        if (undatedFrom != NONE_UNDATED) {
            undatedFrom = 0;
        }
        observer = ConnectionObserver.NONE;
        attachment = null;
        endKind = EndKind.NOT_ENDED;
        closedFirst = null;
        isRecord = false;
        givenUp = false;
        endOfStream = false;
        errorTold = false;
        draining = false;
        events = 0;
        return this;
    }

    // What the user calls.

    @Override
    public int send(ByteBuffer source) throws IOException {
        endpoint.checkThread();
        if (tcb == null || !tcb.state.acceptsSend() || tcb.closeDeferred || givenUp) {
            throw sendFailure();
        }
        int room = tcb.snd.capacity - tcb.snd.buffer.length();
        if (room < source.remaining()) {
            context.bufferGrowth.wanted(tcb);
            room = tcb.snd.capacity - tcb.snd.buffer.length();
        }
        int taken = tcb.snd.append(source, room);
        tcb.snd.wasFull |= source.hasRemaining();
        if (taken > 0 && tcb.state.isSynchronized()) {
            context.wantsOutput(tcb);
        }
        return taken;
    }

    private IOException sendFailure() {
        if (!givenUp && !errorTold && endedBadly() && !toldAsEndOfStream()) {
            errorTold = true;
            return new IOException(endMessage());
        }
        return new IOException("Broken pipe");
    }

    @Override
    public int receive(ByteBuffer target) throws IOException {
        endpoint.checkThread();
        if (givenUp) {
            throw new IOException("The connection is closed at this end; read before close()");
        }
        if (input.readable() > 0) {
            if (!target.hasRemaining()) {
                return 0;
            }
            int taken = input.read(target);
            if (tcb != null) {
                context.bufferGrowth.read(tcb, taken);
            }
            tellWindow();
            return taken;
        }
        if (endedBadly() && !toldAsEndOfStream()) {
            // Each time: a reader that comes late must not take what has come for the whole.
            errorTold = true;
            throw new IOException(endMessage());
        }
        if (input.isLost()) {
            throw new IOException("What was received is lost: there was no memory to keep it");
        }
        return endOfStream || tcb == null ? -1 : 0;
    }

    /** The user has read: the peer may have to know of the room (RFC 9293 §3.8.6.2.2). */
    private void tellWindow() {
        if (tcb == null || tcb.state.hasReceivedFin()) {
            return;
        }
        if (tcb.rcv.windowUpdateIsDue(context.profile.has(Habit.TELLS_DOUBLED_WINDOWS))) {
            tcb.acksOwed = Math.max(tcb.acksOwed, 1);
            context.wantsOutput(tcb);
        }
    }

    /**
     * On Linux a reset behind a FIN that was not yet read is no error for the reader, and a broken pipe
     * for the writer (requirement A38).
     */
    private boolean toldAsEndOfStream() {
        return endOfStream
                && endKind == EndKind.RESET_BY_PEER
                && context.config.closePolicy().endOfStreamAfterReset();
    }

    private boolean endedBadly() {
        return switch (endKind) {
            case NOT_ENDED, ORDERLY -> false;
            case RESET_BY_PEER, REFUSED, ABORTED, TIMED_OUT, CLOSED_EARLY -> true;
        };
    }

    @Override
    public void shutdownOutput() {
        endpoint.checkThread();
        if (tcb != null) {
            endpoint.closeCalls.shutdownOutput(tcb);
        }
    }

    @Override
    public void shutdownInput() {
        // What arrives stays readable, as on Linux; so there is nothing to change.
        endpoint.checkThread();
    }

    @Override
    public void close() {
        endpoint.checkThread();
        if (givenUp) {
            return;
        }
        draining = false;
        if (tcb == null) {
            givenUp = true;
            input.clear();
            return;
        }
        endpoint.closeCalls.close(tcb);
        givenUp = true;
    }

    @Override
    public void closeGracefully(long deadlineNs) {
        endpoint.checkThread();
        if (tcb == null || givenUp) {
            close();
            return;
        }
        draining = true;
        endpoint.closeCalls.shutdownOutput(tcb);
        if (tcb != null) {
            tcb.timers.startAt(Timer.GRACEFUL_CLOSE, deadlineNs);
            context.timersChanged(tcb);
            drain();
        }
    }

    @Override
    public void abort() {
        endpoint.checkThread();
        if (tcb != null) {
            endpoint.lifecycle.abort(tcb, AbortCause.USER);
        } else if (isRecord) {
            endpoint.finWait2.abort(sockets, AbortCause.USER);
        } else if (endKind == EndKind.ORDERLY) {
            // In TIME-WAIT nothing is sent, and the remnant goes (RFC 9293 §3.10.5).
            endpoint.timeWaits.abort(sockets, lastSndNxt);
        }
    }

    @Override
    public void linger(long newLingerNs) {
        endpoint.checkThread();
        if (tcb != null) {
            tcb.lingerNs = newLingerNs;
        }
    }

    @Override
    public void userTimeout(long timeoutNs) {
        endpoint.checkThread();
        if (tcb != null) {
            tcb.userTimeoutNs = timeoutNs;
            tcb.timers.stop(Timer.USER_TIMEOUT);
            context.wantsOutput(tcb);
        }
    }

    @Override
    public long userTimeout() {
        return tcb == null ? 0 : tcb.userTimeoutNs;
    }

    @Override
    public void keepAlive(long idleNs, long intervalNs, int probes) {
        endpoint.checkThread();
        if (tcb != null) {
            tcb.keepaliveIdleNs = idleNs;
            tcb.keepaliveIntervalNs = intervalNs;
            tcb.keepaliveProbes = probes;
            Keepalive.restart(context, tcb);
        }
    }

    @Override
    public void nagle(boolean on) {
        endpoint.checkThread();
        if (tcb != null) {
            tcb.nagle = on;
            context.wantsOutput(tcb);
        }
    }

    @Override
    public void release() {
        endpoint.checkThread();
        if (!hasEnded()) {
            throw new IllegalStateException(
                    "the connection is " + state() + "; release() it when hasEnded()");
        }
        if (input != null) {
            // What was still to be told was for this incarnation, not for the next.
            incarnation++;
            events = 0;
            observer = ConnectionObserver.NONE;
            input.clear();
            endpoint.handles.give(this);
            context.tcbPool.give(input);
            input = null;
        }
    }

    // What the user asks.

    @Override
    public void observer(ConnectionObserver newObserver) {
        observer = Objects.requireNonNull(newObserver, "observer");
    }

    @Override
    public State state() {
        if (tcb != null) {
            return tcb.state;
        }
        if (isRecord) {
            return State.FIN_WAIT_2;
        }
        return endKind == EndKind.ORDERLY
                        && !endpoint.isClosed()
                        && endpoint.timeWaits.holds(sockets)
                ? State.TIME_WAIT
                : State.CLOSED;
    }

    @Override
    public boolean hasEnded() {
        return endKind != EndKind.NOT_ENDED;
    }

    @Override
    public boolean isReadable() {
        return input.readable() > 0 || endOfStream || hasEnded();
    }

    @Override
    public TcpInfo tcpInfo() {
        if (tcb != null) {
            return TcpInfos.of(tcb, endpoint.nowNs());
        }
        State state = state();
        TimeWaitTable table = endpoint.timeWaits.table();
        boolean inTable = state != State.CLOSED && table.read(sockets);
        return TcpInfos.ended(
                localAddress(),
                localPort(),
                remoteAddress(),
                remotePort(),
                state,
                inTable ? TcpInfos.timer(table.entry(), endpoint.nowNs()) : null,
                totals,
                unread());
    }

    @Override
    public int sendRoom() {
        return tcb == null || !tcb.state.acceptsSend()
                ? 0
                : tcb.snd.capacity - tcb.snd.buffer.length();
    }

    @Override
    public long unsent() {
        return tcb == null ? unsentAtEnd : tcb.snd.unsentText();
    }

    @Override
    public long unread() {
        return input.readable();
    }

    @Override
    public long unacknowledged() {
        return tcb == null ? 0 : tcb.unacknowledged();
    }

    @Override
    public IpAddress localAddress() {
        return new IpAddress(sockets.localHigh, sockets.localLow);
    }

    @Override
    public int localPort() {
        return sockets.localPort;
    }

    @Override
    public IpAddress remoteAddress() {
        return new IpAddress(sockets.remoteHigh, sockets.remoteLow);
    }

    @Override
    public int remotePort() {
        return sockets.remotePort;
    }

    @Override
    public Object attachment() {
        return attachment;
    }

    @Override
    public void attach(Object newAttachment) {
        attachment = newAttachment;
    }

    @Override
    public CloseReason closeReason() {
        if (endKind == EndKind.NOT_ENDED) {
            return null;
        }
        List<Step> way = new ArrayList<>(steps);
        for (int i = 0; i < steps; i++) {
            way.add(new Step(STATES[path[i]], pathTimes[i]));
        }
        Ending ending = new Ending(unsentAtEnd, unacknowledgedAtEnd, unreadAtEnd, way);
        return switch (endKind) {
            case ORDERLY -> new CloseReason.Orderly(closedFirst, ending);
            case RESET_BY_PEER -> new CloseReason.ResetByPeer(ending);
            case REFUSED -> new CloseReason.Refused(ending);
            case ABORTED -> new CloseReason.Aborted(AbortCause.values()[endCause], ending);
            case TIMED_OUT -> new CloseReason.TimedOut(TimeoutCause.values()[endCause], ending);
            case CLOSED_EARLY -> new CloseReason.ClosedBeforeEstablished(ending);
            case NOT_ENDED -> throw new AssertionError("handled above");
        };
    }

    private String endMessage() {
        if (endKind == EndKind.TIMED_OUT && softErrorAtEnd != null) {
            return softErrorAtEnd;
        }
        return switch (endKind) {
            case ABORTED ->
                    AbortCause.values()[endCause] == AbortCause.USER
                            ? "Connection reset"
                            : closeReason().message();
            case TIMED_OUT -> "Connection timed out";
            default -> closeReason().message();
        };
    }

    // What the machinery tells.

    @Override
    public void entered(State state, long nowNs) {
        if (steps < LONGEST_PATH) {
            path[steps] = (byte) state.ordinal();
            pathTimes[steps++] = nowNs;
            if (!context.clock.isRunning() && undatedFrom == NONE_UNDATED) {
                undatedFrom = steps - 1;
                context.clock.owe(this);
            }
        }
    }

    @Override
    public void dateSteps(long nowNs) {
        for (int i = undatedFrom; i < steps; i++) {
            pathTimes[i] = nowNs;
        }
        undatedFrom = NONE_UNDATED;
    }

    @Override
    public void closedHere() {
        if (closedFirst == null) {
            closedFirst = ClosedFirst.LOCAL;
        }
    }

    @Override
    public void closedThere() {
        endOfStream = true;
        if (closedFirst == null) {
            closedFirst = ClosedFirst.REMOTE;
        } else if (tcb.state == State.FIN_WAIT_1) {
            closedFirst = ClosedFirst.BOTH;
        }
    }

    @Override
    public void ended(Tcb old, EndKind kind, int cause) {
        endKind = kind;
        endCause = cause;
        totals.take(old);
        unsentAtEnd = old.snd.unsentText();
        unacknowledgedAtEnd = old.snd.buffer.length() - unsentAtEnd;
        unreadAtEnd = input.readable();
        softErrorAtEnd = old.softError;
        lastSndNxt = old.snd.nxt;
        if (old.closeDeferred || closedFirst == null) {
            closedFirst = ClosedFirst.REMOTE;
        }
        input.dropUnreadable();
        boolean discard = old.orphan || givenUp || kind == EndKind.ABORTED || draining;
        if (discard) {
            input.clear();
        }
        tcb = null;
    }

    @Override
    public void cutOff(long nowNs) {
        if (tcb == null) {
            return;
        }
        tcb = null;
        endKind = EndKind.ABORTED;
        endCause = AbortCause.INTERNAL_ERROR.ordinal();
        if (closedFirst == null) {
            closedFirst = ClosedFirst.REMOTE;
        }
        entered(State.CLOSED, nowNs);
        tell(Events.ENDED | Events.READABLE);
        input.clear();
    }

    boolean isRecord() {
        return isRecord;
    }

    @Override
    public void shrunk(Tcb old) {
        isRecord = true;
        totals.take(old);
        unsentAtEnd = 0;
        unacknowledgedAtEnd = 0;
        unreadAtEnd = input.readable();
        softErrorAtEnd = null;
        lastSndNxt = old.snd.nxt;
        input.dropUnreadable();
        input.clear();
        tcb = null;
    }

    @Override
    public void recordEnded(EndKind kind, int cause, State state, long nowNs) {
        isRecord = false;
        endOfStream |= kind == EndKind.ORDERLY;
        entered(state, nowNs);
        endKind = kind;
        endCause = cause;
        tell(Events.ENDED | Events.READABLE);
    }

    /** Reads and throws away what a graceful close does not want any more. */
    void drain() {
        if (!draining || tcb == null) {
            return;
        }
        input.discard(input.readable());
        tellWindow();
        if (tcb.state.hasReceivedFin()) {
            close();
        }
    }

    @Override
    public void tell(int event) {
        events |= event;
        endpoint.notifications.add(this);
    }

    @Override
    public void tellSoftError(String message) {
        softError = message;
        tell(Events.SOFT_ERROR);
    }

    @Override
    public int untold() {
        return events;
    }

    @Override
    public void gracefulCloseExpired() {
        close();
    }

    @Override
    public String toString() {
        return sockets.sockets() + " " + (hasEnded() ? endKind : state());
    }
}
