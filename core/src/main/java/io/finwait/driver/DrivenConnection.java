package io.finwait.driver;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.State;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ReadPendingException;
import java.util.concurrent.CompletableFuture;

/**
 * The driver's side of an {@link AsyncConnection}: who waits for what, and what the connection
 * below tells. All of it happens on the driver's thread.
 */
final class DrivenConnection implements ConnectionObserver {

    /** The least that a peer may take to acknowledge something (RFC 9293 §3.8.3, R2). */
    private static final long ORPHAN_PROGRESS_NS = 100_000_000_000L;

    private final AsyncConnection user;
    private final Driver driver;
    final Connection connection;

    /** Completed on entering TIME-WAIT or CLOSED. */
    final CompletableFuture<CloseReason> ended = new CompletableFuture<>();

    /** Completed when the peer's TCP has accepted everything and the FIN. */
    final CompletableFuture<Void> outputAccepted = new CompletableFuture<>();

    private final WaitingWrites writes = new WaitingWrites(this);
    private Answer<AsyncConnection> connecting;

    /** Stands between the user and the connection; null except in tests. */
    private Grip grip;

    /** Takes the place of {@link #reading} and {@link #writes}; null for most. */
    private RingPump pump;

    private Answer<Integer> reading;
    private ByteBuffer target;

    DrivenConnection(AsyncConnection user, Driver driver, Connection connection) {
        this.user = user;
        this.driver = driver;
        this.connection = connection;
    }

    /** Whose connection it is. */
    AsyncConnection user() {
        return user;
    }

    Driver driver() {
        return driver;
    }

    // How it begins.

    /** Listens to the connection below; the driver knows of it from now on. */
    void begin() {
        connection.observer(this);
        driver.drain().add(this);
        if (connection.hasEnded()) {
            hasEnded();
        }
    }

    /** Somebody waits until the handshake is complete. */
    void connecting(Answer<AsyncConnection> answer) {
        connecting = answer;
    }

    /** The caller of connect has stopped waiting, so nobody will use this connection. */
    void nobodyWaits() {
        if (connecting != null) {
            connecting = null;
            connection.abort();
        }
    }

    /** Lets a pump carry the octets of a connection whose handshake has just begun. */
    void beginWith(RingPump newPump) {
        pump = newPump;
    }

    /** Lets a pump carry the octets from now on. */
    void goOnWith(RingPump newPump) {
        pump = newPump;
        newPump.readable();
        if (connection.hasEnded()) {
            newPump.ended(connection.closeReason());
        } else if (ended.isDone()) {
            newPump.ended(null);
        }
    }

    /** The grip on this connection, which is made with the first call. */
    Grip grip() {
        if (grip == null) {
            grip = new Grip(this);
        }
        return grip;
    }

    // Reading and writing.

    void read(ByteBuffer into, Answer<Integer> answer) {
        if (reading != null && !reading.isDone()) {
            throw new ReadPendingException();
        }
        reading = answer;
        target = into;
        goOnReading();
    }

    void goOnReading() {
        if (pump != null) {
            pump.readable();
        }
        Answer<Integer> answer = reading;
        if (answer == null || (target.hasRemaining() && !isReadable())) {
            return;
        }
        ByteBuffer into = target;
        reading = null;
        target = null;
        if (!answer.begin()) {
            return;
        }
        int octets;
        try {
            octets = receiveBelow(into);
        } catch (Throwable e) {
            answer.fail(e);
            return;
        }
        answer.finish(octets);
    }

    boolean isReadable() {
        return (grip == null || grip.letsIn()) && connection.isReadable();
    }

    /** Takes received octets; -1 when no more will come, for whatever reason. */
    int receive(ByteBuffer into) {
        try {
            return receiveBelow(into);
        } catch (IOException e) {
            // The connection's closeReason() tells why.
            return -1;
        }
    }

    private int receiveBelow(ByteBuffer into) throws IOException {
        int octets = connection.receive(into);
        if (grip != null) {
            grip.hasReceived(octets);
        }
        return octets;
    }

    int unread() {
        return (int) connection.unread();
    }

    /** With what waits in a ring. */
    long unreadByUser() {
        return connection.unread() + (pump == null ? 0 : pump.unread());
    }

