package io.finwait.tcp.internal.endpoint;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.StateCounts;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.LentText;
import io.finwait.tcp.internal.close.FinWait2Records;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.close.UserCalls;
import io.finwait.tcp.internal.context.BufferGrowth;
import io.finwait.tcp.internal.context.DeadlineHeap;
import io.finwait.tcp.internal.context.Demultiplexer;
import io.finwait.tcp.internal.context.InitialSequence;
import io.finwait.tcp.internal.context.Observations;
import io.finwait.tcp.internal.context.Pools;
import io.finwait.tcp.internal.context.SipHash;
import io.finwait.tcp.internal.context.Watch;
import io.finwait.tcp.internal.input.Expiry;
import io.finwait.tcp.internal.input.Handshake;
import io.finwait.tcp.internal.input.HeaderPrediction;
import io.finwait.tcp.internal.input.IcmpInput;
import io.finwait.tcp.internal.input.PathMtu;
import io.finwait.tcp.internal.input.SegmentArrives;
import io.finwait.tcp.internal.input.Timestamps;
import io.finwait.tcp.internal.loss.TailLossProbe;
import io.finwait.tcp.internal.output.SegmentOutput;
import io.finwait.tcp.internal.output.SegmentWriter;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.Defences;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import org.jctools.queues.atomic.MpscAtomicArrayQueue;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The duty cycle of an endpoint: packets in, the segment to whom it concerns, timers, what is owed out.
 * It holds the parts of the machinery together; the rules are in them.
 */
public final class TcpEndpoint implements Endpoint {

    public static final long TIMESTAMP_TICK_NS = 1_000_000L;

    private static final int BATCH = 64;
    private static final int MOST_TIMERS_A_CYCLE = 4096;
    private static final int COMMANDS = 1024;

    public final EndpointConfig config;
    public final Transport transport;
    public final WireProfile profile;
    public final Defences defences = new Defences();
    public final Counters counters = new Counters();
    public final BlockPool pool = new BlockPool();
    public final LentText lentText = new LentText();
    public final Clock clock = new Clock();
    public final Observations observations;
    public final Watch watch;
    final Notifications notifications;
    public final Lifecycle lifecycle = new Lifecycle(this);
    public final Expiry expiry = new Expiry(this);
    public final TailLossProbe tailLossProbe = new TailLossProbe(this);
    public final PathMtu pathMtu = new PathMtu(this);
    public final BufferGrowth bufferGrowth = new BufferGrowth(this);
    final UserCalls userCalls = new UserCalls(this);
    public final Pools pools = new Pools(this);
    public final Containment containment = new Containment(this);
    public final Timestamps timestamps = new Timestamps(this);
    public final SegmentArrives segmentArrives = new SegmentArrives(this);
    public final HeaderPrediction headerPrediction = new HeaderPrediction(this);
    public final Handshake handshake = new Handshake(this);
    public final SegmentOutput output;
    public final StatelessAnswers answers;
    public final TimeWaits timeWait;
    public final FinWait2Records finWait2;
    final InitialSequence initialSequence;

    private final SegmentWriter writer;
    private final IpAddress[] addresses;
    private final int mtu;
    private final PortChoice ports;
    private final Demultiplexer demultiplexer;
    private final ReadAhead readAhead;
    private final DeadlineHeap deadlines = new DeadlineHeap();
    private final Listeners listeners = new Listeners();
    private final IcmpInput icmp;
    private final PacketBatch batch = new PacketBatch(BATCH);
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final MpscAtomicArrayQueue<Runnable> commands = new MpscAtomicArrayQueue<>(COMMANDS);

    /** The TCBs that have something to send. */
    private final ArrayDeque<Tcb> ready = new ArrayDeque<>();

    private boolean withoutRoom;
    private Thread owner;
    private boolean closed;

    public long now;

    /** The time in ticks of the timestamps' clock. */
    private int ticks;

    public int orphans;

