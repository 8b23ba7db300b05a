package io.finwait.tcp.internal.endpoint;

import io.finwait.icmp.IcmpUnreachable;
import io.finwait.spi.Capabilities;
import io.finwait.spi.CongestionControl;
import io.finwait.spi.Medium;
import io.finwait.spi.Transport;
import io.finwait.tcp.CatchAll;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.IncomingHandler;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.StateCounts;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.close.CloseCalls;
import io.finwait.tcp.internal.close.FinWait2Records;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.InitialSequence;
import io.finwait.tcp.internal.context.SipHash;
import io.finwait.tcp.internal.input.Expiry;
import io.finwait.tcp.internal.input.IcmpInput;
import io.finwait.tcp.internal.input.SegmentInput;
import io.finwait.tcp.internal.loss.Cubic;
import io.finwait.tcp.internal.loss.Pacing;
import io.finwait.tcp.internal.loss.PathMtu;
import io.finwait.tcp.internal.loss.Recovery;
import io.finwait.tcp.internal.loss.TailLossProbe;
import io.finwait.tcp.internal.output.SegmentOutput;
import io.finwait.tcp.internal.output.SegmentSender;
import io.finwait.tcp.internal.output.SegmentWriter;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.Defences;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.timewait.TimeWaitView;
import io.finwait.wire.IpAddress;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An endpoint: assembles its parts, which hold the rules, and takes the user's calls. */
public final class TcpEndpoint implements Endpoint {

    final Context context;
    final Lifecycle lifecycle;
    final CloseCalls closeCalls;
    final TimeWaits timeWaits;
    final FinWait2Records finWait2;
    final SegmentInput input;
    final Notifications notifications;
    final Containment containment;
    final Handles handles = new Handles(this);

    private final Transport transport;
    final CatchAllPort catchAll;

    final Listeners listeners = new Listeners();
    private final ActiveOpen activeOpen;
    private final PacketInput packets;
    private final DutyCycle cycle;
    private Thread owner;
    private boolean closed;

    /** An endpoint over a transport, which the caller must close. */
    public TcpEndpoint(EndpointConfig config, Transport transport) {
        this(config, transport, WireProfile.NONE);
    }

    /** An endpoint with the habits that a test suite expects. */
    public TcpEndpoint(EndpointConfig config, Transport transport, WireProfile profile) {
        this(config, transport, profile, false);
    }

    /** An endpoint whose events go to no recorder, log or observer. */
    static TcpEndpoint rehearsing(EndpointConfig config, Transport transport) {
        return new TcpEndpoint(config, transport, WireProfile.NONE, true);
    }

    private TcpEndpoint(
            EndpointConfig config, Transport transport, WireProfile profile, boolean quiet) {
        Medium.IP.require(transport, "an endpoint");
        this.transport = transport;
        Capabilities capabilities = transport.capabilities();
        Supplier<CongestionControl> newControl = config.congestionControl().orElse(Cubic::new);
        context = new Context(config, profile, capabilities.mtu(), newControl, quiet);
        SipHash portHash = new SipHash(config.random());
        SegmentWriter writer = new SegmentWriter(transport, context.counters);
        SegmentSender sender = new SegmentSender(context, writer);
        StatelessAnswers answers =
                new StatelessAnswers(context, writer, new IcmpUnreachable(transport));
        TailLossProbe tailLossProbe = new TailLossProbe(context);
        Recovery recovery = new Recovery(context, tailLossProbe);
        PathMtu pathMtu = new PathMtu(context);
        Pacing pacing = new Pacing(context);
        SegmentOutput output =
                new SegmentOutput(
                        context, sender, recovery, tailLossProbe, pathMtu, pacing, capabilities);
        timeWaits = new TimeWaits(context, answers);
        lifecycle = new Lifecycle(context, output, sender, timeWaits);
        finWait2 = new FinWait2Records(context, lifecycle, timeWaits, answers);
        closeCalls = new CloseCalls(context, lifecycle);
        input = new SegmentInput(context, lifecycle, timeWaits, output, sender, answers, recovery);
        IcmpInput icmp = new IcmpInput(context, lifecycle, pathMtu, transport);
        Expiry expiry = new Expiry(context, lifecycle, sender, recovery, tailLossProbe, pacing);
        containment = new Containment(context.failures, sender, lifecycle, finWait2);
        catchAll = new CatchAllPort(this, context, lifecycle, timeWaits, input, answers);
        notifications = new Notifications(context.observations, catchAll.notices);
        EndpointAddresses addresses = new EndpointAddresses(config.addresses(), config.prefixes());
        PortChoice ports = new PortChoice(context, timeWaits, portHash);
        activeOpen = new ActiveOpen(context, lifecycle, timeWaits, ports, handles, addresses);
        packets =
                new PacketInput(
                        context,
                        transport,
                        writer,
                        answers,
                        timeWaits,
                        input,
                        icmp,
                        listeners,
                        catchAll,
                        addresses,
                        notifications,
                        containment);
        cycle =
                new DutyCycle(
                        context,
                        activeOpen,
                        catchAll,
                        lifecycle,
                        timeWaits,
                        finWait2,
                        packets,
                        expiry,
                        output,
                        notifications,
                        containment);
        context.watch.started(config, transport, capabilities.mtu());
    }

    // The duty cycle.

