package io.finwait.examples.stage;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Rule;
import io.finwait.sim.RuleBuilder;
import io.finwait.sim.SimLadder;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.spi.Transport;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.trace.End;
import io.finwait.trace.TapTransport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Segment;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Two hosts of ours in virtual time. */
final class SimWorld implements World {

    static final String CLIENT = "client";
    static final String SERVER = "server";

    private final SimNetwork network;
    private final Recorder recorder;
    private final EndpointHost client;
    private final EndpointHost server;

    SimWorld(Settings settings, Setup setup, Recorder recorder) {
        this.recorder = recorder;
        long delayNs = settings.delay().toNanos();
        network = SimNetwork.seeded(settings.seed());
        network.links(LinkModel.perfect().delay(delayNs).loss(settings.loss()));
        recorder.captureTo(settings.pcap(), 0);
        client = host(End.A, CLIENT, "10.0.0.1", settings, setup);
        server = host(End.B, SERVER, "10.0.0.2", settings, setup);
        network.observe(new SimLadder(recorder.ladder(), CLIENT, SERVER));
    }

    private EndpointHost host(End end, String name, String at, Settings settings, Setup setup) {
        IpAddress address = IpAddress.parse(at);
        SimTransport below = network.attach(name, address);
        Transport transport =
                recorder.captures() ? new TapTransport(below, recorder.captureAt(end)) : below;
        EndpointConfig.Builder config =
                setup.tcp(end).config(address, settings.twoMsl()).random(below.random());
        EndpointHost host = new EndpointHost(this, recorder, end, address, config, transport);
        Endpoint endpoint = host.endpoint();
        network.add(name, SimParticipant.of(endpoint::doWork, endpoint::nextDeadlineNs));
        return host;
    }

    SimNetwork network() {
        return network;
    }

    @Override
    public long nowNs() {
        return network.nowNs();
    }

    @Override
    public Host client() {
        return client;
    }

    @Override
    public Host server() {
        return server;
    }

    @Override
    public void settle() {
        network.runFor(0);
    }

    @Override
    public void pass(Duration time) {
        network.runFor(time.toNanos());
        client.wake();
        server.wake();
    }

    @Override
    public boolean passUntil(BooleanSupplier condition, Duration limit) {
        long end = network.nowNs() + limit.toNanos();
        boolean held = network.runWhile(() -> !condition.getAsBoolean(), end);
        if (!held) {
            // A network with nothing left to do stands still; those who wait go on waiting.
            network.runUntil(end);
        }
        client.wake();
        server.wake();
        return held;
    }

    @Override
    public void atOnce(Runnable calls) {
        // No virtual time passes during calls, and links have a delay.
        calls.run();
    }

    private RuleBuilder from(End from, Predicate<Segment> which) {
        return network.from(from == End.A ? CLIENT : SERVER)
                .matching(packet -> packet.hasSegment() && which.test(packet.segment()));
    }

    @Override
    public void lose(End from, Predicate<Segment> which, boolean once) {
        RuleBuilder rule = from(from, which);
        (once ? rule.first() : rule).drop();
    }

    @Override
    public Late keepCopy(End from, Predicate<Segment> which) {
        Rule rule = from(from, which).first().duplicateLater();
        return () -> {
            rule.release();
            settle();
        };
    }

    @Override
    public void delay(End from, Predicate<Segment> which, Duration longer) {
        from(from, which).delayBy(longer.toNanos());
    }

    @Override
    public void cut(Duration time) {
        long end = nowNs() + time.toNanos();
        network.links(network.link(CLIENT, SERVER).partition(nowNs(), end));
    }

    @Override
    public boolean packetsUnderWay() {
        return network.packetsInUse() > 0;
    }

    @Override
    public void close() {
        // Nothing outlives a simulation, and closing the endpoints would send resets after the end.
    }
}
