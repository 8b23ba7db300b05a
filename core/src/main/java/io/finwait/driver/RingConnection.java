package io.finwait.driver;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection whose octets cross threads in two rings: reading and writing are copies that neither
 * wait for the driver nor make an object, what {@link io.finwait.socket sockets} are built on.
 * Nothing here blocks; {@link Readiness} tells when to try again.
 *
 * <p>One thread at a time may read, and one write, at the same time as all other calls, which may
 * come from any thread. A buffer is the caller's again when the call returns.
 *
 * <p>What was written and not sent yet is sent when the output is ended or the connection closed;
 * {@link #abort} sends what may leave at once, and the rest is lost. Received octets are unread
 * until they are taken out of the ring: {@link #close} knows of them.
 */
public final class RingConnection {

    /** What {@link #close} does about octets that were received and not read. */
    public enum Unread {
        /** RST at once (RFC 9293 SHLD-3), as Linux does. */
        RESET,
        /**
         * FIN, and RST behind it: the way of the JDK's sockets, which shut down before they close.
         */
        FIN_THEN_RESET,
        /** They are thrown away, and the connection is closed with FIN, as BSD does. */
        DISCARD
    }

    private final Driver driver;
    private final Readiness readiness;
    private final DrivenRings rings;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final AtomicBoolean failureTaken = new AtomicBoolean();

    /** The next connection that has signalled ({@link Signals}). */
    RingConnection nextSignalled;

    RingConnection(Driver driver, Readiness readiness) {
        this.driver = driver;
        this.readiness = Objects.requireNonNull(readiness, "readiness");
        rings = new DrivenRings(driver, readiness);
    }

    /**
     * Opens a connection; {@link #isEstablished} or {@link #hasEnded} will say what has become of
     * it.
     *
     * @param local address of this end, null for any that can reach the peer
     * @param localPort 1 to 65,535, or 0 for a free one
     * @param readiness is told of what happens
     */
    public static RingConnection connect(
            Driver driver,
            IpAddress local,
            int localPort,
            IpAddress remote,
            int remotePort,
            Readiness readiness) {
        RingConnection opening = new RingConnection(driver, readiness);
        CompletableFuture<Void> opened =
                driver.submit(
                        answer -> {
                            Connection below = driver.open(local, localPort, remote, remotePort);
                            opening.rings.carry(
                                    AsyncConnection.pumped(driver, below, opening.rings));
                            answer.complete(null);
                        });
        opening.rings.refusedIfFailed(opened);
        return opening;
    }

    /**
     * Takes over the octets of an accepted connection, which must not be read or written by futures
     * any more.
     *
     * @param readiness is told of what happens
     */
    public static RingConnection over(AsyncConnection accepted, Readiness readiness) {
        RingConnection taken = new RingConnection(accepted.driver(), readiness);
        taken.rings.carryEstablished(accepted);
        CompletableFuture<Void> attached =
                taken.driver.submit(
                        answer -> {
                            accepted.driven.goOnWith(taken.rings);
                            answer.complete(null);
                        });
        taken.rings.refusedIfFailed(attached);
        return taken;
    }

    // What the user asks.

    /** The handshake is complete; stays true. */
    public boolean isEstablished() {
        return rings.established;
    }

    /** It is over, or could never be opened. What has come before may still be read. */
    public boolean hasEnded() {
        return rings.ended;
    }

    /** How it ended; null as long as it has not, or when it could not be opened. */
    public CloseReason reason() {
        return rings.reason;
    }

    /**
     * Why it could not be opened, in the exceptions of {@link io.finwait.tcp.Endpoint#connect}, or
     * null.
     */
    public Throwable refusal() {
        return rings.refusal;
    }

    /**
     * What the network said while it was being opened, "No route to host" for instance, or null.
     */
    public String unreachable() {
        return rings.unreachable;
    }

    /** The peer has ended its output; there may be octets before that end. */
    public boolean peerHasClosed() {
        return rings.peerClosed;
    }

    /** The connection below, for its addresses and options; null before there is one. */
    public AsyncConnection connection() {
        return rings.connection;
    }

    /**
     * How the connection failed, for the first who asks after it has ended; null for all others,
     * and when it has ended in order. An error is told once, as the kernel's sockets do.
     */
    public CloseReason takeFailure() {
        CloseReason how = rings.reason;
        boolean failed = how != null && !(how instanceof CloseReason.Orderly);
        return failed && failureTaken.compareAndSet(false, true) ? how : null;
    }

    /** A read would get octets or -1. */
    public boolean isReadable() {
        return !rings.input.isEmpty() || rings.inputComplete;
    }

    /** A write would take octets, and not only one or two, or would return -1. */
    public boolean isWritable() {
        return outputIsOver() || (rings.established && rings.output.room() >= ByteRing.LARGEST / 4);
    }

    /** Octets that can be read. */
    public int available() {
        return rings.input.length() + rings.beyond;
    }

    // What the user does.

    /**
     * Reads.
     *
     * @return how many octets were taken, 0 when there are none yet, -1 when none will come
     */
    public int read(byte[] into, int offset, int length) {
        boolean complete = rings.inputComplete;
        int taken = rings.input.take(into, offset, length);
        return afterTaking(taken, complete);
    }

    /**
     * Reads.
     *
     * @param into gets octets from its position to its limit
     * @return how many octets were taken, 0 when there are none yet, -1 when none will come
     */
    public int read(ByteBuffer into) {
        boolean complete = rings.inputComplete;
        int taken = rings.input.take(into);
        return afterTaking(taken, complete);
    }

    private int afterTaking(int taken, boolean complete) {
        if (taken == 0) {
            return complete ? -1 : 0;
        }
        if (rings.beyond > 0 && rings.input.room() >= DrivenRings.WORTH_TELLING) {
            signal();
        }
        return taken;
    }

    /**
     * Writes.
     *
     * @return how many octets were taken, 0 when there is no room yet, -1 when none will be taken
     *     any more
     */
    public int write(byte[] from, int offset, int length) {
        return outputIsOver() ? -1 : afterPutting(rings.output.put(from, offset, length));
    }

    /**
     * Writes.
     *
     * @param from its octets from position to limit; those taken are consumed
     * @return how many octets were taken, 0 when there is no room yet, -1 when none will be taken
     *     any more
     */
    public int write(ByteBuffer from) {
        return outputIsOver() ? -1 : afterPutting(rings.output.put(from));
    }

    /**
     * Writes several buffers, one behind the other. What is taken leaves together, in one segment
     * where one can hold it.
     *
     * @param from their octets from position to limit; those taken are consumed
     * @return how many octets were taken, 0 when there is no room yet, -1 when none will be taken
     *     any more
     */
    public int write(ByteBuffer[] from, int offset, int length) {
        return outputIsOver() ? -1 : afterPutting(rings.output.put(from, offset, length));
    }

    private boolean outputIsOver() {
        return rings.outputEnded || rings.ended;
    }

    private int afterPutting(int octets) {
        if (octets > 0) {
            signal();
        }
        // Octets put while another thread ends the output may come too late to be sent.
        return rings.outputEnded ? -1 : octets;
    }

    /**
     * Ends the output behind everything written; whoever writes is told at once. A connection
     * that is not established yet ends (RFC 9293 §3.10.4).
     *
     * @return completed as {@link AsyncConnection#shutdownOutput}; exceptionally with {@link
     *     IOException} when the connection could not be opened
     */
    public CompletableFuture<Void> shutdownOutput() {
        rings.outputEnded = true;
        CompletableFuture<Void> asked =
                driver.submit(
                        answer -> {
                            if (rings.connection == null) {
                                answer.completeExceptionally(notOpened());
                            } else {
                                rings.connection.driven.shutdownOutput();
                                answer.complete(null);
                            }
                        });
        readiness.changed(Readiness.WRITABLE);
        return asked.thenCompose(nothing -> rings.connection.outputAccepted());
    }

    private IOException notOpened() {
        return new IOException("the connection could not be opened", rings.refusal);
    }

    /** Throws away what was received, and what will come, as it comes. */
    public void discardInput() {
        CompletableFuture<Void> unused =
                driver.submit(
                        answer -> {
                            rings.discardInput();
                            answer.complete(null);
                        });
    }

    /**
     * Gives the connection up: everything written is still delivered, unless there are unread
     * octets. Whoever waits is told at once. A second call does nothing.
     *
     * @return completed when the peer's TCP has accepted everything and the FIN; exceptionally when
     *     the connection ends before
     */
    public CompletableFuture<Void> close(Unread unread) {
        return end(() -> rings.close(unread));
    }

    /**
     * Ends the connection at once with a reset. Whoever waits is told at once.
     *
     * @return completed exceptionally when it has ended
     */
    public CompletableFuture<Void> abort() {
        return end(rings::sendAndAbort);
    }

    private CompletableFuture<Void> end(Runnable how) {
        if (rings.closed) {
            return CompletableFuture.completedFuture(null);
        }
        rings.closed = true;
        rings.outputEnded = true;
        CompletableFuture<Void> asked =
                driver.submit(
                        answer -> {
                            if (rings.connection != null) {
                                how.run();
                            }
                            answer.complete(null);
                        });
        readiness.changed(Readiness.READABLE | Readiness.WRITABLE);
        return asked.thenCompose(
                nothing ->
                        rings.connection == null
                                ? CompletableFuture.completedFuture(null)
                                : rings.connection.outputAccepted());
    }

    /** Tells the driver that there is something to look at. */
    private void signal() {
        if (signalled.compareAndSet(false, true)) {
            driver.signal(this);
        }
    }

    /** Does what the user's thread has signalled; on the driver's thread. */
    void signalTaken() {
        signalled.set(false);
        rings.goOn();
    }

    @Override
    public String toString() {
        return "RingConnection[" + rings.connection + "]";
    }
}
