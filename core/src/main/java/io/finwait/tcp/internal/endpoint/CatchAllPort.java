package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CatchAll;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.IncomingHandler;
import io.finwait.tcp.IncomingHandler.Gone;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.endpoint.TcpIncoming.Answer;
import io.finwait.tcp.internal.endpoint.TcpIncoming.Phase;
import io.finwait.tcp.internal.input.SegmentInput;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;
import io.finwait.wire.Unreachable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * What takes connections to every address and port that no listener takes: SYNs wait here until the
 * user has answered them ({@link CatchAll}). An endpoint has one, which is mostly closed.
 */
final class CatchAllPort implements Backlog {

    private final TcpEndpoint endpoint;
    private final Context context;
    private final Lifecycle lifecycle;
    private final TimeWaits timeWaits;
    private final SegmentInput input;
    private final StatelessAnswers answers;
    private final HandshakeQueue handshakes;
    private final WaitingSyns syns;
    private final FourTuple pair = new FourTuple();

    /** Those that the user has answered, until the next cycle carries it out. */
    private final ArrayDeque<TcpIncoming> answered = new ArrayDeque<>();

    /** Those of which the user is to be told something. */
    private final ArrayDeque<TcpIncoming> untold = new ArrayDeque<>();

    private CatchAllLimits limits;

    /** Null while it is closed. */
    private IncomingHandler handler;

    private Opened opened;

    CatchAllPort(
            TcpEndpoint endpoint,
            Context context,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            SegmentInput input,
            StatelessAnswers answers) {
        this.endpoint = endpoint;
        this.context = context;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        this.input = input;
        this.answers = answers;
        handshakes = new HandshakeQueue(context);
        syns = new WaitingSyns(context.tcbs);
    }

    // The user's calls.

    CatchAll open(CatchAllLimits newLimits, IncomingHandler newHandler) {
        if (handler != null) {
            throw new IllegalStateException("the endpoint already catches all; close that first");
        }
        limits = Objects.requireNonNull(newLimits, "limits");
        handler = Objects.requireNonNull(newHandler, "handler");
        opened = new Opened();
        context.watch.states().add(State.LISTEN, 1);
        return opened;
    }

    /** The user's side of one opening. */
    private final class Opened implements CatchAll {

        @Override
        public int waiting() {
            return isClosed() ? 0 : syns.queued();
        }

        @Override
        public int handshakes() {
            return isClosed() ? 0 : handshakes.size();
        }

        @Override
        public void close() {
            endpoint.checkThread();
            if (!isClosed()) {
                CatchAllPort.this.close();
            }
        }

        @Override
        public boolean isClosed() {
            return opened != this;
        }

        @Override
        public String toString() {
            return isClosed() ? "catch-all (closed)" : "catch-all, " + waiting() + " wait";
        }
    }

    boolean isOpen() {
        return handler != null;
    }

    void close() {
        if (handler == null) {
            return;
        }
        handler = null;
        opened = null;
        context.watch.states().add(State.LISTEN, -1);
        List<TcpIncoming> all = new ArrayList<>();
        syns.forEach(all::add);
        all.forEach(each -> end(each, null));
        // Some were handed over and not told: nobody will ever own them.
        untold.forEach(each -> end(each, null));
        untold.clear();
        answered.clear();
        while (handshakes.oldest() != null) {
            lifecycle.forget(handshakes.oldest());
        }
    }

    boolean answer(TcpIncoming incoming, Answer answer, Unreachable why) {
        endpoint.checkThread();
        if (answer == Answer.UNREACHABLE) {
            Objects.requireNonNull(why, "why");
        }
        if (incoming.phase != Phase.WAITING) {
            return false;
        }
        incoming.phase = Phase.ANSWERED;
        incoming.answer = answer;
        incoming.why = why;
        answered.add(incoming);
        return true;
    }

    // SYNs arrive.

    /** A RST takes back a SYN that waits; anything else goes its usual way. */
    boolean isTakenBack(Segment seg) {
        if (!seg.hasRst()) {
            return false;
        }
        TcpIncoming incoming = syns.find(pair.ofReceiver(seg));
        if (incoming == null || seg.seq() != incoming.seq + 1) {
            return false;
        }
        context.counters.add(Counter.RESETS_IN);
        end(incoming, Gone.NOT_COMPLETED);
        return true;
    }

    /** Whether a segment is the SYN again that waits over an entry in TIME-WAIT. */
    boolean isItsOwnSyn(Segment seg) {
        if (!seg.hasSyn() || seg.hasAck()) {
            return false;
        }
        TcpIncoming incoming = syns.find(pair.ofReceiver(seg));
        return incoming != null && incoming.overTimeWait && incoming.seq == seg.seq();
    }

