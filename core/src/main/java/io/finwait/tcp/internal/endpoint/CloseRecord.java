package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.ClosedFirst;
import io.finwait.tcp.CloseReason.Ending;
import io.finwait.tcp.CloseReason.Step;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.tcb.EndKind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a connection ended: the states it went through, who closed first, why it ended and what was
 * left unsent, unacknowledged or unread. It is kept in plain fields; a {@link CloseReason} is made
 * only when the user asks.
 */
final class CloseRecord {

    private static final State[] STATES = State.values();
    private static final int LONGEST_PATH = 12;
    private static final int FIRST_PLACES = 3;
    private static final int NONE = Integer.MAX_VALUE;

    /** The states, four bits for each. */
    private long path;

    /** Room for an open connection; a close needs more, and a handle that is used again has it. */
    private long[] times = new long[FIRST_PLACES];

    private int steps;

    /**
     * The first step that was made between two duty cycles; the next cycle gives it, and those
     * after it, its time.
     */
    private int undatedFrom = NONE;

    private EndKind kind = EndKind.NOT_ENDED;
    private int cause;
    private ClosedFirst closedFirst;
    private String softError;
    private long unsent;
    private long unacknowledged;
    private long unread;

    /** Clears the record for the handle's next connection. */
    void begin() {
        steps = 0;
        if (undatedFrom != NONE) {
            undatedFrom = 0;
        }
        kind = EndKind.NOT_ENDED;
        closedFirst = null;
        left(0, 0, 0, null);
    }

    /**
     * The connection has entered a state.
     *
     * @param dated false between two duty cycles, whose time is not known
     * @return true when this is the first step that waits for its time
     */
    boolean entered(State state, long nowNs, boolean dated) {
        if (steps == LONGEST_PATH) {
            return false;
        }
        if (steps == times.length) {
            times = Arrays.copyOf(times, LONGEST_PATH);
        }
        int place = 4 * steps;
        path = (path & ~(0xFL << place)) | ((long) state.ordinal() << place);
        times[steps++] = nowNs;
        if (dated || undatedFrom != NONE) {
            return false;
        }
        undatedFrom = steps - 1;
        return true;
    }

    /** Gives the steps that wait for it the time of the duty cycle. */
    void date(long nowNs) {
        for (int i = undatedFrom; i < steps; i++) {
            times[i] = nowNs;
        }
        undatedFrom = NONE;
    }

    /** Notes that one end, or both, has closed; only the first call counts. */
    void closed(ClosedFirst end) {
        if (closedFirst == null) {
            closedFirst = end;
        } else if (end == ClosedFirst.BOTH) {
            closedFirst = end;
        }
    }

    /** True when an end has closed. */
    boolean isClosedByOne() {
        return closedFirst != null;
    }

    /** Notes what was left at the end, in octets. */
    void left(long unsentOctets, long unacknowledgedOctets, long unreadOctets, String lastError) {
        unsent = unsentOctets;
        unacknowledged = unacknowledgedOctets;
        unread = unreadOctets;
        softError = lastError;
    }

    /** The connection has ended. */
    void ended(EndKind how, int causeOrdinal) {
        kind = how;
        cause = causeOrdinal;
    }

    /**
     * Like {@link #closed}, for a connection that ended although neither end closed: the peer
     * counts as the closer.
     */
    void endedBy(boolean peerForSure) {
        if (peerForSure || closedFirst == null) {
            closedFirst = ClosedFirst.REMOTE;
        }
    }

    EndKind kind() {
        return kind;
    }

    boolean hasEnded() {
        return kind != EndKind.NOT_ENDED;
    }

    /** True when the connection was cut off instead of closed in order. */
    boolean endedBadly() {
        return switch (kind) {
            case NOT_ENDED, ORDERLY -> false;
            case RESET_BY_PEER, REFUSED, ABORTED, TIMED_OUT, CLOSED_EARLY -> true;
        };
    }

    long unsent() {
        return unsent;
    }

    /** The reason of the end, or null before it. */
    CloseReason reason() {
        if (kind == EndKind.NOT_ENDED) {
            return null;
        }
        List<Step> way = new ArrayList<>(steps);
        for (int i = 0; i < steps; i++) {
            way.add(new Step(STATES[(int) (path >>> (4 * i)) & 0xF], times[i]));
        }
        Ending ending = new Ending(unsent, unacknowledged, unread, way);
        return switch (kind) {
            case ORDERLY -> new CloseReason.Orderly(closedFirst, ending);
            case RESET_BY_PEER -> new CloseReason.ResetByPeer(ending);
            case REFUSED -> new CloseReason.Refused(ending);
            case ABORTED -> new CloseReason.Aborted(AbortCause.values()[cause], ending);
            case TIMED_OUT -> new CloseReason.TimedOut(TimeoutCause.values()[cause], ending);
            case CLOSED_EARLY -> new CloseReason.ClosedBeforeEstablished(ending);
            case NOT_ENDED -> throw new AssertionError("handled above");
        };
    }

    /** The message of calls that fail because of this end, in the words of the JDK's sockets. */
    String message() {
        if (kind == EndKind.TIMED_OUT) {
            return softError != null ? softError : "Connection timed out";
        }
        boolean byUser = kind == EndKind.ABORTED && AbortCause.values()[cause] == AbortCause.USER;
        return byUser ? "Connection reset" : reason().message();
    }
}
