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
 * Reports what happens to connections: it updates counters and gauges, writes events for the flight
 * recorder and lines for the debug log, and queues events for the endpoint's observer, which is
 * called later because it may be slow or call back ({@link Observations}). Segments in order cause
 * no report. Nothing is allocated unless the recorder, the log or an observer is on.
 */
public final class Watch {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final EndpointCounters counters;
    private final Observations observations;
    private final Clock clock;
    private final boolean quiet;
    private final StateCounts states = new StateCounts();

    /**
     * @param quiet true for a warm-up, which is not reported
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

    /** 2MSL of the path class that applies to all other peers. */
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

    /** The states that are counted for a TCB; TIME-WAIT and LISTEN are counted elsewhere. */
    private static boolean isHeld(State state) {
        return state != State.CLOSED && state != State.LISTEN && state != State.TIME_WAIT;
    }

    /** Counts tcpAttemptFails and tcpEstabResets of RFC 4022. */
    private void countEnd(State from) {
        if (from == State.SYN_SENT || from == State.SYN_RECEIVED) {
            counters.add(Counter.FAILED_ATTEMPTS);
        } else if (from == State.ESTABLISHED || from == State.CLOSE_WAIT) {
            counters.add(Counter.ESTABLISHED_RESETS);
        }
    }

    /** A connection was cut off after an internal error, without a transition of its state. */
    public void cutOff(State from) {
        if (isHeld(from)) {
            states.add(from, -1);
        }
    }

    /** A connection is established. */
    public void opened(Tcb tcb) {
        if (!quiet && LOG.isDebugEnabled()) {
            LOG.debug(
                    "{} > {} opened {}",
                    local(tcb),
                    foreign(tcb),
                    tcb.passive ? "by the peer" : "by this end");
        }
    }

    /** A connection has ended, or entered TIME-WAIT, and its handle holds the reason. */
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
     * A segment was retransmitted.
     *
     * @param octets octets of its text that were sent before
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

    /** An RST is sent to the peer of a pair of sockets that has no TCB. */
    public void resetSent(FourTuple sockets, State state) {
        counters.add(Counter.RESETS_OUT);
        if (!quiet && FlightEvents.recordsResetsSent()) {
            FlightEvents.resetSent(clock.lastNs(), local(sockets), foreign(sockets), state.name());
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
     * Counts one more in TIME-WAIT. The table's own size is not used: asking for it would make the
     * table index new entries one by one instead of in batches.
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

    /** True when the recorder or an observer wants to be told of {@link #timeWaitBegan}. */
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
