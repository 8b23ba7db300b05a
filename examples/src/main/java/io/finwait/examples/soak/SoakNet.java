package io.finwait.examples.soak;

import io.finwait.nio.UdpTransport;
import io.finwait.raw.NetworkNamespace;
import io.finwait.raw.TunOptions;
import io.finwait.raw.TunTransport;
import io.finwait.sim.FaultTransport;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Two transports that reach each other over a bad link, and the time that both know. */
final class SoakNet implements AutoCloseable {

    static final IpAddress CLIENT = IpAddress.parse("10.79.1.2");
    static final IpAddress SERVER = IpAddress.parse("10.79.2.2");

    private static final long MS = 1_000_000;

    /** One thread can wait at one transport only, so it looks at the other one this often. */
    private static final long LONGEST_WAIT_NS = MS;

    private static final LinkModel BAD_LINK =
            LinkModel.perfect()
                    .delay(2 * MS)
                    .jitter(MS)
                    .loss(0.01)
                    .burstLoss(0.0005, 5)
                    .reordering(0.01, 5 * MS)
                    .duplication(0.005)
                    .corruption(0.002);

    private final SimNetwork simulated;
    private final NetworkNamespace namespace;
    private final Transport client;
    private final Transport server;

    private SoakNet(
            SimNetwork simulated,
            NetworkNamespace namespace,
            Transport client,
            Transport server,
            long seed) {
        this.simulated = simulated;
        this.namespace = namespace;
        this.client = bad(client, 2 * seed);
        this.server = bad(server, 2 * seed + 1);
    }

    private static Transport bad(Transport inner, long seed) {
        return new FaultTransport(inner, BAD_LINK, LinkModel.perfect(), seed);
    }

    /** Both hosts in virtual time. */
    static SoakNet sim(long seed) {
        SimNetwork net = SimNetwork.seeded(seed).queues(16_384, 16_384).routeByAddress();
        return new SoakNet(
                net, null, net.attach("client", CLIENT), net.attach("server", SERVER), seed);
    }

    /** Both hosts on sockets of the loopback interface, in real time. */
    static SoakNet udp(long seed) {
        try {
            InetSocketAddress[] free = freePorts();
            int mtu = UdpTransport.DEFAULT_MTU;
            Transport client = UdpTransport.between(free[0], free[1], mtu);
            Transport server = UdpTransport.between(free[1], free[0], mtu);
            return new SoakNet(null, null, client, server, seed);
        } catch (IOException e) {
            throw new UncheckedIOException("no UDP port is free: " + e.getMessage(), e);
        }
    }

    private static InetSocketAddress[] freePorts() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (DatagramSocket one = new DatagramSocket(0, loopback);
                DatagramSocket two = new DatagramSocket(0, loopback)) {
            return new InetSocketAddress[] {
                new InetSocketAddress(loopback, one.getLocalPort()),
                new InetSocketAddress(loopback, two.getLocalPort())
            };
        }
    }

    /** Two TUN devices in a namespace of their own, and the kernel as the router between them. */
    static SoakNet tun(long seed) {
        NetworkNamespace namespace = NetworkNamespace.createOwn("finwait-soak");
        try {
            namespace.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
            TunOptions device = TunOptions.named("soak0").netns(namespace.name());
            Transport client = TunTransport.open(device.address("10.79.1.1/24"));
            device = TunOptions.named("soak1").netns(namespace.name());
            Transport server = TunTransport.open(device.address("10.79.2.1/24"));
            return new SoakNet(null, namespace, client, server, seed);
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    Transport client() {
        return client;
    }

    Transport server() {
        return server;
    }

    boolean isVirtual() {
        return simulated != null;
    }

    long nowNs() {
        return isVirtual() ? simulated.nowNs() : System.nanoTime();
    }

    /** Lets packets travel that are on their way; returns how much was done. */
    int work() {
        return isVirtual() ? simulated.doWork() : 0;
    }

    /** Packets that are on their way and belong to nobody; 0 where they can't be counted. */
    int packetsInUse() {
        return isVirtual() ? simulated.packetsInUse() : 0;
    }

    /** Waits until a time, or until something comes. */
    void awaitUntil(long timeNs) {
        if (isVirtual()) {
            simulated.advanceTo(
                    Math.max(simulated.nowNs(), Math.min(timeNs, simulated.nextDeadlineNs())));
        } else {
            client.await(Math.clamp(timeNs - System.nanoTime(), 0, LONGEST_WAIT_NS));
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
        if (namespace != null) {
            namespace.close();
        }
    }
}