    /** An endpoint over a transport, which stays the caller's. */
    public TcpEndpoint(EndpointConfig config, Transport transport) {
        this(config, transport, WireProfile.NONE);
    }

    /** An endpoint with habits that a test suite expects. */
    public TcpEndpoint(EndpointConfig config, Transport transport, WireProfile profile) {
        this(config, transport, profile, false);
    }

    /** An endpoint that nobody is to hear of, recorders and logs included. */
    static TcpEndpoint rehearsing(EndpointConfig config, Transport transport) {
        return new TcpEndpoint(config, transport, WireProfile.NONE, true);
    }

    private TcpEndpoint(
            EndpointConfig config, Transport transport, WireProfile profile, boolean quiet) {
        this.profile = profile;
        this.config = config;
        this.transport = transport;
        observations = new Observations(config.observer(), clock);
        watch = new Watch(counters, observations, clock, quiet);
        notifications = new Notifications(observations);
        addresses = config.addresses().toArray(IpAddress[]::new);
        mtu = transport.capabilities().mtu();
        SipHash hash = new SipHash(config.random());
        demultiplexer = new Demultiplexer(config.random());
        readAhead = new ReadAhead(demultiplexer, BATCH, ReadAhead.WORTHWHILE_CONNECTIONS);
        initialSequence = new InitialSequence(hash);
        ports = new PortChoice(this, config.random());
        writer = new SegmentWriter(transport, counters);
        output = new SegmentOutput(this, writer);
        answers = new StatelessAnswers(this, writer);
        timeWait = new TimeWaits(this);
        finWait2 = new FinWait2Records(this, hash);
        icmp = new IcmpInput(this);
        watch.started(config, transport, mtu);
    }

    // The duty cycle.

    @Override
    public int doWork(long nowNs) {
        checkThread();
        if (closed) {
            return 0;
        }
        if (clock.isRunning()) {
            throw new IllegalStateException(
                    "this is inside doWork(): return from the callback, and the endpoint goes on");
        }
        now = nowNs;
        ticks = (int) (nowNs / TIMESTAMP_TICK_NS);
        withoutRoom = false;
        clock.begin(this, nowNs);
        try {
            return cycle();
        } finally {
            clock.end();
        }
    }

    private int cycle() {
        // What users did before this cycle comes before the packets that it takes.
        int work = lifecycle.sendOwedResets();
        work += notifications.dispatch();
        work += runCommands();
        work += takePackets();
        work += fireTimers();
        work += notifications.dispatch();
        keepLentText();
        work += sendWhatIsOwed();
        // Observers hear of what was sent again.
        work += notifications.dispatch();
        countTimeWait();
        pools.endOfCycle();
        return work;
    }

    private void countTimeWait() {
        watch.states().set(State.TIME_WAIT, timeWait.table().size() - finWait2.size());
    }

    private int runCommands() {
        int ran = 0;
        Runnable command;
        while (ran < COMMANDS && (command = commands.poll()) != null) {
            try {
                command.run();
            } catch (Throwable failure) {
                containment.drop("a command given to execute()", failure);
            }
            ran++;
        }
        return ran;
    }

    private void keepLentText() {
        Throwable failure = lentText.keepAll();
        if (failure != null) {
            forEachTcb(
                    tcb -> {
                        if (tcb.rcv.buffer != null && tcb.rcv.buffer.isLost()) {
                            containment.end(tcb, failure);
                        }
                    });
        }
    }

    private int takePackets() {
        // Nothing may be left there, not even by a cycle that ended in an error: the transport
        // fills its buffers again (rule R4).
        keepLentText();
        letGo();
        batch.clear();
        int received = transport.receive(batch, now);
        counters.add(Counter.PACKETS_IN, received);
        int told = 0;
        for (int from = 0; from < received && !closed; from += ReadAhead.AT_ONCE) {
            int to = Math.min(received, from + ReadAhead.AT_ONCE);
            readAhead.look(batch, from, to);
            if (observations.areWanted()) {
                writer.hold();
            }
            for (int i = from; i < to; i++) {
                take(batch.get(i), i);
            }
            // Now, since what the callbacks need is still in the innermost cache.
            told += notifications.dispatch();
            letGo();
        }
        return received + told;
    }

