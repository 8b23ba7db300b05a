package io.finwait.driver;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.TcpInfo;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.nio.ByteBuffer;
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

    private final Driver driver;

    /** Its other side, where the driver's thread works. */
    final DrivenConnection driven;

    private final IpAddress localAddress;
    private final int localPort;
    private final IpAddress remoteAddress;
    private final int remotePort;
    private final boolean accepted;

    private AsyncConnection(Driver driver, Connection connection, boolean accepted) {
        this.accepted = accepted;
        this.driver = driver;
        driven = new DrivenConnection(this, driver, connection);
        localAddress = connection.localAddress();
        localPort = connection.localPort();
        remoteAddress = connection.remoteAddress();
        remotePort = connection.remotePort();
    }

    /** Waits for the handshake of a connection, which the answer is about. */
    static void connecting(Driver driver, Connection connection, Answer<AsyncConnection> answer) {
        AsyncConnection opened = new AsyncConnection(driver, connection, false);
        opened.driven.begin();
        opened.driven.connecting(answer);
        CompletableFuture<?> unused =
                answer.whenComplete(
                        (result, failure) -> {
                            if (result != opened) {
                                CompletableFuture<?> unusedEnd =
                                        opened.end(opened.driven::nobodyWaits);
                            }
                        });
    }

    /** A connection that is not yet established and whose octets a pump carries. */
    static AsyncConnection pumped(Driver driver, Connection connection, RingPump pump) {
        AsyncConnection opened = new AsyncConnection(driver, connection, false);
        opened.driven.begin();
        opened.driven.beginWith(pump);
        return opened;
    }

    /** One that has come to a port that listens. */
    static AsyncConnection accepted(Driver driver, Connection connection) {
        AsyncConnection accepted = new AsyncConnection(driver, connection, true);
        accepted.driven.begin();
        return accepted;
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
        return driver.submit(answer -> driven.read(into, answer));
    }

    /**
     * Sends octets.
     *
     * @param source its octets from position to limit
     * @return completed when all are taken over into the send buffer, which says nothing of their
     *     arrival; exceptionally with {@link IOException} when the connection has ended, with
     *     {@link IllegalStateException} when this end has ended the output or the connection
     *     before. Cancelled or timed out it takes no more octets; those up to the buffer's
     *     position are taken and will be sent
     */
    public CompletableFuture<Void> write(ByteBuffer source) {
        Objects.requireNonNull(source, "source");
        return driver.submit(answer -> driven.write(source, answer));
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
                            driven.shutdownOutput();
                            answer.complete(null);
                        });
        return asked.thenCompose(nothing -> driven.outputAccepted.copy());
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
        return end(driven::endOrphaned);
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
        return end(() -> driven.endGracefully(driver.time().nowNs() + patienceNs));
    }

    /**
     * Ends the connection at once with a reset.
     *
     * @return how it ended
     */
    public CompletableFuture<CloseReason> abort() {
        return end(driven::abort);
    }

    /** How the connection ended, completed on entering TIME-WAIT or CLOSED. */
    public CompletableFuture<CloseReason> ended() {
        return driven.ended.copy();
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
        return driver.submit(answer -> answer.complete(function.apply(driven.connection)));
    }

    private CompletableFuture<CloseReason> end(Runnable how) {
        CompletableFuture<Void> asked =
                driver.submit(
                        answer -> {
                            how.run();
                            answer.complete(null);
                        });
        return asked.thenCompose(nothing -> driven.ended.copy());
    }

    Driver driver() {
        return driver;
    }

    CompletableFuture<Void> outputAccepted() {
        return driven.outputAccepted.copy();
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
}
