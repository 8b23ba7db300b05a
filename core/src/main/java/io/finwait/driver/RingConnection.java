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

    /** Reading further is told to the driver when so much of the ring is free. */
    private static final int WORTH_TELLING = ByteRing.LARGEST / 2;

    private static final int SCRATCH = 8 << 10;

    private final Driver driver;
    private final Readiness readiness;
    private final ByteRing input = new ByteRing();
    private final ByteRing output = new ByteRing();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final AtomicBoolean failureTaken = new AtomicBoolean();

    /** The next connection that has signalled ({@link Signals}). */
    RingConnection nextSignalled;

    private volatile AsyncConnection connection;
    private volatile boolean established;
    private volatile boolean closed;
    private volatile boolean outputEnded;
    private volatile boolean peerClosed;

    /** Octets that the endpoint holds because the ring is full. */
    private volatile int beyond;

    /** Everything that ever came is in the ring. */
    private volatile boolean inputComplete;

    private volatile boolean ended;
    private volatile CloseReason reason;
    private volatile String unreachable;
    private volatile Throwable refusal;

    // The driver's thread.
    private boolean discarding;

    /** Nothing that is still in the ring will be sent. */
    private boolean outputCut;

    private ByteBuffer scratch;

    RingConnection(Driver driver, Readiness readiness) {
        this.driver = driver;
        this.readiness = Objects.requireNonNull(readiness, "readiness");
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
                            opening.connection =
                                    AsyncConnection.pumped(driver, below, opening.pump());
                            answer.complete(null);
                        });
        CompletableFuture<?> unused = opened.whenComplete(opening::told);
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
        taken.connection = accepted;
        taken.established = true;
        CompletableFuture<Void> attached =
                taken.driver.submit(
                        answer -> {
                            accepted.pump(taken.pump());
                            answer.complete(null);
                        });
        CompletableFuture<?> unused = attached.whenComplete(taken::told);
        return taken;
    }

    private void told(Void nothing, Throwable failure) {
        if (failure != null) {
            refusal = failure;
            overAndDone(null);
        }
    }

    // What the user asks.

    /** The handshake is complete; stays true. */
    public boolean isEstablished() {
        return established;
    }

    /** It is over, or could never be opened. What has come before may still be read. */
    public boolean hasEnded() {
        return ended;
    }

    /** How it ended; null as long as it has not, or when it could not be opened. */
    public CloseReason reason() {
        return reason;
    }

    /**
     * Why it could not be opened, in the exceptions of {@link io.finwait.tcp.Endpoint#connect}, or
     * null.
     */
    public Throwable refusal() {
        return refusal;
    }

    /**
     * What the network said while it was being opened, "No route to host" for instance, or null.
     */
    public String unreachable() {
        return unreachable;
    }

    /** The peer has ended its output; there may be octets before that end. */
    public boolean peerHasClosed() {
        return peerClosed;
    }

    /** The connection below, for its addresses and options; null before there is one. */
    public AsyncConnection connection() {
        return connection;
    }

    /**
     * How the connection failed, for the first who asks after it has ended; null for all others,
     * and when it has ended in order. An error is told once, as the kernel's sockets do.
     */
    public CloseReason takeFailure() {
        CloseReason how = reason;
        boolean failed = how != null && !(how instanceof CloseReason.Orderly);
        return failed && failureTaken.compareAndSet(false, true) ? how : null;
    }

    /** A read would get octets or -1. */
    public boolean isReadable() {
        return !input.isEmpty() || inputComplete;
    }

    /** A write would take octets, and not only one or two, or would return -1. */
    public boolean isWritable() {
        return outputEnded || ended || (established && output.room() >= ByteRing.LARGEST / 4);
    }

    /** Octets that can be read. */
    public int available() {
        return input.length() + beyond;
    }

    // What the user does.

    /**
     * Reads.
     *
     * @return how many octets were taken, 0 when there are none yet, -1 when none will come
     */
    public int read(byte[] into, int offset, int length) {
        boolean complete = inputComplete;
        int taken = input.take(into, offset, length);
        return afterTaking(taken, complete);
    }

    /**
     * Reads.
     *
     * @param into gets octets from its position to its limit
     * @return how many octets were taken, 0 when there are none yet, -1 when none will come
     */
    public int read(ByteBuffer into) {
        boolean complete = inputComplete;
        int taken = input.take(into);
        return afterTaking(taken, complete);
    }

    private int afterTaking(int taken, boolean complete) {
        if (taken == 0) {
            return complete ? -1 : 0;
        }
        if (beyond > 0 && input.room() >= WORTH_TELLING) {
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
        return outputEnded || ended ? -1 : afterPutting(output.put(from, offset, length));
    }

    /**
     * Writes.
     *
     * @param from its octets from position to limit; those taken are consumed
     * @return how many octets were taken, 0 when there is no room yet, -1 when none will be taken
     *     any more
     */
    public int write(ByteBuffer from) {
        return outputEnded || ended ? -1 : afterPutting(output.put(from));
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
        return outputEnded || ended ? -1 : afterPutting(output.put(from, offset, length));
    }

    private int afterPutting(int octets) {
        if (octets > 0) {
            signal();
        }
        // Octets put while another thread ends the output may come too late to be sent.
        return outputEnded ? -1 : octets;
    }

    /**
     * Ends the output behind everything written; whoever writes is told at once.
     *
     * @return completed as {@link AsyncConnection#shutdownOutput}
     */
    public CompletableFuture<Void> shutdownOutput() {
        outputEnded = true;
        CompletableFuture<Void> accepted = connection.shutdownOutput();
        readiness.changed(Readiness.WRITABLE);
        return accepted;
    }

    /** Throws away what was received, and what will come, as it comes. */
    public void discardInput() {
        CompletableFuture<Void> unused =
                driver.submit(
                        answer -> {
                            discarding = true;
                            pumpInput();
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
        return end(() -> closeNow(unread));
    }

    /**
     * Ends the connection at once with a reset. Whoever waits is told at once.
     *
     * @return completed exceptionally when it has ended
     */
    public CompletableFuture<Void> abort() {
        return end(this::sendAndAbort);
    }

    private CompletableFuture<Void> end(Runnable how) {
        if (closed) {
            return CompletableFuture.completedFuture(null);
        }
        closed = true;
        outputEnded = true;
        CompletableFuture<Void> asked =
                driver.submit(
                        answer -> {
                            if (connection != null) {
                                how.run();
                            }
                            answer.complete(null);
                        });
        readiness.changed(Readiness.READABLE | Readiness.WRITABLE);
        return asked.thenCompose(
                nothing ->
                        connection == null
                                ? CompletableFuture.completedFuture(null)
                                : connection.outputAccepted());
    }

    /** Tells the driver that there is something to look at. */
    private void signal() {
        if (signalled.compareAndSet(false, true)) {
            driver.signal(this);
        }
    }

    // On the driver's thread.

    /** Does what the user's thread has signalled. */
    void signalTaken() {
        signalled.set(false);
        if (connection != null) {
            pumpInput();
            connection.goOnWriting();
        }
    }

    private void closeNow(Unread policy) {
        boolean unread = !input.isEmpty() || connection.unread() > 0;
        switch (policy) {
            case RESET -> endNow(unread);
            case FIN_THEN_RESET -> {
                if (unread) {
                    connection.shutdownOutputNow();
                    // With this cycle the FIN leaves, as far as windows and room allow.
                    driver.nextCycle(connection::abortNow);
                } else {
                    endNow(false);
                }
            }
            case DISCARD -> {
                discarding = true;
                pumpInput();
                endNow(false);
            }
        }
    }

    /**
     * With a kernel below, what was written would have left at once, as far as the windows allow.
     */
    private void sendAndAbort() {
        if (established && !output.isEmpty()) {
            connection.goOnWriting();
            driver.nextCycle(connection::abortNow);
        } else {
            connection.abortNow();
        }
    }

    private void endNow(boolean reset) {
        if (reset) {
            connection.abortNow();
        } else {
            connection.endOrphaned();
        }
    }

    private void pumpInput() {
        if (inputComplete) {
            return;
        }
        boolean moved = false;
        while (connection.isReadable()) {
            if (connection.unread() == 0) {
                // The end of the stream, for which a full ring has room as well.
                inputIsComplete();
                break;
            }
            ByteBuffer room = discarding ? scratch() : input.roomToPut();
            if (room == null) {
                beyond = connection.unread();
                if (input.room() < WORTH_TELLING) {
                    break;
                }
                // The reader may have taken many octets before it could see that the driver waits
                // for room.
                continue;
            }
            int octets = connection.receive(room);
            if (octets < 0) {
                inputIsComplete();
                break;
            }
            if (!discarding) {
                input.putDone(octets);
            }
            moved = true;
        }
        if (beyond > 0) {
            beyond = connection.unread();
        }
        if (moved || inputComplete) {
            readiness.changed(Readiness.READABLE);
        }
    }

    /** A thread that sees that no more comes must be able to see why. */
    private void inputIsComplete() {
        CloseReason how = connection.closeReason();
        if (how == null || finHadCome(how)) {
            peerClosed = true;
        }
        reason = how;
        ended = how != null;
        inputComplete = true;
    }

    private static boolean finHadCome(CloseReason how) {
        for (CloseReason.Step step : how.ending().path()) {
            if (step.state().hasReceivedFin()) {
                return true;
            }
        }
        return false;
    }

    private ByteBuffer scratch() {
        if (scratch == null) {
            scratch = ByteBuffer.allocate(SCRATCH);
        }
        return scratch.clear();
    }

    private void overAndDone(CloseReason how) {
        reason = how;
        if (how != null && finHadCome(how)) {
            peerClosed = true;
        }
        ended = true;
        if (connection == null) {
            inputComplete = true;
        } else {
            pumpInput();
        }
        readiness.changed(Readiness.READABLE | Readiness.WRITABLE);
    }

    private RingPump pump() {
        return new Ends();
    }

    /** What the connection below tells. */
    private final class Ends implements RingPump {

        @Override
        public void established() {
            established = true;
            readiness.changed(Readiness.WRITABLE);
        }

        @Override
        public void softError(String message) {
            if (!established && unreachable == null) {
                unreachable = message;
                connection.abortNow();
            }
        }

        @Override
        public void readable() {
            pumpInput();
        }

        @Override
        public boolean flush() throws IOException {
            ByteBuffer octets;
            boolean moved = false;
            if (outputCut) {
                return true;
            }
            while ((octets = output.octetsToTake()) != null) {
                int taken = connection.send(octets);
                if (taken == 0) {
                    break;
                }
                output.takeDone(taken);
                moved = true;
            }
            if (moved) {
                readiness.changed(Readiness.WRITABLE);
            }
            return octets == null;
        }

        @Override
        public boolean hasUnsent() {
            return !ended && !outputCut && !output.isEmpty();
        }

        @Override
        public int unread() {
            return input.length();
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void cutOff() {
            outputCut = true;
            outputEnded = true;
            readiness.changed(Readiness.WRITABLE);
        }

        @Override
        public void ended(CloseReason how) {
            overAndDone(how);
        }
    }

    @Override
    public String toString() {
        return "RingConnection[" + connection + "]";
    }
}