    /** Sends what was held back; each is tried, whatever the transport throws for another one. */
    private void letGo() {
        boolean all = false;
        while (!all) {
            try {
                writer.letGo(now);
                all = true;
            } catch (Throwable failure) {
                containment.drop("a segment that was held back", failure);
            }
        }
    }

    private void take(Packet packet, int place) {
        try {
            parse(packet, place);
        } catch (Throwable failure) {
            containment.drop("a packet", failure);
        }
    }

    private void parse(Packet packet, int place) {
        Verdict verdict = ip.parse(packet.buffer(), packet.offset(), packet.length());
        if (verdict != Verdict.OK) {
            counters.add(Counter.BAD_PACKETS);
            return;
        }
        if (!isOurs(ip.destinationHigh(), ip.destinationLow())) {
            counters.add(Counter.NOT_FOR_US);
            return;
        }
        if (ip.protocol() != Protocol.TCP) {
            icmp.take(ip);
            return;
        }
        verdict = segment.parse(ip, packet.checksumOffloaded());
        if (verdict == Verdict.BAD_CHECKSUM) {
            counters.add(Counter.BAD_CHECKSUMS);
        } else if (verdict != Verdict.OK
                || IpAddress.isMulticastOrUnspecified(segment.sourceHigh(), segment.sourceLow())) {
            counters.add(Counter.BAD_PACKETS);
        } else {
            deliver(segment, place);
        }
    }

    private void deliver(Segment seg, int place) {
        Tcb tcb = readAhead.find(place, seg);
        try {
            deliver(seg, tcb);
        } catch (Throwable failure) {
            // A listener may have begun a connection before it came to this.
            Tcb begun = tcb != null ? tcb : find(seg);
            if (begun == null) {
                containment.drop("a segment without a connection", failure);
            } else {
                containment.end(begun, failure);
            }
        }
    }

    /** Gives a segment to the connection, the TIME-WAIT entry or the listener that it belongs to. */
    private void deliver(Segment seg, Tcb tcb) {
        if (tcb != null && tcb.overTimeWait && !isItsOwnSyn(tcb, seg)) {
            if (timeWait.take(seg, tcb.listener)) {
                return;
            }
        }
        if (tcb != null) {
            if (tcb.state == State.SYN_SENT) {
                handshake.inSynSent(tcb, seg);
            } else {
                segmentArrives.arrive(tcb, seg);
            }
            return;
        }
        TcpListener listener = listenerOf(seg.destinationPort());
        if (timeWait.take(seg, listener)) {
            return;
        }
        if (listener != null) {
            handshake.inListen(listener, seg);
        } else {
            answers.reset(seg);
        }
    }

    private static boolean isItsOwnSyn(Tcb tcb, Segment seg) {
        return tcb.state == State.SYN_RECEIVED && seg.hasSyn() && seg.seq() == tcb.rcv.irs;
    }

    private int fireTimers() {
        int fired = 0;
        Tcb due;
        while (fired < MOST_TIMERS_A_CYCLE && (due = deadlines.due(now)) != null) {
            try {
                fired += expiry.onTime(due);
            } catch (Throwable failure) {
                containment.end(due, failure);
                fired++;
            }
        }
        try {
            fired += timeWait.expire(MOST_TIMERS_A_CYCLE);
        } catch (Throwable failure) {
            containment.drop("the end of a TIME-WAIT", failure);
        }
        return fired;
    }

    private int sendWhatIsOwed() {
        int sent = 0;
        Tcb tcb;
        while ((tcb = ready.peekFirst()) != null) {
            try {
                if (!output.poll(tcb)) {
                    withoutRoom = true;
                    return sent;
                }
                sent++;
                sentWhatItOwed(tcb);
            } catch (Throwable failure) {
                // It comes to its turn once more, as one that has gone.
                containment.end(tcb, failure);
            }
        }
        return sent;
    }

