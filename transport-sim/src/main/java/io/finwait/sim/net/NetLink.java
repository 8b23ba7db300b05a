package io.finwait.sim.net;

import io.finwait.sim.LinkModel;
import io.finwait.sim.SimPacket;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The path between two hosts, both directions of it, or {@link #from one}. What is set holds for
 * packets that are sent from then on. All chance comes from the network's seed.
 */
public final class NetLink {

    /** From one host to another. */
    record Direction(NetHost from, NetHost to) {}

    private static final int QUEUE = 1_000;

    private final SimNet net;
    private final List<Direction> directions;

    NetLink(SimNet net, List<Direction> directions) {
        this.net = net;
        this.directions = List.copyOf(directions);
    }

    /** The direction in which a host sends. */
    public NetLink from(NetHost sender) {
        List<Direction> one = new ArrayList<>(directions);
        one.removeIf(each -> each.from() != sender);
        if (one.isEmpty()) {
            throw new IllegalArgumentException(sender.name() + " is at no end of " + this);
        }
        return new NetLink(net, one);
    }

    private NetLink change(UnaryOperator<LinkModel> how) {
        net.locked(
                () -> {
                    for (Direction each : directions) {
                        String from = each.from().name();
                        String to = each.to().name();
                        LinkModel old = net.simulation().link(from, to);
                        net.simulation().link(from, to, how.apply(old));
                    }
                    return null;
                });
        return this;
    }

    /** How long a packet travels; 1 ms unless set. */
    public NetLink latency(Duration latency) {
        return change(model -> model.delay(latency.toNanos()));
    }

    /** How long a packet travels, and up to how much longer; packets stay in order. */
    public NetLink latency(Duration latency, Duration jitter) {
        return change(model -> model.delay(latency.toNanos()).jitter(jitter.toNanos()));
    }

    /**
     * How fast packets leave.
     *
     * @param bitsPerSecond 0 for no limit
     */
    public NetLink bandwidth(long bitsPerSecond) {
        return change(model -> model.rate(bitsPerSecond, QUEUE));
    }

    /** Loses packets with a probability, 0 to 1. */
    public NetLink loss(double probability) {
        return change(model -> model.loss(probability));
    }

    /**
     * Loses packets in runs.
     *
     * @param enter probability, for each packet, that a run begins with it
     * @param averageLength how many packets a run takes on average, at least 1
     */
    public NetLink burstLoss(double enter, double averageLength) {
        return change(model -> model.burstLoss(enter, averageLength));
    }

    /** Delivers packets twice with a probability, 0 to 1. */
    public NetLink duplicate(double probability) {
        return change(model -> model.duplication(probability));
    }

    /** Lets packets that are chosen with a probability be overtaken by those behind them. */
    public NetLink reorder(double probability, Duration by) {
        return change(model -> model.reordering(probability, by.toNanos()));
    }

    /** Changes one octet of a packet with a probability, 0 to 1; checksums are left as they are. */
    public NetLink corrupt(double probability) {
        return change(model -> model.corruption(probability));
    }

    /** Drops packets of more octets than this and says nothing: a black hole of the path's MTU. */
    public NetLink mtu(int octets) {
        return change(model -> model.mtu(octets));
    }

    /**
     * A router in the path drops packets of more octets than this and tells their sender (ICMP,
     * IPv4 alone), who sends smaller ones from then on.
     *
     * @param octets of a whole packet, 68 to 65,535
     */
    public PathFault routerWithMtu(int octets) {
        return net.on(
                packet ->
                        packet.hasSegment()
                                && packet.packet().octets().length > octets
                                && passes(packet.packet()),
                Act.tooBig(octets));
    }

    private boolean passes(SimPacket packet) {
        return directions.stream()
                .anyMatch(
                        each ->
                                each.from().name().equals(packet.from())
                                        && each.to().name().equals(packet.to()));
    }

    /** Lets nothing pass from now on; what is on its way still arrives. */
    public NetLink cut() {
        long now = net.simulation().nowNs();
        return change(model -> model.partition(now, Long.MAX_VALUE));
    }

    /** Takes {@link #cut} back. */
    public NetLink heal() {
        return change(model -> model.partition(0, 0));
    }

    /**
     * A NAT or firewall stands in the path, and forgets a connection over which nothing has passed
     * for so long: what comes then is lost, or answered with an RST to its sender, until a SYN
     * comes.
     *
     * @param then {@link Act#drop} or {@link Act#resetSender}
     */
    public PathFault forgetIdleAfter(Duration idle, Act then) {
        List<String> hosts = directions.stream().map(each -> each.from().name()).toList();
        return net.on(new NatTable(hosts, idle.toNanos())::matches, then);
    }

    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        directions.forEach(each -> names.add(each.from().name() + " > " + each.to().name()));
        return "link " + String.join(", ", names);
    }
}
