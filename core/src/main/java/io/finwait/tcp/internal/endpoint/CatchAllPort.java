package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CatchAll;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.IncomingHandler;
import io.finwait.tcp.IncomingHandler.Gone;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.endpoint.TcpIncoming.Phase;
import io.finwait.tcp.internal.input.SegmentInput;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;

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
    private final HandshakeQueue handshakes;
    private final WaitingSyns syns;
    private final IncomingLifecycle incomings;
    private final FourTuple pair = new FourTuple();
    final IncomingNotices notices;
    final IncomingAnswers answers;

    private CatchAllLimits limits;

    /** The handshake that is being given up for another one, or null. */
    private Tcb crowdedOut;

    /** Null while it is closed. */
    private Opened opened;

    CatchAllPort(
            TcpEndpoint endpoint,
            Context context,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            SegmentInput input,
            StatelessAnswers stateless) {
        this.endpoint = endpoint;
        this.context = context;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        handshakes = new HandshakeQueue(context);
        syns = new WaitingSyns(context.tcbs);
        notices = new IncomingNotices(endpoint.containment);
        incomings = new IncomingLifecycle(context, lifecycle, timeWaits, syns, notices);
        answers = new IncomingAnswers(endpoint, timeWaits, incomings, input, stateless, this);
    }

    // The user's calls.

    CatchAll open(CatchAllLimits newLimits, IncomingHandler newHandler) {
        if (opened != null) {
            throw new IllegalStateException("the endpoint already catches all; close that first");
        }
        limits = Objects.requireNonNull(newLimits, "limits");
        notices.begin(Objects.requireNonNull(newHandler, "handler"));
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
        return opened != null;
    }

    void close() {
        if (opened == null) {
            return;
        }
        opened = null;
        context.watch.states().add(State.LISTEN, -1);
        List<TcpIncoming> all = new ArrayList<>();
        syns.forEach(all::add);
        all.forEach(each -> incomings.end(each, null));
        // Some were handed over and not told: nobody will ever own them.
        notices.end().forEach(each -> incomings.end(each, null));
        answers.clear();
        while (handshakes.oldest() != null) {
            lifecycle.forget(handshakes.oldest());
        }
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
        incomings.end(incoming, Gone.NOT_COMPLETED);
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
            incomings.crowdOutOldest();
        }
        TcpIncoming incoming = new TcpIncoming(answers);
        incoming.take(syn);
        incoming.overTimeWait = overTimeWait;
        incoming.oldSndNxt = oldSndNxt;
        incomings.begin(incoming);
        return true;
    }

    /** A peer whose SYN is ignored sends another one: its place is taken, and the user is asked. */
    private void callsAnew(TcpIncoming ignored, Segment syn) {
        TcpIncoming incoming = new TcpIncoming(answers);
        incoming.take(syn);
        incoming.overTimeWait = ignored.overTimeWait;
        incoming.oldSndNxt = ignored.oldSndNxt;
        // The entry stays parked, for the new one.
        ignored.overTimeWait = false;
        incomings.end(ignored, null);
        incomings.begin(incoming);
    }

    // Time.

    /** Ends what has waited for its time; returns how many. */
    int expire() {
        int ended = 0;
        if (opened == null) {
            return ended;
        }
        TcpIncoming oldest;
        while ((oldest = syns.oldest()) != null
                && context.nowNs() - oldest.sinceNs >= limits.waitNs()) {
            incomings.end(oldest, Gone.TIMED_OUT);
            ended++;
        }
        return ended;
    }

    /** When the first one has waited for its time, in nanoseconds, or MAX_VALUE. */
    long nextDeadlineNs() {
        TcpIncoming oldest = syns.oldest();
        return oldest == null ? Long.MAX_VALUE : oldest.sinceNs + limits.waitNs();
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
            incomings.handOver(incoming);
            return;
        }
        // A cookie has brought it, and the user is asked only now.
        incoming = new TcpIncoming(answers);
        incoming.set(tcb);
        incoming.alreadyOpen = true;
        incoming.connection = (TcpConnection) tcb.connection;
        if (syns.queued() >= limits.maxWaiting()) {
            incomings.crowdOutOldest();
        }
        incomings.begin(incoming);
    }

    @Override
    public void crowdedOut(Tcb tcb) {
        crowdedOut = tcb;
    }

    @Override
    public void gone(Tcb tcb) {
        boolean madePlace = tcb == crowdedOut;
        crowdedOut = null;
        handshakes.remove(tcb);
        TcpIncoming incoming = syns.find(tcb);
        if (incoming != null && incoming.phase == Phase.HANDSHAKE) {
            incomings.end(incoming, madePlace ? Gone.CROWDED_OUT : Gone.NOT_COMPLETED);
        }
    }

    /** Tells all that decides, see {@link StateDigest}; times are relative to now. */
    void digest(long nowNs, LongConsumer to) {
        to.accept(opened == null ? 0 : 1);
        to.accept(answers.size());
        to.accept(notices.size());
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