    private void sentWhatItOwed(Tcb tcb) {
        ready.removeFirst();
        tcb.ready = false;
        if (tcb.state == State.CLOSED || tcb.state == State.TIME_WAIT) {
            if (!tcb.resetOwed) {
                pools.leave(tcb);
            }
        } else if (tcb.orphan && tcb.state == State.FIN_WAIT_2) {
            finWait2.take(tcb);
        }
    }

    @Override
    public long nextDeadlineNs() {
        if (closed) {
            return Long.MAX_VALUE;
        }
        boolean atOnce =
                !commands.isEmpty()
                        || !clock.owesNothing()
                        || !lifecycle.owesNoReset()
                        || !notifications.isEmpty()
                        || (!ready.isEmpty() && !withoutRoom);
        if (atOnce) {
            return now;
        }
        return earlier(
                earlier(deadlines.earliest(), timeWait.nextDeadlineNs()),
                transport.nextDeadlineNs());
    }

    private static long earlier(long a, long b) {
        if (a == Long.MAX_VALUE) {
            return b;
        }
        return b == Long.MAX_VALUE || a - b <= 0 ? a : b;
    }

    @Override
    public long nowNs() {
        return now;
    }

    // What the parts ask for.

    void checkThread() {
        Thread current = Thread.currentThread();
        if (owner == null) {
            owner = current;
        } else if (owner != current) {
            throw new IllegalStateException(
                    "the endpoint belongs to "
                            + owner
                            + "; use execute() from "
                            + current
                            + ", or handOver() before the other thread begins");
        }
    }

    /** Lets the next thread that calls be the owner. */
    @Override
    public void handOver() {
        owner = null;
    }

    /** The TCB has something to send: it is polled at the end of the duty cycle. */
    public void wantsOutput(Tcb tcb) {
        if (!tcb.ready) {
            tcb.ready = true;
            ready.addLast(tcb);
        }
    }

    public void timersChanged(Tcb tcb) {
        deadlines.place(tcb);
    }

    /** Gives a TCB with its pair of sockets its numbers and its place. */
    public void register(Tcb tcb) {
        tcb.snd.reset(initialSequence.next(tcb, now));
        tcb.timedSeq = tcb.snd.iss;
        tcb.timestampOffset = initialSequence.timestampOffset(tcb);
        demultiplexer.add(tcb);
    }

