package io.finwait.sim.tcp;

import io.finwait.Finwait;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import java.util.function.UnaryOperator;

/** A client and a server on a simulated network, in virtual time. */
final class TwoHosts {

    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;
    static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    static final IpAddress SERVER = IpAddress.parse("10.0.0.2");
    static final int PORT = 12_345;

    final SimNetwork net;
    final SimTransport clientTransport;
    final SimTransport serverTransport;
    final Endpoint client;
    final Endpoint server;
    final Listener listener;
    private final SimParticipant clientWork;

    TwoHosts(
            long seed,
            LinkModel links,
            UnaryOperator<EndpointConfig.Builder> clientConfig,
            UnaryOperator<EndpointConfig.Builder> serverConfig) {
        this(SimNetwork.seeded(seed).links(links), clientConfig, serverConfig);
    }

    /** On a network that has no hosts so far. */
    TwoHosts(
            SimNetwork network,
            UnaryOperator<EndpointConfig.Builder> clientConfig,
            UnaryOperator<EndpointConfig.Builder> serverConfig) {
        net = network;
        long seed = network.seed();
        clientTransport = net.attach("client", CLIENT);
        serverTransport = net.attach("server", SERVER);
        client = open(CLIENT, seed * 2 + 1, clientConfig, clientTransport);
        server = open(SERVER, seed * 2 + 2, serverConfig, serverTransport);
        clientWork = SimParticipant.of(client::doWork, client::nextDeadlineNs);
        net.add("client", clientWork);
        net.add("server", SimParticipant.of(server::doWork, server::nextDeadlineNs));
        listener = server.listen(PORT, 1024);
    }

    /** Two hosts that offer no options, over links of 10 ms. */
    static TwoHosts plain() {
        return new TwoHosts(
                1,
                LinkModel.perfect().delay(10 * MS),
                EndpointConfig.Builder::plain,
                EndpointConfig.Builder::plain);
    }

    private static Endpoint open(
            IpAddress address,
            long seed,
            UnaryOperator<EndpointConfig.Builder> config,
            SimTransport transport) {
        EndpointConfig.Builder builder = EndpointConfig.builder().address(address).seed(seed);
        return Finwait.open(config.apply(builder).build(), transport);
    }

    Connection connect() {
        return client.connect(SERVER, PORT);
    }

    /**
     * Lets virtual time pass. Nobody tells an endpoint the time that has nothing to do, as in life.
     */
    void run(long ns) {
        net.runFor(ns);
    }

    /** Does something at a time of its own. */
    void at(long timeNs, Runnable action) {
        net.at(timeNs, action);
    }

    /** The client works at multiples of a time only, as on a machine that has other work. */
    void clientWorksOnlyEvery(long ns) {
        net.remove(clientWork);
        net.add(
                "client",
                SimParticipant.of(
                        nowNs -> nowNs % ns == 0 ? client.doWork(nowNs) : 0,
                        () -> (net.nowNs() / ns + 1) * ns));
    }
}
