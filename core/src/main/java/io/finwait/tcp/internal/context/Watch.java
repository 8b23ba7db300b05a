package io.finwait.tcp.internal.context;

import io.finwait.flight.FlightEvents;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.StateCounts;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Handle;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.timewait.TimeWaitEnding;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Segment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.stream.Collectors;

/**
 * Reports what happens to connections: to the counters and gauges, the flight recorder, the debug
 * log, and the endpoint's observer. Only the observer may be slow or call back, and it is told
 * later ({@link Observations}). A segment that comes in order does not pass here. Nothing is
 * allocated unless the recorder, the log or an observer is on.
 */
public final class Watch {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final EndpointCounters counters;
    private final Observations observations;
    private final Clock clock;
    private final boolean quiet;
    private final StateCounts states = new StateCounts();

    /**
     * @param quiet true for a rehearsal, which is not reported
     */
    public Watch(EndpointCounters counters, Observations observations, Clock clock, boolean quiet) {
        this.counters = counters;
        this.observations = observations;
        this.clock = clock;
        this.quiet = quiet;
    }

    public StateCounts states() {
        return states;
    }

    /** The endpoint is open. */
    public void started(EndpointConfig config, Object transport, int mtu) {
        if (!quiet && FlightEvents.recordsStarts()) {
            FlightEvents.start(
                    config.addresses().stream()
                            .map(IpAddress::toString)
                            .collect(Collectors.joining(", ")),
                    transport.getClass().getSimpleName(),
                    mtu,
                    twoMslNs(config.timeWaitPolicy()),
                    config.sendBufferOctets(),
                    config.receiveBufferOctets());
        }
    }

    /** The path class of peers that no other class names. */
    private static long twoMslNs(TimeWaitPolicy policy) {
        return policy.pathClasses().get(policy.pathClasses().size() - 1).twoMslNs();
    }

    /** A TCB has changed its state. */
    public void moved(Tcb tcb, State from, Trigger trigger, State to) {
        if (isHeld(from)) {
            states.add(from, -1);
        }
        if (isHeld(to)) {
            states.add(to, 1);
        }
        if (to == State.CLOSED || to == State.LISTEN) {
            countEnd(from);
        }
        if (!quiet && FlightEvents.recordsStateChanges()) {
            FlightEvents.stateChange(
                    clock.lastNs(),
                    local(tcb),
                    foreign(tcb),
                    from.name(),
                    to.name(),
                    trigger.name());
        }
        observations.transition(tcb, from, trigger, to);
    }

    /** An entry of the TIME-WAIT table has changed its state. */
    public void moved(TimeWaitEntry entry, State from, Trigger trigger) {
        if (from == State.FIN_WAIT_2) {
            states.add(from, -1);
        }
        if (!quiet && FlightEvents.recordsStateChanges()) {
            FlightEvents.stateChange(
                    clock.lastNs(),
                    local(entry),
                    foreign(entry),
                    from.name(),
                    from.on(trigger).name(),
                    trigger.name());
        }
        observations.transition(entry, from, trigger);
    }

    /**
     * The states in which a TCB is a connection, so without those of the table and of listeners.
     */
    private static boolean isHeld(State state) {
        return state != State.CLOSED && state != State.LISTEN && state != State.TIME_WAIT;
    }

    /** What RFC 4022 calls tcpAttemptFails and tcpEstabResets. */
    private void countEnd(State from) {
        if (from == State.SYN_SENT || from == State.SYN_RECEIVED) {
            counters.add(Counter.FAILED_ATTEMPTS);
        } else if (from == State.ESTABLISHED || from == State.CLOSE_WAIT) {
            counters.add(Counter.ESTABLISHED_RESETS);
        }
    }

    /** A TCB was cut off while it was being handled, without a transition of its state. */
    public void cutOff(State from) {
        if (isHeld(from)) {
            states.add(from, -1);
        }
    }

    /** A connection is open. */
    public void opened(Tcb tcb) {
        if (!quiet && LOG.isDebugEnabled()) {
            LOG.debug(
                    "{} > {} opened {}",
                    local(tcb),
                    foreign(tcb),
                    tcb.passive ? "by the peer" : "by this end");
        }
    }

    /** A connection has ended, TIME-WAIT included, and its handle knows how. */
    public void ended(Handle connection) {
        if (quiet || (!FlightEvents.recordsCloses() && !LOG.isDebugEnabled())) {
            return;
        }
        CloseReason reason = connection.closeReason();
        CloseReason.Ending ending = reason.ending();
        String local = socket(connection.localAddress(), connection.localPort());
        String foreign = socket(connection.remoteAddress(), connection.remotePort());
        if (FlightEvents.recordsCloses()) {
            long beganNs = ending.path().isEmpty() ? clock.lastNs() : ending.path().get(0).atNs();
            FlightEvents.close(
                    clock.lastNs(),
                    local,
                    foreign,
                    reason.message(),
                    endedBy(reason),
                    ending.pathInWords(),
                    ending.unsent(),
                    ending.unacknowledged(),
                    ending.unread(),
                    Math.max(0, clock.lastNs() - beganNs));
        }
        LOG.debug(
                "{} > {} ended: {} ({}; unsent {}, unacknowledged {}, unread {})",
                local,
                foreign,
                reason.message(),
                ending.pathInWords(),
                ending.unsent(),
                ending.unacknowledged(),
                ending.unread());
    }

