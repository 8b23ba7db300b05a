package io.finwait.tcp.internal.context;

import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.wire.FourTuple;

import java.util.ArrayDeque;

/**
 * Events for the {@link EndpointObserver}, kept like {@code Notifications} until the batch of
 * packets is processed, so that the observer never runs in the middle of a segment. Each holds a
 * snapshot of the connection, whose TCB may have ended by then. Snapshots are reused, so nothing is
 * allocated.
 */
public final class Observations {

    private final EndpointObserver observer;
    private final Clock clock;
    private final Failures failures;
    private final boolean nobodyListens;
    private final ArrayDeque<Picture> waiting = new ArrayDeque<>();
    private final ArrayDeque<Picture> free = new ArrayDeque<>();

    public Observations(EndpointObserver observer, Clock clock, Failures failures) {
        this.observer = observer;
        this.failures = failures;
        this.clock = clock;
        nobodyListens = observer.equals(EndpointObserver.NONE);
    }

    public boolean areWanted() {
        return !nobodyListens;
    }

    public boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** A TCB has changed its state. */
    public void transition(Tcb tcb, State from, Trigger trigger, State to) {
        if (!nobodyListens) {
            newPicture().of(tcb, to).moved(from, trigger);
        }
    }

    /** An entry of the TIME-WAIT table has changed its state. */
    public void transition(TimeWaitEntry entry, State from, Trigger trigger) {
        if (!nobodyListens) {
            newPicture().of(entry, from.on(trigger)).moved(from, trigger);
        }
    }

    /** A segment of a TCB was sent again. */
    public void retransmission(Tcb tcb, Retransmission cause, int timeouts) {
        if (!nobodyListens) {
            newPicture().of(tcb, tcb.state).sentAgain(cause, timeouts);
        }
    }

    private Picture newPicture() {
        Picture picture = free.poll();
        if (picture == null) {
            picture = new Picture();
        }
        picture.dated = clock.isRunning();
        picture.atNs = clock.lastNs();
        waiting.addLast(picture);
        return picture;
    }

    /** Tells the observer of the oldest event. */
    public void tellNext() {
        Picture picture = waiting.removeFirst();
        try {
            picture.tell(observer, picture.dated ? picture.atNs : clock.lastNs());
        } catch (Throwable e) {
            failures.report("the endpoint goes on; threw:", "its observer", e);
        }
        free.push(picture);
    }

    /** A connection as it was when something happened to it. */
    private static final class Picture extends FourTuple implements ConnectionInfo {

        private long unread;
        private long unacknowledged;
        private State state;

        /** Null for a retransmission. */
        private Trigger trigger;

        private State from;
        private Retransmission cause;
        private int timeouts;
        private boolean dated;
        private long atNs;

        Picture of(Tcb tcb, State newState) {
            set(tcb);
            unread = tcb.unread();
            unacknowledged = tcb.unacknowledged();
            state = newState;
            return this;
        }

        Picture of(TimeWaitEntry entry, State newState) {
            set(entry);
            unread = 0;
            unacknowledged = 0;
            state = newState;
            return this;
        }

        void moved(State newFrom, Trigger newTrigger) {
            from = newFrom;
            trigger = newTrigger;
        }

        void sentAgain(Retransmission newCause, int newTimeouts) {
            trigger = null;
            cause = newCause;
            timeouts = newTimeouts;
        }

        void tell(EndpointObserver observer, long nowNs) {
            if (trigger == null) {
                observer.onRetransmission(this, cause, timeouts, nowNs);
            } else {
                observer.onTransition(this, from, trigger, state, nowNs);
            }
        }

        @Override
        public State state() {
            return state;
        }

        @Override
        public long unread() {
            return unread;
        }

        @Override
        public long unacknowledged() {
            return unacknowledged;
        }

        @Override
        public String toString() {
            return sockets() + " " + state;
        }
    }
}
