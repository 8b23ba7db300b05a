package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.SynCookies;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.IpAddress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * A listening port with its two queues: the SYN queue of handshakes under way and the accept queue
 * of connections that wait to be accepted.
 */
public final class TcpListener implements Listener, Backlog {

    /** A backlog of less is not looked at by halves, as in Linux. */
    private static final int FEW_HANDSHAKES = 8;

    private final TcpEndpoint endpoint;
    private final int port;

    /** The only address it listens on, or null. */
    private final IpAddress address;

    private final int backlog;
    private final ArrayDeque<TcpConnection> acceptQueue = new ArrayDeque<>();
    private final HandshakeQueue handshakes;
    private boolean closed;
    private long deferAcceptNs;
    private Runnable onAcceptable;

    /** The next one of the same port, see {@link Listeners}. */
    TcpListener nextOfPort;

    TcpListener nextNotified;
    boolean toBeNotified;

    TcpListener(TcpEndpoint endpoint, IpAddress address, int port, int backlog) {
        this.endpoint = endpoint;
        this.address = address;
        this.port = port;
        this.backlog = backlog;
        handshakes = new HandshakeQueue(endpoint.context);
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Connection accept() {
        endpoint.checkThread();
        TcpConnection next = acceptQueue.poll();
        if (next != null && next.tcb != null) {
            next.tcb.listener = null;
        }
        return next;
    }

    @Override
    public int acceptQueueLength() {
        return acceptQueue.size();
    }

    @Override
    public int synQueueLength() {
        return handshakes.size();
    }

    @Override
    public void onAcceptable(Runnable action) {
        onAcceptable = Objects.requireNonNull(action, "onAcceptable");
    }

    @Override
    public IpAddress address() {
        return address;
    }

    /** Whether a segment to this address is for this listener. */
    boolean isAt(long high, long low) {
        return address == null || (address.high() == high && address.low() == low);
    }

    @Override
    public void deferAccept(long timeoutNs) {
        endpoint.checkThread();
        if (timeoutNs < 0) {
            throw new IllegalArgumentException(
                    "deferAccept " + timeoutNs + " ns is negative; choose 0 for not at all");
        }
        deferAcceptNs = timeoutNs;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        endpoint.checkThread();
        if (closed) {
            return;
        }
        closed = true;
        endpoint.removeListener(this);
        List<Tcb> unaccepted = new ArrayList<>();
        endpoint.forEachTcb(
                tcb -> {
                    if (tcb.listener == this) {
                        unaccepted.add(tcb);
                    }
                });
        for (Tcb tcb : unaccepted) {
            if (tcb.state == State.SYN_RECEIVED) {
                endpoint.lifecycle.forget(tcb);
            } else {
                endpoint.lifecycle.abort(tcb, AbortCause.LISTENER_CLOSED);
            }
        }
        // Connections that ended before they were accepted hold text that nobody will read.
        for (TcpConnection each = acceptQueue.poll(); each != null; each = acceptQueue.poll()) {
            each.release();
        }
    }

    @Override
    public boolean takesConnection() {
        return acceptQueue.size() < backlog;
    }

    @Override
    public boolean takesReopening() {
        return takesConnection() && (sendsNoCookies() || !mustMakePlace());
    }

    @Override
    public boolean mustMakePlace() {
        return handshakes.size() - (sendsNoCookies() ? 0 : backlog) >= backlog;
    }

    private boolean sendsNoCookies() {
        return endpoint.config().limits().synCookies() == SynCookies.NEVER;
    }

    @Override
    public boolean isFullOfHandshakes() {
        return handshakes.size() >= backlog;
    }

    @Override
    public boolean isHalfFullOfHandshakes() {
        return handshakes.size() > Math.max(FEW_HANDSHAKES, backlog) / 2;
    }

    @Override
    public Tcb oldestHandshake() {
        return handshakes.oldest();
    }

    @Override
    public long deferredUntilNs(Tcb tcb) {
        return tcb.synReceivedAtNs + deferAcceptNs;
    }

    @Override
    public void handshakeBegins(Tcb tcb) {
        tcb.listener = this;
        handshakes.add(tcb);
    }

    @Override
    public void open(Tcb tcb) {
        endpoint.handles.take(tcb);
    }

    @Override
    public void established(Tcb tcb) {
        handshakes.remove(tcb);
        acceptQueue.add((TcpConnection) tcb.connection);
        endpoint.notifications.add(this);
    }

    /**
     * A connection has ended before it was accepted. One whose handshake was complete stays in the
     * accept queue and can still be accepted and read.
     */
    @Override
    public void gone(Tcb tcb) {
        handshakes.remove(tcb);
    }

    void tellAcceptable() {
        if (closed || acceptQueue.isEmpty() || onAcceptable == null) {
            return;
        }
        try {
            onAcceptable.run();
        } catch (Throwable e) {
            endpoint.containment.drop("the action for acceptable connections of " + this, e);
        }
    }

    /** Tells all that decides, see {@link StateDigest}. */
    void digest(LongConsumer to) {
        to.accept(port);
        to.accept(address == null ? 0 : address.high());
        to.accept(address == null ? 0 : address.low());
        to.accept(backlog);
        to.accept(deferAcceptNs);
        to.accept(closed ? 1 : 0);
        to.accept(acceptQueue.size());
        acceptQueue.forEach(each -> to.accept(each.sockets().ports()));
        handshakes.digest(to);
    }

    @Override
    public String toString() {
        String at = address == null ? "" : " of " + address;
        return "port " + port + at + (closed ? " (closed)" : " listening");
    }
}