    private static String endedBy(CloseReason reason) {
        if (reason instanceof CloseReason.Orderly orderly) {
            return switch (orderly.closedFirst()) {
                case LOCAL -> "this end";
                case REMOTE -> "the peer";
                case BOTH -> "both";
            };
        }
        boolean byPeer =
                reason instanceof CloseReason.ResetByPeer || reason instanceof CloseReason.Refused;
        return byPeer ? "the peer" : "this end";
    }

    /**
     * A segment was sent again.
     *
     * @param octets of text that were sent before
     * @param segments in how many segments, at least 1
     * @param syn whether it is a SYN
     * @param fin whether it carries a FIN that was sent before
     */
    public void sentAgain(
            Tcb tcb, Retransmission cause, int octets, int segments, boolean syn, boolean fin) {
        counters.add(Counter.RETRANSMISSIONS, segments);
        tcb.snd.octetsAgain += octets;
        tcb.snd.segmentsAgain += segments;
        if (!quiet && FlightEvents.recordsRetransmissions()) {
            FlightEvents.retransmission(
                    clock.lastNs(),
                    local(tcb),
                    foreign(tcb),
                    tcb.state.name(),
                    cause.name(),
                    octets,
                    syn,
                    fin,
                    tcb.retransmissions);
        }
        observations.retransmission(tcb, cause, tcb.retransmissions);
    }

    /** An acceptable RST has arrived for a TCB. */
    public void resetReceived(Tcb tcb) {
        counters.add(Counter.RESETS_IN);
        if (!quiet && FlightEvents.recordsResetsReceived()) {
            FlightEvents.resetReceived(clock.lastNs(), local(tcb), foreign(tcb), tcb.state.name());
        }
    }

    /** The same for an entry of the TIME-WAIT table, which it ends. */
    public void resetReceived(TimeWaitEntry entry) {
        counters.add(Counter.RESETS_IN);
        if (!quiet && FlightEvents.recordsResetsReceived()) {
            State state = entry.isFinWait2() ? State.FIN_WAIT_2 : State.TIME_WAIT;
            FlightEvents.resetReceived(clock.lastNs(), local(entry), foreign(entry), state.name());
        }
    }

    /** An RST is sent for a TCB, which may already have ended. */
    public void resetSent(Tcb tcb) {
        counters.add(Counter.RESETS_OUT);
        if (!quiet && FlightEvents.recordsResetsSent()) {
            FlightEvents.resetSent(clock.lastNs(), local(tcb), foreign(tcb), tcb.state.name());
        }
    }

    /** An RST is sent for an orphan that is a record. */
    public void resetSent(TimeWaitEntry entry) {
        counters.add(Counter.RESETS_OUT);
        if (!quiet && FlightEvents.recordsResetsSent()) {
            FlightEvents.resetSent(
                    clock.lastNs(), local(entry), foreign(entry), State.FIN_WAIT_2.name());
        }
    }

    /** An RST answers a segment. */
    public void resetSent(Segment seg, State state) {
        counters.add(Counter.RESETS_OUT);
        if (!quiet && FlightEvents.recordsResetsSent()) {
            FlightEvents.resetSent(
                    clock.lastNs(),
                    FlightEvents.socket(
                            seg.destinationHigh(), seg.destinationLow(), seg.destinationPort()),
                    FlightEvents.socket(seg.sourceHigh(), seg.sourceLow(), seg.sourcePort()),
                    state.name());
        }
    }

    /**
     * One more is in TIME-WAIT. Asking the table for its size would make it index its newcomers
     * singly.
     */
    public void timeWaitCounted() {
        states.add(State.TIME_WAIT, 1);
    }

    /** An entry of the table is in TIME-WAIT. */
    public void timeWaitBegan(TimeWaitEntry entry) {
        if (!quiet && FlightEvents.recordsTimeWaitsEntered()) {
            FlightEvents.timeWaitEntered(
                    clock.lastNs(), local(entry), foreign(entry), leftNs(entry));
        }
    }

    /** True when somebody wants to know of {@link #timeWaitBegan}. */
    public boolean wantsTimeWaits() {
        return !quiet && FlightEvents.recordsTimeWaitsEntered();
    }

    /** An entry has left TIME-WAIT. */
    public void timeWaitEnded(TimeWaitEntry entry, TimeWaitEnding ending) {
        states.add(State.TIME_WAIT, -1);
        if (!quiet && FlightEvents.recordsTimeWaitsEnded()) {
            FlightEvents.timeWaitEnded(
                    clock.lastNs(), local(entry), foreign(entry), ending.name(), leftNs(entry));
        }
    }

    private long leftNs(TimeWaitEntry entry) {
        return Math.max(0, entry.deadlineNs() - clock.lastNs());
    }

    private static String local(FourTuple tuple) {
        return FlightEvents.socket(tuple.localHigh, tuple.localLow, tuple.localPort);
    }

    private static String foreign(FourTuple tuple) {
        return FlightEvents.socket(tuple.remoteHigh, tuple.remoteLow, tuple.remotePort);
    }

    private static String socket(IpAddress address, int port) {
        return FlightEvents.socket(address.high(), address.low(), port);
    }
}
