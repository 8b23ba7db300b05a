package io.finwait.tcp.internal.context;

import io.finwait.spi.CongestionControl;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.LentText;
import io.finwait.tcp.internal.profile.Defences;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;

import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * What all connections of an endpoint share: configuration, time, counters, pools and tables, and
 * the list of the connections that have something to send.
 */
public final class Context {

    public final EndpointConfig config;
    public final WireProfile profile;
    public final Defences defences = new Defences();
    public final EndpointCounters counters = new EndpointCounters();
    public final Clock clock = new Clock();
    public final Failures failures = new Failures(counters, clock);
    public final Watch watch;
    public final Observations observations;
    public final SegmentSizes sizes;
    public final BlockPool blocks;
    public final Memory memory;
    public final LentText lentText = new LentText();
    public final TcbPool tcbPool;
    public final BufferGrowth bufferGrowth;
    public final InitialSequence initialSequence;
    public final Demultiplexer tcbs;

    /** Connections that no user has any more and that hold a TCB. */
    public final Orphans orphans = new Orphans();

    /**
     * How many handshakes of listeners are under way; their peers have not yet proved their
     * address.
     */
    public int handshakes;

    private final FourTuple scratch = new FourTuple();
    private final TimerHeap deadlines = new TimerHeap();

    /** The TCBs that have something to send. */
    private final ArrayDeque<Tcb> ready = new ArrayDeque<>();

    /**
     * The context of an endpoint with this configuration.
     *
     * @param mtu of the transport, in octets
     * @param newCongestionControl one for each TCB
     * @param quiet true for a warm-up, which is not reported to anybody
     */
    public Context(
            EndpointConfig config,
            WireProfile profile,
            int mtu,
            Supplier<CongestionControl> newCongestionControl,
            boolean quiet) {
        this.config = config;
        blocks = new BlockPool(config.limits().memoryOctets());
        memory = new Memory(blocks, counters, config.limits().memoryOctets());
        tcbPool = new TcbPool(config, clock, blocks, lentText, newCongestionControl);
        bufferGrowth = new BufferGrowth(config, clock, blocks);
        this.profile = profile;
        observations = new Observations(config.observer(), clock, failures);
        watch = new Watch(counters, observations, clock, quiet);
        sizes = new SegmentSizes(config, profile, mtu);
        initialSequence = new InitialSequence(new SipHash(config.random()));
        tcbs = new Demultiplexer(config.random());
    }

    /**
     * The time of this duty cycle, in nanoseconds.
     *
     * @throws IllegalStateException between two cycles
     */
    public long nowNs() {
        return clock.nowNs();
    }

    // The tables.

    /**
     * True when another connection fits the configured maximum; handshakes of listeners don't
     * count.
     */
    public boolean hasPlace() {
        return tcbs.size() - handshakes < config.maxConnections();
    }

    /**
     * Gives a TCB its initial sequence number and adds it to the table; its pair of sockets is set.
     */
    public void register(Tcb tcb) {
        long hash = initialSequence.hash(tcb);
        tcb.snd.reset(initialSequence.next(hash, clock.lastNs()));
        tcb.timedSeq = tcb.snd.iss;
        tcb.timestampOffset = initialSequence.timestampOffset(hash);
        tcbs.add(tcb);
    }

    /** Removes a TCB from all tables. */
    public void forget(Tcb tcb) {
        deadlines.remove(tcb);
        tcbs.remove(tcb);
        if (tcb.orphan) {
            orphans.remove(tcb);
        }
    }

    /** The same for a TCB that may be in any of the tables or in none. */
    public void forgetWhereverItIs(Tcb tcb) {
        if (tcb.ready) {
            tcb.ready = false;
            ready.remove(tcb);
        }
        if (tcbs.holds(tcb)) {
            forget(tcb);
        } else {
            deadlines.remove(tcb);
        }
    }

    // What is owed.

    /** The TCB has something to send; it is sent at the end of the duty cycle. */
    public void wantsOutput(Tcb tcb) {
        if (!tcb.ready) {
            tcb.ready = true;
            ready.addLast(tcb);
        }
    }

    /** The first TCB that has something to send, or null. */
    public Tcb firstReady() {
        return ready.peekFirst();
    }

    /** The first one has sent what it owed. */
    public void firstIsDone() {
        ready.removeFirst().ready = false;
    }

    /** A timer of a TCB was started, restarted or stopped. */
    public void timersChanged(Tcb tcb) {
        deadlines.place(tcb);
    }

    /** A TCB that has a timer due, or null. */
    public Tcb nextDue() {
        return deadlines.due(clock.nowNs());
    }

    /** When the next timer fires, or {@link io.finwait.tcp.internal.tcb.Timers#OFF}. */
    public long earliestDeadlineNs() {
        return deadlines.earliest();
    }

    // Timestamps (RFC 7323).

    /** TSval for a segment sent now: milliseconds plus an offset for the pair of sockets. */
    public int timestamp(Tcb tcb) {
        return clock.lastTicks() + tcb.timestampOffset;
    }

    /** The same for an answer to a segment whose connection no longer has a TCB. */
    public int timestampFor(Segment seg) {
        long hash = initialSequence.hash(scratch.ofReceiver(seg));
        return clock.lastTicks() + initialSequence.timestampOffset(hash);
    }
}