    /** An ACK for nobody may only bring a cookie back where cookies are sent. */
    boolean takesCookies() {
        return limits.answersWhenFull();
    }

    @Override
    public boolean asksFirst() {
        return true;
    }

    @Override
    public boolean hold(Segment syn) {
        return hold(syn, false, 0);
    }

    /**
     * A SYN that reopens a pair of sockets in TIME-WAIT, whose entry is parked. No cookie can
     * answer it, since nothing would remember that it may.
     */
    void holdOverTimeWait(Segment syn, int oldSndNxt) {
        if (!hold(syn, true, oldSndNxt)) {
            timeWaits.returned(pair.ofReceiver(syn));
            context.counters.add(Counter.LISTEN_DROPS);
        }
    }

    private boolean hold(Segment syn, boolean overTimeWait, int oldSndNxt) {
        TcpIncoming known = syns.find(pair.ofReceiver(syn));
        if (known != null) {
            if (overTimeWait) {
                known.overTimeWait = true;
                known.oldSndNxt = oldSndNxt;
            }
            boolean anotherCall = known.phase == Phase.IGNORED && known.seq != syn.seq();
            if (anotherCall) {
                callsAnew(known, syn);
            } else {
                // The newest SYN is the one that its peer waits for an answer to.
                known.take(syn);
            }
            return true;
        }
        if (syns.queued() >= limits.maxWaiting()) {
            if (limits.answersWhenFull()) {
                return false;
            }
            crowdOutOldest();
        }
        TcpIncoming incoming = new TcpIncoming(this);
        incoming.take(syn);
        incoming.overTimeWait = overTimeWait;
        incoming.oldSndNxt = oldSndNxt;
        begin(incoming);
        return true;
    }

    /** A peer whose SYN is ignored sends another one: its place is taken, and the user is asked. */
    private void callsAnew(TcpIncoming ignored, Segment syn) {
        TcpIncoming incoming = new TcpIncoming(this);
        incoming.take(syn);
        incoming.overTimeWait = ignored.overTimeWait;
        incoming.oldSndNxt = ignored.oldSndNxt;
        // The entry stays parked, for the new one.
        ignored.overTimeWait = false;
        end(ignored, null);
        begin(incoming);
    }

    private void begin(TcpIncoming incoming) {
        incoming.sinceNs = context.nowNs();
        syns.add(incoming);
        untold.add(incoming);
    }

    private void crowdOutOldest() {
        context.counters.add(Counter.LISTEN_DROPS);
        end(syns.oldest(), Gone.CROWDED_OUT);
    }

    /**
     * Nothing can become of it any more.
     *
     * @param gone why, for the user; null to tell nothing
     */
    private void end(TcpIncoming incoming, Gone gone) {
        boolean wasIgnored = incoming.phase == Phase.IGNORED;
        syns.remove(incoming);
        incoming.phase = Phase.OVER;
        if (incoming.overTimeWait) {
            incoming.overTimeWait = false;
            timeWaits.returned(incoming);
        }
        TcpConnection open = incoming.connection;
        if (open != null) {
            incoming.connection = null;
            if (open.tcb != null) {
                lifecycle.abort(open.tcb, AbortCause.LISTENER_CLOSED);
            }
            open.release();
        }
        if (gone != null && !wasIgnored && incoming.told) {
            incoming.gone = gone;
            untold.add(incoming);
        }
    }

    // The duty cycle.

    /** True when the next cycle has something to do, whatever the time. */
    boolean isOwing() {
        return !answered.isEmpty();
    }

    /** Carries out what the user has answered; returns how much that was. */
    int carryOut() {
        int done = 0;
        TcpIncoming incoming;
        while ((incoming = answered.poll()) != null) {
            done++;
            if (incoming.phase != Phase.ANSWERED) {
                continue;
            }
            try {
                carryOut(incoming);
            } catch (Throwable failure) {
                endpoint.containment.drop("the answer to " + incoming, failure);
                end(incoming, Gone.NOT_COMPLETED);
            }
        }
        return done;
    }

    private void carryOut(TcpIncoming incoming) {
        switch (incoming.answer) {
            case ACCEPT -> accept(incoming);
            case REFUSE -> {
                if (!incoming.alreadyOpen) {
                    answers.refuse(incoming, incoming.seq + 1);
                }
                end(incoming, null);
            }
            case UNREACHABLE -> {
                if (!incoming.alreadyOpen) {
                    answers.unreachable(incoming, incoming.seq, incoming.why);
                }
                end(incoming, null);
            }
            case IGNORE -> {
                if (incoming.alreadyOpen) {
                    end(incoming, null);
                } else {
                    incoming.phase = Phase.IGNORED;
                }
            }
        }
    }

