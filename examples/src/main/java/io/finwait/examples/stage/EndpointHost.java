package io.finwait.examples.stage;

import io.finwait.spi.Transport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.trace.End;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import java.time.Duration;
import java.util.List;

/** A host whose TCP is ours. */
final class EndpointHost implements Host {

    static final Duration PATIENCE = Duration.ofMinutes(10);

    private final WorldTime world;
    private final Diary diary;
    private final End end;
    private final IpAddress address;
    private final TcpEndpoint endpoint;
    private Listener listener;

    EndpointHost(
            WorldTime world,
            Diary diary,
            End end,
            IpAddress address,
            EndpointConfig.Builder config,
            Transport transport) {
        this.world = world;
        this.diary = diary;
        this.end = end;
        this.address = address;
        endpoint = new TcpEndpoint(config.observer(new States()).build(), transport);
    }

    TcpEndpoint endpoint() {
        return endpoint;
    }

    WorldTime world() {
        return world;
    }

    /** The endpoint learns what time it is, so that what a call starts begins now. */
    void wake() {
        endpoint.doWork(world.nowNs());
    }

    void note(String text) {
        diary.note(endpoint.nowNs(), end, text);
    }

    @Override
    public End end() {
        return end;
    }

    @Override
    public IpAddress address() {
        return address;
    }

    @Override
    public boolean isKernel() {
        return false;
    }

    @Override
    public void listen(int port) {
        wake();
        listener = endpoint.listen(port, 128);
        diary.begins(endpoint.nowNs(), end, "LISTEN");
    }

    @Override
    public Peer accept() {
        boolean came = world.passUntil(() -> listener.acceptQueueLength() > 0, PATIENCE);
        if (!came) {
            throw new IllegalStateException("nobody has connected to port " + listener.port());
        }
        return new EndpointPeer(this, listener.accept());
    }

    @Override
    public Peer startConnect(IpAddress to, int port, int fromPort) {
        wake();
        try {
            note("connect()");
            return new EndpointPeer(this, endpoint.connect(address, fromPort, to, port));
        } catch (IllegalStateException e) {
            note("connect() refused: " + e.getMessage());
            return null;
        }
    }

    @Override
    public Outcome finishConnect(Peer peer) {
        Connection connection = ((EndpointPeer) peer).connection();
        world.passUntil(
                () -> connection.state().isSynchronized() || connection.hasEnded(), PATIENCE);
        return connection.hasEnded()
                ? Outcome.failed(connection.closeReason().message())
                : Outcome.done("");
    }

    @Override
    public List<NetstatRow> netstat() {
        return Netstat.rows(endpoint);
    }

    @Override
    public Switches switches() {
        return new OurSwitches();
    }

    @Override
    public String tool() {
        return "netstat";
    }

    @Override
    public List<String> look() {
        return Netstat.lines(netstat());
    }

    /** Tells the recorder of every change of state. */
    private final class States implements EndpointObserver {
        @Override
        public void onTransition(
                ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {
            boolean forgets = to == State.TIME_WAIT && !endpoint.defences().hasTimeWait();
            diary.state(nowNs, end, forgets ? State.CLOSED.name() : to.name());
        }
    }

    private final class OurSwitches implements Switches {
        @Override
        public void timeWait(boolean on) {
            endpoint.defences().timeWait(on);
        }

        @Override
        public void acknowledgmentRange(boolean on) {
            endpoint.defences().acknowledgmentRange(on);
        }

        @Override
        public void challengesSyn(boolean on) {
            endpoint.defences().challengesSyn(on);
        }

        @Override
        public void initialSequence(int number) {
            endpoint.initialSequence().fix(number);
        }
    }
}
