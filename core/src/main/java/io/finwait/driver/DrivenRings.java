package io.finwait.driver;

import io.finwait.driver.RingConnection.Unread;
import io.finwait.tcp.CloseReason;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * The driver's side of a {@link RingConnection}: it carries octets between the rings and the
 * connection below. What both sides know stands in volatile fields; all methods are called on the
 * driver's thread.
 */
final class DrivenRings implements RingPump {

    /** Reading further is told to the driver when so much of the ring is free. */
    static final int WORTH_TELLING = ByteRing.LARGEST / 2;

    private static final int SCRATCH = 8 << 10;

    private final Driver driver;
    private final Readiness readiness;

    // What both sides know.

    /** Filled by the driver, emptied by the user. */
    final ByteRing input = new ByteRing();

    /** Filled by the user, emptied by the driver. */
    final ByteRing output = new ByteRing();

    /** The connection below; null before there is one. */
    volatile AsyncConnection connection;

    volatile boolean established;

    /** The user has closed. */
    volatile boolean closed;

    /** The user can write no more. */
    volatile boolean outputEnded;

    volatile boolean peerClosed;

    /** Octets that the endpoint holds because the ring is full. */
    volatile int beyond;

    /** Everything that ever came is in the ring. */
    volatile boolean inputComplete;

    volatile boolean ended;
    volatile CloseReason reason;
    volatile String unreachable;
    volatile Throwable refusal;

    // What the driver's side alone knows.

    private boolean discarding;

    /** Nothing that is still in the ring will be sent. */
    private boolean outputCut;

    private ByteBuffer scratch;

    DrivenRings(Driver driver, Readiness readiness) {
        this.driver = driver;
        this.readiness = readiness;
    }

    // How it begins.

    /** The connection whose octets are carried. */
    void carry(AsyncConnection opened) {
        connection = opened;
    }

    /** The same for one that is established; by whoever takes it over, before the first octet. */
    void carryEstablished(AsyncConnection accepted) {
        connection = accepted;
        established = true;
    }

    /** A connection that can't be opened or taken over is over; from any thread. */
    void refusedIfFailed(CompletableFuture<Void> beginning) {
        CompletableFuture<?> unused =
                beginning.whenComplete(
                        (nothing, failure) -> {
                            if (failure != null) {
                                refusal = failure;
                                ended(null);
                            }
                        });
    }

    // What the user's side asks for.

    /** The user has put octets into the output, or taken some out of a full input. */
    void goOn() {
        if (connection != null) {
            pumpInput();
            below().goOnWriting();
        }
    }

    void discardInput() {
        discarding = true;
        pumpInput();
    }

    void close(Unread policy) {
        boolean unread = !input.isEmpty() || below().unread() > 0;
        switch (policy) {
            case RESET -> end(unread);
            case FIN_THEN_RESET -> {
                if (unread) {
                    below().shutdownOutput();
                    // With this cycle the FIN leaves, as far as windows and room allow.
                    driver.nextCycle(below()::abort);
                } else {
                    end(false);
                }
            }
            case DISCARD -> {
                discardInput();
                end(false);
            }
        }
    }

    private void end(boolean reset) {
        if (reset) {
            below().abort();
        } else {
            below().endOrphaned();
        }
    }

    /**
     * With a kernel below, what was written would have left at once, as far as the windows allow.
     */
    void sendAndAbort() {
        if (established && !output.isEmpty()) {
            below().goOnWriting();
            driver.nextCycle(below()::abort);
        } else {
            below().abort();
        }
    }

    private DrivenConnection below() {
        return connection.driven;
    }

    // What the connection below tells.

    @Override
    public void established() {
        established = true;
        readiness.changed(Readiness.WRITABLE);
    }

    @Override
    public void softError(String message) {
        if (!established && unreachable == null) {
            unreachable = message;
            below().abort();
        }
    }

    @Override
    public void readable() {
        pumpInput();
    }

    private void pumpInput() {
        if (inputComplete) {
            return;
        }
        DrivenConnection below = below();
        boolean moved = false;
        while (below.isReadable()) {
            if (below.unread() == 0) {
                // The end of the stream, for which a full ring has room as well.
                inputIsComplete();
                break;
            }
            ByteBuffer room = discarding ? scratch() : input.roomToPut();
            if (room == null) {
                beyond = below.unread();
                if (input.room() < WORTH_TELLING) {
                    break;
                }
                // The reader may have taken many octets before it could see that the driver waits
                // for room.
                continue;
            }
            int octets = below.receive(room);
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
            beyond = below.unread();
        }
        if (moved || inputComplete) {
            readiness.changed(Readiness.READABLE);
        }
    }

    private ByteBuffer scratch() {
        if (scratch == null) {
            scratch = ByteBuffer.allocate(SCRATCH);
        }
        return scratch.clear();
    }

    /** A thread that sees that no more comes must be able to see why. */
    private void inputIsComplete() {
        CloseReason how = below().connection.closeReason();
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

    @Override
    public boolean flush() throws IOException {
        ByteBuffer octets;
        boolean moved = false;
        if (outputCut) {
            return true;
        }
        while ((octets = output.octetsToTake()) != null) {
            int taken = below().send(octets);
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
}