    @Override
    public int doWork(long nowNs) {
        checkThread();
        if (closed) {
            return 0;
        }
        if (context.clock.isRunning()) {
            throw new IllegalStateException(
                    "this is inside doWork(): return from the callback, and the endpoint goes on");
        }
        return cycle.run(nowNs);
    }

    @Override
    public long nextDeadlineNs() {
        return closed
                ? Long.MAX_VALUE
                : DutyCycle.earlier(cycle.nextDeadlineNs(), transport.nextDeadlineNs());
    }

    @Override
    public long nowNs() {
        return context.clock.lastNs();
    }

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

    /** Makes the next thread that calls the owner. */
    @Override
    public void handOver() {
        owner = null;
    }

    boolean isClosed() {
        return closed;
    }

    void forEachTcb(Consumer<Tcb> action) {
        for (Tcb tcb : context.tcbs.snapshot()) {
            action.accept(tcb);
        }
    }

    void removeListener(TcpListener listener) {
        listeners.remove(listener);
        context.watch.states().add(State.LISTEN, -1);
    }

    // What the user calls.

    @Override
    public Connection connect(IpAddress remote, int remotePort) {
        checkThread();
        requireOpen();
        return activeOpen.connect(remote, remotePort);
    }

    @Override
    public Connection connect(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        checkThread();
        requireOpen();
        return activeOpen.connect(local, localPort, remote, remotePort);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the endpoint is closed; open another one");
        }
    }

    @Override
    public Listener listen(int port, int backlog) {
        return listen(null, port, backlog);
    }

    @Override
    public Listener listen(IpAddress local, int port, int backlog) {
        checkThread();
        requireOpen();
        ActiveOpen.requirePort(port, 1);
        if (backlog < 1) {
            throw new IllegalArgumentException(
                    "backlog " + backlog + " is below 1; choose 1 or more");
        }
        if (local != null && !config().isLocal(local)) {
            throw new IllegalArgumentException(
                    local + " is none of the endpoint's addresses " + config().addresses());
        }
        listeners.requireFree(local, port);
        TcpListener listener = new TcpListener(this, local, port, backlog);
        listeners.add(listener);
        context.watch.states().add(State.LISTEN, 1);
        return listener;
    }

    @Override
    public CatchAll catchAll(CatchAllLimits limits, IncomingHandler handler) {
        checkThread();
        requireOpen();
        return catchAll.open(limits, handler);
    }

    @Override
    public boolean execute(Runnable command) {
        boolean taken = cycle.offer(Objects.requireNonNull(command, "command"));
        transport.wakeup();
        return taken;
    }

    @Override
    public void forEachConnection(Consumer<? super ConnectionInfo> action) {
        forEachTcb(action::accept);
        finWait2.forEach(action);
    }

    @Override
    public void forEachTcpInfo(Consumer<? super TcpInfo> action) {
        long nowNs = nowNs();
        forEachTcb(tcb -> action.accept(TcpInfos.of(tcb, nowNs)));
        finWait2.forEach(handle -> action.accept(((Connection) handle).tcpInfo()));
        timeWaits
                .table()
                .list(
                        0,
                        Integer.MAX_VALUE,
                        entry -> {
                            if (!entry.isFinWait2()) {
                                action.accept(TcpInfos.of(entry, nowNs));
                            }
                        });
    }

    @Override
    public void forEachListener(Consumer<? super Listener> action) {
        listeners.snapshot().forEach(action);
    }

    @Override
    public TimeWaitView timeWait() {
        return timeWaits.table();
    }

    @Override
    public Counters counters() {
        return context.counters;
    }

    @Override
    public StateCounts states() {
        return context.watch.states();
    }

    @Override
    public EndpointConfig config() {
        return context.config;
    }

    @Override
    public int connectionCount() {
        return context.tcbs.size() + finWait2.size();
    }

    @Override
    public int orphanCount() {
        return context.orphans.count() + finWait2.size();
    }

    @Override
    public void warmUp(int connections) {
        WarmUp.rehearse(context.config, transport, connections);
    }

    /** The source of initial sequence numbers, for stories and scripts that need a fixed one. */
    public InitialSequence initialSequence() {
        return context.initialSequence;
    }

    /** The defences that stories switch off. */
    public Defences defences() {
        return context.defences;
    }

    /** By how many octets the buffers of all connections have grown. */
    public long bufferOctetsGranted() {
        return context.bufferGrowth.granted();
    }

    /** Removes all entries in TIME-WAIT, for scripts that start over. */
    public void dropTimeWait() {
        checkThread();
        if (!closed) {
            timeWaits.dropAll();
        }
    }

    /** The pool of blocks, for tests that look for leaks. */
    public BlockPool pool() {
        return context.blocks;
    }

    @Override
    public void close() {
        checkThread();
        if (closed) {
            return;
        }
        // First, so that no callback can open a connection that would never end.
        closed = true;
        packets.close();
        for (TcpListener listener : listeners.snapshot()) {
            listener.close();
        }
        catchAll.close();
        forEachTcb(this::abortForClose);
        try {
            finWait2.abortAll();
        } catch (Throwable failure) {
            containment.drop("the end of the orphans", failure);
        }
        lifecycle.sendOwedResets();
        context.watch.states().set(State.TIME_WAIT, 0);
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
