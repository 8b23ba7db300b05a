package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.ClosedFirst;
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
import java.util.Objects;

/**
 * The user's handle. Until the connection ends it works on the {@link Tcb}; afterwards it holds the
 * received octets that are unread and the reason of the end.
 */
public final class TcpConnection extends Notified implements Connection, Handle {

    private final CloseRecord record = new CloseRecord();
    private Object attachment;

    /** Null until the first connection of this handle has ended: most handles never see an end. */
    private TcpInfos.Totals totals;

    private int lastSndNxt;

    /**
     * True while this is an orphan in FIN-WAIT-2 whose TCB a record has replaced ({@code
     * FinWait2Records}).
     */
    private boolean isRecord;

    private boolean endOfStream;

    /**
     * The user has been told of the error; then {@link #send} does not report it again, but {@link
     * #receive} does.
     */
    private boolean errorTold;

    String softError;

    public TcpConnection(TcpEndpoint endpoint) {
        super(endpoint);
    }

    /** Begins to serve the connection of a TCB. */
    public TcpConnection bind(Tcb newTcb) {
        tcb = newTcb;
        newTcb.connection = this;
        input = newTcb.rcv.buffer;
        record.begin();
        observer = ConnectionObserver.NONE;
        attachment = null;
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
        if (!givenUp && !errorTold && record.endedBadly() && !toldAsEndOfStream()) {
            errorTold = true;
            return new IOException(record.message());
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
        if (record.endedBadly() && !toldAsEndOfStream()) {
            // Thrown each time: a late reader must not take a truncated stream for a complete one.
            errorTold = true;
            throw new IOException(record.message());
        }
        if (input.isLost()) {
            throw new IOException("What was received is lost: there was no memory to keep it");
        }
        return endOfStream || tcb == null ? -1 : 0;
    }

    /** The user has read: sends a window update if one is due (RFC 9293 §3.8.6.2.2). */
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
     * True when a reset after the peer's FIN is reported as end-of-stream, as on Linux; a writer
     * gets "Broken pipe" (requirement A38).
     */
    private boolean toldAsEndOfStream() {
        return endOfStream
                && record.kind() == EndKind.RESET_BY_PEER
                && context.config.closePolicy().endOfStreamAfterReset();
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
        // Arriving text stays readable, as on Linux, so nothing changes.
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
            endpoint.finWait2.abort(sockets(), AbortCause.USER);
        } else if (record.kind() == EndKind.ORDERLY && !endpoint.isClosed()) {
            // In TIME-WAIT nothing is sent, and the entry is removed (RFC 9293 §3.10.5).
            endpoint.timeWaits.abort(sockets(), lastSndNxt);
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
            // Events not yet told belong to this incarnation, not to the next.
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

    /** Its pair of sockets: the TCB's, or what is left of it. */
    FourTuple sockets() {
        return tcb == null ? totals() : tcb;
    }

    private TcpInfos.Totals totals() {
        if (totals == null) {
            totals = new TcpInfos.Totals();
        }
        return totals;
    }

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
        return record.kind() == EndKind.ORDERLY
                        && !endpoint.isClosed()
                        && endpoint.timeWaits.holds(sockets(), lastSndNxt)
                ? State.TIME_WAIT
                : State.CLOSED;
    }

    @Override
    public boolean hasEnded() {
        return record.hasEnded();
    }

    @Override
    public boolean isReadable() {
        return input.readable() > 0 || endOfStream || givenUp || input.isLost() || hasEnded();
    }

    @Override
    public TcpInfo tcpInfo() {
        if (tcb != null) {
            return TcpInfos.of(tcb, endpoint.nowNs());
        }
        State state = state();
        TimeWaitTable table = endpoint.timeWaits.table();
        boolean inTable = state != State.CLOSED && table.read(sockets());
        return TcpInfos.ended(
                localAddress(),
                localPort(),
                remoteAddress(),
                remotePort(),
                state,
                inTable ? TcpInfos.timer(table.entry(), endpoint.nowNs()) : null,
                totals(),
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
        return tcb == null ? record.unsent() : tcb.snd.unsentText();
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
        return sockets().localAddress();
    }

    @Override
    public int localPort() {
        return sockets().localPort;
    }

    @Override
    public IpAddress remoteAddress() {
        return sockets().remoteAddress();
    }

    @Override
    public int remotePort() {
        return sockets().remotePort;
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
        return record.reason();
    }

    // What the machinery tells.

    @Override
    public void entered(State state, long nowNs) {
        if (record.entered(state, nowNs, context.clock.isRunning())) {
            context.clock.owe(this);
        }
    }

    @Override
    public void dateSteps(long nowNs) {
        record.date(nowNs);
    }

    @Override
    public void closedHere() {
        record.closed(ClosedFirst.LOCAL);
    }

    @Override
    public void closedThere() {
        endOfStream = true;
        boolean crossing = record.isClosedByOne() && tcb.state == State.FIN_WAIT_1;
        record.closed(crossing ? ClosedFirst.BOTH : ClosedFirst.REMOTE);
    }

    @Override
    public void ended(Tcb old, EndKind kind, int cause) {
        long unsent = old.snd.unsentText();
        record.ended(kind, cause);
        record.endedBy(old.closeDeferred);
        record.left(unsent, old.snd.buffer.length() - unsent, input.readable(), old.softError);
        totals().take(old);
        lastSndNxt = old.snd.nxt;
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
        totals().takeSocketsOnly(tcb);
        tcb = null;
        record.ended(EndKind.ABORTED, AbortCause.INTERNAL_ERROR.ordinal());
        record.endedBy(false);
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
        totals().take(old);
        record.left(0, 0, input.readable(), null);
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
        record.ended(kind, cause);
        tell(Events.ENDED | Events.READABLE);
    }

    /** Reads and discards text that arrives during a graceful close. */
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
        return sockets().sockets() + " " + (hasEnded() ? record.kind() : state());
    }
}
