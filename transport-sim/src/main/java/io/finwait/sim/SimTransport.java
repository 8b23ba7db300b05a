package io.finwait.sim;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.RandomSource;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One host's access to a {@link SimNetwork}. Made by {@link SimNetwork#host} or {@link
 * SimNetwork#attach}.
 *
 * <p>Its clock is the network's. A {@code receive} or {@code commit} with a later time than the
 * network's moves the network there, so that a transport can be used without a driver as well;
 * {@link #await} lets virtual time pass, and the participants of the network work, until there is a
 * reason to return. Called from inside a participant it returns at once.
 */
public final class SimTransport implements Transport {

    private final SimNetwork network;
    private final Fabric fabric;
    private final Node node;
    private final Capabilities capabilities;
    private final int outgoingQueue;
    private final int incomingQueue;
    private final ArrayDeque<SimPacket> inbox = new ArrayDeque<>();
    private final List<SimPacket> lent = new ArrayList<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private int claimed;
    private boolean refused;
    private boolean closed;

    SimTransport(SimNetwork network, Fabric fabric, Node node, SimNetwork.HostLimits limits) {
        this.network = network;
        this.fabric = fabric;
        this.node = node;
        int mtu = limits.mtu();
        capabilities =
                new Capabilities(mtu, 0, mtu, false, false, false, false, false, limits.medium());
        outgoingQueue = limits.outgoingQueue();
        incomingQueue = limits.incomingQueue();
    }

    /** The host's name. */
    public String name() {
        return node.name();
    }

    /** The addresses that the host was attached with. */
    public List<IpAddress> addresses() {
        return node.addresses();
    }

    /** The network that this host is attached to. */
    public SimNetwork network() {
        return network;
    }

    /** Randomness for an endpoint on this host, out of the network's seed and the host's name. */
    public RandomSource random() {
        return RandomSource.seeded(Mix.seed(network.seed(), node.name()));
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (closed) {
            return 0;
        }
        network.requireOneThread();
        network.catchUp(nowNs);
        giveBackLent();
        int added = 0;
        while (into.room() > 0 && !inbox.isEmpty()) {
            SimPacket packet = inbox.removeFirst();
            packet.place = SimPacket.Place.LENT;
            lent.add(packet);
            into.add(packet.packet);
            added++;
        }
        return added;
    }

    private void giveBackLent() {
        for (int i = 0; i < lent.size(); i++) {
            fabric.pool().giveBack(lent.get(i));
        }
        lent.clear();
    }

    /** Takes a packet that has arrived; false when too many are waiting to be received. */
    boolean accept(SimPacket packet) {
        if (inbox.size() >= incomingQueue) {
            return false;
        }
        packet.place = SimPacket.Place.ARRIVED;
        inbox.addLast(packet);
        return true;
    }

    @Override
    public Packet claim(int length) {
        capabilities.requireClaimable(length);
        if (closed || !hasRoom()) {
            refused = true;
            return null;
        }
        SimPacket packet = fabric.pool().take(length, capabilities.largestPacket());
        packet.place = SimPacket.Place.CLAIMED;
        packet.owner = this;
        packet.from = node;
        packet.to = null;
        claimed++;
        return packet.packet;
    }

    private boolean hasRoom() {
        return claimed + node.waiting < outgoingQueue;
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        SimPacket sent = takeBack(packet, "commit");
        if (closed) {
            fabric.pool().giveBack(sent);
            return;
        }
        network.catchUp(nowNs);
        fabric.send(sent);
    }

    @Override
    public void abandon(Packet packet) {
        fabric.pool().giveBack(takeBack(packet, "abandon"));
    }

    private SimPacket takeBack(Packet packet, String call) {
        SimPacket found = fabric.pool().find(packet);
        if (found == null || found.place != SimPacket.Place.CLAIMED || found.owner != this) {
            throw new IllegalStateException(
                    call
                            + " wants a packet that was claimed from this transport and not given"
                            + " back yet");
        }
        claimed--;
        return found;
    }

    @Override
    public long nextDeadlineNs() {
        return closed ? Long.MAX_VALUE : fabric.nextEventNs();
    }

    @Override
    public void await(long timeoutNs) {
        network.requireOneThread();
        network.await(this, timeoutNs);
    }

    /** True when {@link #await} has a reason to return; uses up a wake-up. */
    boolean ready() {
        boolean wasWoken = woken.getAndSet(false);
        boolean roomIsBack = refused && hasRoom();
        if (roomIsBack) {
            refused = false;
        }
        return wasWoken || roomIsBack || closed || !inbox.isEmpty();
    }

    @Override
    public void wakeup() {
        woken.set(true);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        giveBackLent();
        while (!inbox.isEmpty()) {
            fabric.drop(inbox.removeFirst(), DropReason.CLOSED);
        }
        node.transport = null;
    }

    /** True after {@link #close()}. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        return "sim host " + node.name();
    }
}