    /**
     * A connection that was opened between two duty cycles begins with this one, its initial sequence
     * number included; nothing of it was sent so far.
     *
     * @param lastNs the time of the cycle before
     */
    public void opens(Tcb tcb, long lastNs) {
        if (tcb.state != State.SYN_SENT) {
            return;
        }
        tcb.openedAtNs = now;
        tcb.lastHeardNs = now;
        tcb.rcv.roundBeganNs = now;
        if (!tcb.overTimeWait) {
            tcb.snd.renumber(tcb.snd.iss + initialSequence.progress(lastNs, now));
            tcb.timedSeq = tcb.snd.iss;
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Takes a TCB out of all tables. */
    public void forgetTcb(Tcb tcb) {
        deadlines.remove(tcb);
        demultiplexer.remove(tcb);
        if (tcb.orphan) {
            orphans--;
        }
    }

    /** The same for one of which nobody knows how far it got. */
    public void forgetWhereverItIs(Tcb tcb) {
        if (tcb.ready) {
            tcb.ready = false;
            ready.remove(tcb);
        }
        if (demultiplexer.holds(tcb)) {
            forgetTcb(tcb);
        } else {
            deadlines.remove(tcb);
        }
    }

    public boolean hasPlace() {
        return demultiplexer.size() < config.maxConnections();
    }

    /** The TCB of a pair of sockets, or null. */
    public Tcb find(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int localPort,
            int remotePort) {
        return demultiplexer.find(
                localHigh, localLow, remoteHigh, remoteLow, localPort, remotePort);
    }

    private Tcb find(Segment seg) {
        return find(
                seg.destinationHigh(),
                seg.destinationLow(),
                seg.sourceHigh(),
                seg.sourceLow(),
                seg.destinationPort(),
                seg.sourcePort());
    }

    boolean isInUse(Tcb tcb) {
        return find(
                        tcb.localHigh,
                        tcb.localLow,
                        tcb.remoteHigh,
                        tcb.remoteLow,
                        tcb.localPort,
                        tcb.remotePort)
                != null;
    }

    Tcb[] allTcbs() {
        return demultiplexer.snapshot();
    }

    void forEachTcb(Consumer<Tcb> action) {
        for (Tcb tcb : allTcbs()) {
            action.accept(tcb);
        }
    }

    private boolean isOurs(long high, long low) {
        for (IpAddress address : addresses) {
            if (address.low() == low && address.high() == high) {
                return true;
            }
        }
        return false;
    }

    TcpListener listenerOf(int port) {
        return listeners.of(port);
    }

    void removeListener(TcpListener listener) {
        listeners.remove(listener);
        watch.states().add(State.LISTEN, -1);
    }

    /** The MSS that we offer: what fits into the MTU without options (RFC 9293 §3.7.1). */
    public int mssToOffer(Tcb tcb) {
        int headers = SegmentWriter.ipHeaderLength(tcb.remoteHigh, tcb.remoteLow) + 20;
        int fits = mtu - headers;
        return config.maxSegmentSize() == 0 ? fits : Math.min(fits, config.maxSegmentSize());
    }

    /** The smallest shift with which the field of the window can say the largest buffer. */
    public int windowScaleToOffer() {
        if (profile.windowScale() >= 0) {
            return profile.windowScale();
        }
        int shift = 0;
        while (shift < 14 && config.largestReceiveBufferOctets() >>> shift > 0xFFFF) {
            shift++;
        }
        return shift;
    }

    /** The value of our timestamps now: milliseconds, behind an offset of the pair. */
    public int timestamp(Tcb tcb) {
        return ticks + tcb.timestampOffset;
    }

    /** The value of our timestamps in an answer to a segment whose connection has no TCB any more. */
    public int timestampOf(Segment seg) {
        return ticks + initialSequence.timestampOffset(seg);
    }

    // What the user calls.

    @Override
    public Connection connect(IpAddress remote, int remotePort) {
        List<IpAddress> addresses = config.addresses();
        for (int i = 0; i < addresses.size(); i++) {
            IpAddress local = addresses.get(i);
            if (local.isV4() == remote.isV4()) {
                return connect(local, 0, remote, remotePort);
            }
        }
        throw new IllegalArgumentException(
                "the endpoint has no IPv"
                        + remote.version()
                        + " address to reach "
                        + remote
                        + " from; give it one by EndpointConfig.Builder.address");
    }

    @Override
    public Connection connect(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        checkThread();
        requireOpen();
        requirePort(remotePort, 1);
        requirePort(localPort, 0);
        if (!isOurs(local.high(), local.low()) || local.isV4() != remote.isV4()) {
            throw new IllegalArgumentException(
                    local + " is no address of this endpoint that can reach " + remote);
        }
        if (IpAddress.isMulticastOrUnspecified(remote.high(), remote.low())) {
            throw new IllegalArgumentException(
                    remote + " is no address of one host; TCP connects two hosts");
        }
        if (!hasPlace()) {
            throw new IllegalStateException(
                    "the endpoint holds its most connections, " + config.maxConnections());
        }
        Tcb tcb = pools.newTcb();
        tcb.localHigh = local.high();
        tcb.localLow = local.low();
        tcb.remoteHigh = remote.high();
        tcb.remoteLow = remote.low();
        tcb.remotePort = remotePort;
        if (!ports.choose(tcb, localPort)) {
            pools.leave(tcb);
            throw new IllegalStateException(ports.refusal(tcb, localPort));
        }
        register(tcb);
        timeWait.continueFrom(tcb);
        tcb.windowScaling = config.windowScaling();
        tcb.sackPermitted = config.selectiveAcknowledgments();
        TcpConnection handle = pools.newHandle(tcb);
        counters.add(Counter.ACTIVE_OPENS);
        lifecycle.activeOpen(tcb);
        if (!clock.isRunning()) {
            tcb.opensWithNextCycle = true;
            clock.owe(tcb);
        }
        tcb.synOwed = true;
        wantsOutput(tcb);
        return handle;
    }

    private static void requirePort(int port, int least) {
        if (port < least || port > 65_535) {
            throw new IllegalArgumentException(
                    "port " + port + " is out of range; choose " + least + " to 65535");
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the endpoint is closed; open another one");
        }
    }

    @Override
    public Listener listen(int port, int backlog) {
        checkThread();
        requireOpen();
        requirePort(port, 1);
        if (backlog < 1) {
            throw new IllegalArgumentException(
                    "backlog " + backlog + " is below 1; choose 1 or more");
        }
        if (listenerOf(port) != null) {
            throw new IllegalStateException(
                    "port " + port + " is already listening; close it first");
        }
        TcpListener listener = new TcpListener(this, port, backlog);
        listeners.add(listener);
        watch.states().add(State.LISTEN, 1);
        return listener;
    }

    @Override
    public boolean execute(Runnable command) {
        boolean taken = commands.offer(Objects.requireNonNull(command, "command"));
        transport.wakeup();
        return taken;
    }

    @Override
    public void forEachConnection(Consumer<? super ConnectionInfo> action) {
        forEachTcb(action::accept);
        finWait2.forEach(action);
    }

    @Override
    public void forEachListener(Consumer<? super Listener> action) {
        listeners.snapshot().forEach(action);
    }

    @Override
    public TimeWaitTable timeWait() {
        return timeWait.table();
    }

    @Override
    public Counters counters() {
        return counters;
    }

    @Override
    public StateCounts states() {
        return watch.states();
    }

    @Override
    public EndpointConfig config() {
        return config;
    }

    @Override
    public int connectionCount() {
        return demultiplexer.size() + finWait2.size();
    }

    @Override
    public int orphanCount() {
        return orphans + finWait2.size();
    }

    @Override
    public void warmUp(int connections) {
        WarmUp.rehearse(config, transport, connections);
    }

    /** Where initial sequence numbers come from, for stories and scripts that need a fixed one. */
    public InitialSequence initialSequence() {
        return initialSequence;
    }

    /** What stories switch off. */
    public Defences defences() {
        return defences;
    }

    /** Octets by which buffers of all connections are larger now than they began. */
    public long bufferOctetsGranted() {
        return bufferGrowth.granted();
    }

    /** The pool of buffers, for tests that look for leaks. */
    public BlockPool pool() {
        return pool;
    }

    @Override
    public void close() {
        checkThread();
        if (closed) {
            return;
        }
        // First, so that no callback opens a connection which nobody would end.
        closed = true;
        for (TcpListener listener : listeners.snapshot()) {
            listener.close();
        }
        forEachTcb(this::abortForClose);
        try {
            finWait2.abortAll();
        } catch (Throwable failure) {
            containment.drop("the end of the orphans", failure);
        }
        lifecycle.sendOwedResets();
        watch.states().set(State.TIME_WAIT, 0);
        notifications.dispatch();
    }

    private void abortForClose(Tcb tcb) {
        try {
            if (tcb.state == State.SYN_RECEIVED && tcb.connection == null) {
                lifecycle.forget(tcb);
            } else {
                lifecycle.abort(tcb, AbortCause.ENDPOINT_CLOSED);
            }
        } catch (Throwable failure) {
            containment.end(tcb, failure);
        }
    }
}
