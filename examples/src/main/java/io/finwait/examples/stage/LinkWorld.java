package io.finwait.examples.stage;

import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;
import io.finwait.trace.End;
import io.finwait.wire.IpAddress;

/** Two hosts of ours in this process, over transports of any kind that reach each other. */
final class LinkWorld extends RealWorld {

    /** One thread can wait at one transport only, so it looks at the other one this often. */
    private static final long LONGEST_WAIT_NS = 1_000_000;

    private final Side client;
    private final Side server;

    private LinkWorld(
            Transport forClient,
            Transport forServer,
            Settings settings,
            Setup setup,
            Recorder recorder) {
        super(recorder, LONGEST_WAIT_NS, true);
        captureTo(settings.pcap(), recorder);
        client = new Side(this, End.A, forClient, settings, setup, recorder);
        server = new Side(this, End.B, forServer, settings, setup, recorder);
    }

    static LinkWorld open(Settings settings, Setup setup, Recorder recorder) {
        Transport forServer = Transports.open(settings.link().server());
        Transport forClient;
        try {
            forClient = Transports.open(settings.link().client());
        } catch (RuntimeException e) {
            forServer.close();
            throw e;
        }
        return new LinkWorld(forClient, forServer, settings, setup, recorder);
    }

    /** One host with its transport. */
    private static final class Side {
        private final Gate gate;
        private final EndpointHost host;

        Side(
                LinkWorld world,
                End end,
                Transport transport,
                Settings settings,
                Setup setup,
                Recorder diary) {
            gate = Gate.ofOneOfBoth(transport, world.wire(), end);
            IpAddress address = HalfWorld.address(end);
            EndpointConfig.Builder config = setup.tcp(end).config(address, settings.twoMsl());
            host = new EndpointHost(world, diary, end, address, config, gate);
        }

        void close() {
            host.endpoint().close();
            gate.close();
        }
    }

    @Override
    void look(long nowNs) {
        // Our hosts tell their states themselves.
    }

    @Override
    int work() {
        return client.host.endpoint().doWork(nowNs())
                + server.host.endpoint().doWork(nowNs())
                + wire().release();
    }

    @Override
    void await(long timeoutNs) {
        client.gate.await(timeoutNs);
    }

    @Override
    long nextDeadlineNs() {
        long ours = client.host.endpoint().nextDeadlineNs();
        long theirs = server.host.endpoint().nextDeadlineNs();
        return Math.min(Math.min(ours, theirs), wire().nextDeadlineNs());
    }

    @Override
    public Host client() {
        return client.host;
    }

    @Override
    public Host server() {
        return server.host;
    }

    @Override
    public void atOnce(Runnable calls) {
        client.gate.shut(true);
        server.gate.shut(true);
        try {
            calls.run();
        } finally {
            client.gate.shut(false);
            server.gate.shut(false);
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