    void write(ByteBuffer source, Answer<Void> answer) {
        writes.add(source, answer);
    }

    void goOnWriting() {
        writes.goOn();
    }

    int send(ByteBuffer octets) throws IOException {
        return grip == null ? connection.send(octets) : grip.send(octets);
    }

    /** Says whether what stands in the pump's ring is taken over too. */
    boolean flushRing() {
        try {
            return pump == null || pump.flush();
        } catch (IOException e) {
            // Tells the pump that the connection is over; nothing waits any more.
            return true;
        }
    }

    // How it ends.

    /** Ends the output behind everything written. */
    void shutdownOutput() {
        writes.endOutput(connection::shutdownOutput);
    }

    /**
     * While writes wait, the endpoint does not count the connection as an orphan, although it is
     * one.
     */
    void endOrphaned() {
        writes.endOutput(connection::close);
        if (!hasUnwritten()) {
            return;
        }
        long asked = connection.userTimeout();
        if (asked == 0 || asked > ORPHAN_PROGRESS_NS) {
            connection.userTimeout(ORPHAN_PROGRESS_NS);
        }
        long patience = driver.closePolicy().orphanTimeoutNs();
        if (patience > 0) {
            driver.at(driver.time().nowNs() + patience, this::abortUnwritten);
        }
    }

    void endGracefully(long deadlineNs) {
        writes.endOutput(() -> connection.closeGracefully(deadlineNs));
        if (hasUnwritten()) {
            driver.at(deadlineNs, this::abortUnwritten);
        }
    }

    void abort() {
        connection.abort();
    }

    private boolean hasUnwritten() {
        return !writes.isEmpty() || (pump != null && pump.hasUnsent());
    }

    private void abortUnwritten() {
        if (hasUnwritten()) {
            connection.abort();
        }
    }

    /** What the user writes from now on fails. */
    void cutOff() {
        if (pump != null) {
            pump.cutOff();
        }
    }

    State state() {
        return connection.hasEnded() ? State.CLOSED : connection.state();
    }

    boolean isClosedByUser() {
        return connection.hasEnded() || (pump != null && pump.isClosed());
    }

    private void hasEnded() {
        goOnReading();
        goOnWriting();
        settle(connection.closeReason());
    }

    private void settle(CloseReason reason) {
        driver.drain().remove(this);
        IOException failure = new IOException(reason.message());
        outputAccepted.completeExceptionally(failure);
        if (connecting != null) {
            connecting.completeExceptionally(new ConnectException(reason.message()));
            connecting = null;
        }
        if (pump != null) {
            pump.ended(reason);
        }
        ended.complete(reason);
    }

    /** The endpoint is closed: whatever still waits is told. */
    void driverStopped() {
        CloseReason reason = connection.closeReason();
        writes.fail(new AsynchronousCloseException());
        if (reading != null) {
            reading.completeExceptionally(new AsynchronousCloseException());
            reading = null;
        }
        if (reason != null) {
            settle(reason);
        } else {
            AsynchronousCloseException failure = new AsynchronousCloseException();
            outputAccepted.completeExceptionally(failure);
            ended.completeExceptionally(failure);
            if (connecting != null) {
                connecting.completeExceptionally(failure);
            }
            if (pump != null) {
                pump.ended(null);
            }
        }
    }

    // What the connection below tells.

    @Override
    public void onEstablished(Connection established) {
        if (pump != null) {
            pump.established();
        }
        if (connecting != null) {
            Answer<AsyncConnection> answer = connecting;
            connecting = null;
            if (!answer.complete(user)) {
                // The future was cancelled: nobody will ever use this connection.
                established.abort();
            }
        }
    }

    @Override
    public void onReadable(Connection readable) {
        goOnReading();
    }

    @Override
    public void onWritable(Connection writable) {
        goOnWriting();
    }

    @Override
    public void onSoftError(Connection troubled, String message) {
        if (pump != null) {
            pump.softError(message);
        }
    }

    @Override
    public void onCloseAcknowledged(Connection closed) {
        outputAccepted.complete(null);
    }

    @Override
    public void onEnded(Connection finished) {
        hasEnded();
    }
}
