package io.finwait.driver;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ReadPendingException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A connection that every thread may use; see {@link Driver} for what callbacks may do.
 *
 * <p>A buffer passed to {@link #read} or {@link #write} belongs to the driver until the future is
 * completed.
 *
 * <p>Writes are done in the order of the calls; {@link #shutdownOutput}, {@link #close} and {@link
 * #closeGracefully} wait for the writes before them, {@link #abort} does not. {@link Connection}
 * says which of these to use.
 */
public final class AsyncConnection {

    /** The least that a peer may take to acknowledge something (RFC 9293 §3.8.3, R2). */
    private static final long ORPHAN_PROGRESS_NS = 100_000_000_000L;

    private final Driver driver;
    private final Connection connection;
    private final IpAddress localAddress;
    private final int localPort;
    private final IpAddress remoteAddress;
    private final int remotePort;
    private final boolean accepted;
    private final CompletableFuture<CloseReason> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> outputAccepted = new CompletableFuture<>();
    private final WaitingWrites writes = new WaitingWrites(this);
    private Answer<AsyncConnection> connecting;

    /** Stands between the user and the connection; null except in tests. */
    private Grip grip;

    /** Takes the place of {@link #reading} and {@link #writes}; null for most. */
    private RingPump pump;

    private Answer<Integer> reading;
    private ByteBuffer target;

    private AsyncConnection(Driver driver, Connection connection, boolean accepted) {
        this.accepted = accepted;
        this.driver = driver;
        this.connection = connection;
        localAddress = connection.localAddress();
        localPort = connection.localPort();
        remoteAddress = connection.remoteAddress();
        remotePort = connection.remotePort();
        connection.observer(new Observer());
        driver.drain().add(this);
        if (connection.hasEnded()) {
            hasEnded();
        }
    }

    static void connecting(Driver driver, Connection connection, Answer<AsyncConnection> answer) {
        AsyncConnection opened = new AsyncConnection(driver, connection, false);
        opened.connecting = answer;
        CompletableFuture<?> unused =
                answer.whenComplete(
                        (result, failure) -> {
                            if (result != opened) {
                                CompletableFuture<?> unusedEnd = opened.end(opened::nobodyWaits);
                            }
                        });
    }

    /** A connection that is not yet established and whose octets a pump carries. */
    static AsyncConnection pumped(Driver driver, Connection connection, RingPump pump) {
        AsyncConnection opened = new AsyncConnection(driver, connection, false);
        opened.pump = pump;
        return opened;
    }

    /** Lets a pump carry the octets from now on. */
    void pump(RingPump newPump) {
        pump = newPump;
        newPump.readable();
        if (connection.hasEnded()) {
            newPump.ended(connection.closeReason());
        } else if (ended.isDone()) {
            newPump.ended(null);
        }
    }

    /** The caller of connect has stopped waiting, so nobody will use this connection. */
    private void nobodyWaits() {
        if (connecting != null) {
            connecting = null;
            connection.abort();
        }
    }

    static AsyncConnection accepted(Driver driver, Connection connection) {
        return new AsyncConnection(driver, connection, true);
    }

    /** It was accepted at a port that listens, and not opened from here. */
    public boolean wasAccepted() {
        return accepted;
    }

    /** Address of this end. */
    public IpAddress localAddress() {
        return localAddress;
    }

    /** Port of this end, 1 to 65,535. */
    public int localPort() {
        return localPort;
    }

    /** Address of the peer. */
    public IpAddress remoteAddress() {
        return remoteAddress;
    }

    /** Port of the peer, 1 to 65,535. */
    public int remotePort() {
        return remotePort;
    }

    /**
     * Takes received octets.
     *
     * @param into gets them, from its position; without room the answer is 0
     * @return how many octets were taken, at least 1, or -1 at end-of-stream; exceptionally with
     *     {@link IOException} when the connection ended otherwise than in order, at every read once
     *     what came before is read ({@link Connection#receive}), with {@link ReadPendingException}
     *     while an earlier read waits. Cancelled or timed out it takes no octet: the next read gets
     *     them
     */
    public CompletableFuture<Integer> read(ByteBuffer into) {
        Objects.requireNonNull(into, "into");
        return driver.submit(
                answer -> {
                    if (reading != null && !reading.isDone()) {
                        throw new ReadPendingException();
                    }
                    reading = answer;
                    target = into;
                    goOnReading();
                });
    }

    /**
     * Sends octets.
     *
     * @param source its octets from position to limit
     * @return completed when all are taken over into the send buffer, which says nothing of their
     *     arrival; exceptionally with {@link IOException} when the connection has ended or its
     *     output was ended before. Cancelled or timed out it takes no more octets; those up to the
     *     buffer's position are taken and will be sent
     */
    public CompletableFuture<Void> write(ByteBuffer source) {
        Objects.requireNonNull(source, "source");
        return driver.submit(answer -> writes.add(source, answer));
    }

    /**
     * Ends the output behind all writes (half-close); reading goes on.
     *
     * @return completed when the peer's TCP has accepted everything and the FIN; exceptionally with
     *     {@link IOException} when the connection ends before
     */
    public CompletableFuture<Void> shutdownOutput() {
        CompletableFuture<Void> asked =
                driver.submit(
                        answer -> {
                            writes.endOutput(connection::shutdownOutput);
                            answer.complete(null);
                        });
        return asked.thenCompose(nothing -> outputAccepted.copy());
    }

    /**
     * Gives the connection up: everything written is still delivered; unread octets, or octets that
     * come later, reset it. What nobody owns any more may not last for ever: while writes still
     * wait for room, the connection is given up when its peer acknowledges nothing for 100 s (RFC
     * 9293 §3.8.3), and is reset when the whole takes longer than {@link
     * io.finwait.tcp.ClosePolicy#orphanTimeoutNs}.
     *
     * @return how it ended, completed on entering TIME-WAIT or CLOSED
     */
    public CompletableFuture<CloseReason> close() {
        return end(this::endOrphaned);
    }

    /**
     * Ends the output, then reads and throws away what the peer still sends, until it has finished
     * or the time is over; then closes. Writes that are not done by then can't be delivered: the
     * connection is reset.
     *
     * @param patience how long the peer may take
     * @return how it ended, completed on entering TIME-WAIT or CLOSED
     */
    public CompletableFuture<CloseReason> closeGracefully(Duration patience) {
        long patienceNs = Driver.nanos(patience);
        return end(() -> endGracefully(driver.time().nowNs() + patienceNs));
    }

    /**
     * Ends the connection at once with a reset.
     *
     * @return how it ended
     */
    public CompletableFuture<CloseReason> abort() {
        return end(connection::abort);
    }

    /** How the connection ended, completed on entering TIME-WAIT or CLOSED. */
    public CompletableFuture<CloseReason> ended() {
        return ended.copy();
    }

    /** What can be told of the machinery at this moment, {@code ss -tino} of one connection. */
    public CompletableFuture<TcpInfo> tcpInfo() {
        return call(Connection::tcpInfo);
    }

    /**
     * Runs a function on the driver's thread with the connection itself, to set its options for
     * instance. Its observer is the driver's: leave it alone.
     */
    public <T> CompletableFuture<T> call(Function<? super Connection, ? extends T> function) {
        return driver.submit(answer -> answer.complete(function.apply(connection)));
    }

    private CompletableFuture<CloseReason> end(Runnable how) {
        CompletableFuture<Void> asked =
                driver.submit(
                        answer -> {
                            how.run();
                            answer.complete(null);
                        });
        return asked.thenCompose(nothing -> ended.copy());
    }

    // On the driver's thread.

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

    private boolean hasUnwritten() {
        return !writes.isEmpty() || (pump != null && pump.hasUnsent());
    }

    private void abortUnwritten() {
        if (hasUnwritten()) {
            connection.abort();
        }
    }

    void endGracefully(long deadlineNs) {
        writes.endOutput(() -> connection.closeGracefully(deadlineNs));
        if (hasUnwritten()) {
            driver.at(deadlineNs, this::abortUnwritten);
        }
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

    void goOnWriting() {
        writes.goOn();
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

    Driver driver() {
        return driver;
    }

    CompletableFuture<Void> outputAccepted() {
        return outputAccepted.copy();
    }

    Grip grip() {
        if (grip == null) {
            grip = new Grip(this);
        }
        return grip;
    }

    boolean isReadable() {
        return (grip == null || grip.letsIn()) && connection.isReadable();
    }

    private int receiveBelow(ByteBuffer into) throws IOException {
        int octets = connection.receive(into);
        if (grip != null) {
            grip.hasReceived(octets);
        }
        return octets;
    }

    /** With what waits in a ring. */
    long unreadByUser() {
        return connection.unread() + (pump == null ? 0 : pump.unread());
    }

    State state() {
        return connection.hasEnded() ? State.CLOSED : connection.state();
    }

    boolean isClosedByUser() {
        return connection.hasEnded() || (pump != null && pump.isClosed());
    }

    /** What the user writes from now on fails. */
    void cutOff() {
        if (pump != null) {
            pump.cutOff();
        }
    }

    void closeNow() {
        connection.close();
    }

    void shutdownNow() {
        connection.shutdownOutput();
    }

    int unread() {
        return (int) connection.unread();
    }

    CloseReason closeReason() {
        return connection.closeReason();
    }

    /** Takes received octets; -1 when no more will come, for whatever reason. */
    int receive(ByteBuffer into) {
        try {
            return receiveBelow(into);
        } catch (IOException e) {
            // closeReason() tells why.
            return -1;
        }
    }

    int send(ByteBuffer octets) throws IOException {
        return grip == null ? connection.send(octets) : grip.send(octets);
    }

    int sendBelow(ByteBuffer octets) throws IOException {
        return connection.send(octets);
    }

    void shutdownOutputNow() {
        writes.endOutput(connection::shutdownOutput);
    }

    void abortNow() {
        connection.abort();
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

    @Override
    public String toString() {
        return "AsyncConnection["
                + localAddress
                + ":"
                + localPort
                + " > "
                + remoteAddress
                + ":"
                + remotePort
                + "]";
    }

    private final class Observer implements ConnectionObserver {

        @Override
        public void onEstablished(Connection established) {
            if (pump != null) {
                pump.established();
            }
            if (connecting != null) {
                Answer<AsyncConnection> answer = connecting;
                connecting = null;
                if (!answer.complete(AsyncConnection.this)) {
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
}
