package io.finwait.driver;

import io.finwait.tcp.State;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A hand between a connection and its user, for tests: it lets no more than so many octets out,
 * holds back what has come, and acts in the user's place as a program that goes wrong would. What
 * the TCP makes of it is what it always does.
 *
 * <p>All methods are called on the driver's thread ({@link Driver#call}, or in a turn of a {@link
 * SteeredDriver}).
 */
public final class Grip {

    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final DrivenConnection driven;
    private long sent;
    private long limit = NO_LIMIT;
    private Runnable whenSent;
    private long received;
    private long awaited = NO_LIMIT;
    private Runnable whenReceived;
    private boolean holdsInput;

    Grip(DrivenConnection driven) {
        this.driven = driven;
    }

    /** The grip on a connection; always the same. */
    public static Grip on(AsyncConnection connection) {
        return connection.driven.grip();
    }

    /** Whose connection it is. */
    public AsyncConnection connection() {
        return driven.user();
    }

    /**
     * Lets no more octets out than these, counted from the first that was sent after the grip was
     * taken, and does something behind the last of them, in the next turn.
     *
     * @param octets 0 or more; with 0 it is done in the next turn
     */
    public void outputLimit(long octets, Runnable then) {
        limit = octets;
        whenSent = then;
        if (sent >= limit) {
            limitReached();
        }
    }

    private void limitReached() {
        Runnable then = whenSent;
        whenSent = null;
        if (then != null) {
            driven.driver().nextCycle(then);
        }
    }

    /**
     * Does something in the turn after so many octets have been received in order.
     *
     * @param octets 0 or more, counted from when the grip was taken
     */
    public void afterReceived(long octets, Runnable then) {
        awaited = octets;
        whenReceived = then;
        awaitedCame();
    }

    private void awaitedCame() {
        if (whenReceived != null && received >= awaited) {
            driven.driver().nextCycle(whenReceived);
            whenReceived = null;
        }
    }

    /**
     * The user takes nothing any more, so that the window closes; or he does again. A read that
     * waits goes on waiting, whatever the peer does, until the user closes, resets or dies.
     */
    public void holdInput(boolean hold) {
        holdsInput = hold;
        if (!hold) {
            driven.goOnReading();
        }
    }

    /** Octets that were received and that the user has not taken. */
    public long unread() {
        return driven.unreadByUser();
    }

    /** The state of the connection; CLOSED when it has ended. */
    public State state() {
        return driven.state();
    }

    /** The user has closed his socket, or the connection has ended. */
    public boolean isClosedByUser() {
        return driven.isClosedByUser();
    }

    /** The user closes his socket; what he writes later fails. */
    public void close() {
        driven.cutOff();
        driven.connection.close();
        holdInput(false);
    }

    /** The user ends his output; what he writes later fails. */
    public void shutdownOutput() {
        driven.cutOff();
        driven.connection.shutdownOutput();
    }

    /** The user resets the connection. */
    public void abort() {
        driven.cutOff();
        driven.abort();
        holdInput(false);
    }

    /** The user's process dies: FIN, or RST when there are octets that he has not taken. */
    public void kill() {
        if (unread() > 0) {
            abort();
        } else {
            driven.endOrphaned();
            holdInput(false);
        }
    }

    // For the connection.

    boolean letsIn() {
        return !holdsInput;
    }

    void hasReceived(int octets) {
        if (octets > 0) {
            received += octets;
            awaitedCame();
        }
    }

    int send(ByteBuffer octets) throws IOException {
        long room = Math.min(limit - sent, octets.remaining());
        if (room <= 0) {
            return 0;
        }
        int end = octets.limit();
        octets.limit(octets.position() + (int) room);
        int taken;
        try {
            taken = driven.connection.send(octets);
        } finally {
            octets.limit(end);
        }
        sent += taken;
        if (sent >= limit) {
            limitReached();
        }
        return taken;
    }
}
