package io.finwait.examples.stage;

import io.finwait.raw.TunTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.trace.End;

import java.nio.ByteBuffer;

/**
 * Two Linux kernels' ends: plain sockets in two network namespaces, each with a TUN device, and
 * this process is the wire between the devices. So it sees every packet, and can lose any.
 */
final class KernelWorld extends RealWorld {

    /** Only one of two devices can be waited for. */
    private static final long LONGEST_WAIT_NS = 500_000;

    private final Side client;
    private final Side server;
    private boolean shut;

    private KernelWorld(
            ScratchNamespace of,
            ScratchNamespace to,
            Settings settings,
            Setup setup,
            Recorder recorder) {
        super(recorder, LONGEST_WAIT_NS, false);
        captureTo(settings.pcap(), recorder);
        client = new Side(this, of, End.A, setup, recorder);
        server = new Side(this, to, End.B, setup, recorder);
        wire().exit(End.A, octets -> server.deliver(octets, nowNs()));
        wire().exit(End.B, octets -> client.deliver(octets, nowNs()));
    }

    static KernelWorld open(Settings settings, Setup setup, Recorder recorder) {
        ScratchNamespace client = ScratchNamespace.create();
        ScratchNamespace server = null;
        try {
            server = ScratchNamespace.create();
            return new KernelWorld(client, server, settings, setup, recorder);
        } catch (RuntimeException e) {
            client.close();
            if (server != null) {
                server.close();
            }
            throw e;
        }
    }

    /** A namespace, its device, and the host in it. */
    private static final class Side implements AutoCloseable {
        private final ScratchNamespace namespace;
        private final TunTransport device;
        private final KernelHost host;
        private final PacketBatch arrived = new PacketBatch(64);

        Side(KernelWorld world, ScratchNamespace namespace, End end, Setup setup, Recorder diary) {
            this.namespace = namespace;
            device = DeviceWorld.tun(end, namespace.namespace());
            KernelNet net = KernelNet.in(namespace.namespace());
            host = new KernelHost(world, net, diary, end, HalfWorld.address(end), setup.tcp(end));
        }

        void deliver(ByteBuffer octets, long nowNs) {
            Packet room = device.claim(octets.capacity());
            room.buffer().put(room.offset(), octets, 0, octets.capacity());
            device.commit(room, nowNs);
        }

        @Override
        public void close() {
            try (namespace;
                    device) {
                host.closeAll();
            }
        }
    }

    @Override
    void look(long nowNs) {
        client.host.tellState(nowNs);
        server.host.tellState(nowNs);
    }

    @Override
    int work() {
        if (shut) {
            return 0;
        }
        int work = wire().release() + relay(client, server) + relay(server, client);
        look(nowNs());
        return work;
    }

    private int relay(Side from, Side to) {
        from.arrived.clear();
        long now = nowNs();
        from.device.receive(from.arrived, now);
        for (int i = 0; i < from.arrived.size(); i++) {
            Packet packet = from.arrived.get(i);
            if (wire().carries(now, from.host.end(), packet)) {
                Packet room = to.device.claim(packet.length());
                room.buffer().put(room.offset(), packet.buffer(), packet.offset(), packet.length());
                to.device.commit(room, now);
            }
        }
        return from.arrived.size();
    }

    @Override
    void await(long timeoutNs) {
        client.device.await(timeoutNs);
    }

    @Override
    long nextDeadlineNs() {
        return wire().nextDeadlineNs();
    }

    @Override
    public String place() {
        return client.namespace.namespace().name();
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
        shut = true;
        try {
            calls.run();
        } finally {
            shut = false;
        }
    }

    @Override
    public void close() {
        try (client;
                server) {
            shut = true;
        }
    }
}