    private void accept(TcpIncoming incoming) {
        if (incoming.alreadyOpen) {
            handOver(incoming);
        } else if (!context.hasPlace() || context.tcbs.find(incoming) != null) {
            // The pair of sockets may have come into use by a call of our own.
            context.counters.add(Counter.LISTEN_OVERFLOWS);
            end(incoming, Gone.CROWDED_OUT);
        } else {
            incoming.phase = Phase.HANDSHAKE;
            syns.waitsNoMore(incoming);
            // A SYN may wait for longer than TIME-WAIT lasts.
            boolean parked = incoming.overTimeWait && timeWaits.holds(incoming);
            // The TCB returns the entry from now on.
            incoming.overTimeWait = false;
            input.answers(this, incoming, parked);
        }
    }

    /** Ends what has waited for its time; returns how many. */
    int expire() {
        int ended = 0;
        if (handler == null) {
            return ended;
        }
        TcpIncoming oldest;
        while ((oldest = syns.oldest()) != null
                && context.nowNs() - oldest.sinceNs >= limits.waitNs()) {
            end(oldest, Gone.TIMED_OUT);
            ended++;
        }
        return ended;
    }

    /** When the first one has waited for its time, in nanoseconds, or MAX_VALUE. */
    long nextDeadlineNs() {
        TcpIncoming oldest = syns.oldest();
        return oldest == null ? Long.MAX_VALUE : oldest.sinceNs + limits.waitNs();
    }

    // What the user is told.

    boolean hasNothingToTell() {
        return untold.isEmpty();
    }

    void tellNext() {
        TcpIncoming incoming = untold.remove();
        try {
            tell(incoming);
        } catch (Throwable failure) {
            failed(incoming, failure);
        }
    }

    private void tell(TcpIncoming incoming) {
        if (incoming.gone != null) {
            handler.onGone(incoming, incoming.gone);
        } else if (incoming.phase == Phase.WAITING) {
            incoming.told = true;
            handler.onIncoming(incoming);
        } else if (incoming.connection != null && incoming.phase == Phase.OVER) {
            TcpConnection connection = incoming.connection;
            incoming.connection = null;
            int incarnation = connection.incarnation;
            try {
                handler.onEstablished(incoming, connection);
            } catch (Throwable failure) {
                endpoint.containment.observerThrew(connection, incarnation, failure);
            }
        }
    }

    private void failed(TcpIncoming incoming, Throwable failure) {
        endpoint.containment.drop("what a handler was told of " + incoming, failure);
        if (incoming.isWaiting()) {
            answer(incoming, Answer.REFUSE, null);
        }
    }

    private void handOver(TcpIncoming incoming) {
        syns.remove(incoming);
        incoming.phase = Phase.OVER;
        untold.add(incoming);
    }

    // Handshakes, as the rooms below see them.

    @Override
    public boolean takesConnection() {
        return true;
    }

    @Override
    public boolean isFullOfHandshakes() {
        return handshakes.size() >= limits.maxHandshakes();
    }

    @Override
    public Tcb oldestHandshake() {
        return handshakes.oldest();
    }

    @Override
    public long deferredUntilNs(Tcb tcb) {
        return tcb.synReceivedAtNs;
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
        tcb.listener = null;
        TcpIncoming incoming = syns.find(tcb);
        if (incoming != null) {
            incoming.connection = (TcpConnection) tcb.connection;
            handOver(incoming);
            return;
        }
        // A cookie has brought it, and the user is asked only now.
        incoming = new TcpIncoming(this);
        incoming.set(tcb);
        incoming.alreadyOpen = true;
        incoming.connection = (TcpConnection) tcb.connection;
        if (syns.queued() >= limits.maxWaiting()) {
            crowdOutOldest();
        }
        begin(incoming);
    }

    @Override
    public void gone(Tcb tcb) {
        boolean crowdedOut = tcb == handshakes.oldest() && isFullOfHandshakes();
        handshakes.remove(tcb);
        TcpIncoming incoming = syns.find(tcb);
        if (incoming != null && incoming.phase == Phase.HANDSHAKE) {
            end(incoming, crowdedOut ? Gone.CROWDED_OUT : Gone.NOT_COMPLETED);
        }
    }

    /** Tells all that decides, see {@link StateDigest}; times are relative to now. */
    void digest(long nowNs, LongConsumer to) {
        to.accept(handler == null ? 0 : 1);
        to.accept(answered.size());
        to.accept(untold.size());
        to.accept(syns.queued());
        for (TcpIncoming each = syns.oldest(); each != null; each = each.newer) {
            to.accept(each.ports());
            to.accept(each.phase.ordinal());
            to.accept(each.alreadyOpen || each.overTimeWait ? 1 : 0);
            to.accept(nowNs - each.sinceNs);
        }
        handshakes.digest(to);
    }
}
