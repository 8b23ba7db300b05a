package io.finwait.socket;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Binding;
import io.finwait.driver.Driver;
import io.finwait.driver.RingConnection;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * How a channel comes to its address and its connection. Its monitor guards opening, binding and
 * closing; it is held for no longer than the driver takes to answer.
 */
final class ChannelOpening {

    /** How far it is. */
    enum Phase {
        UNCONNECTED,
        CONNECTING,
        CONNECTED
    }

    private final DriverSocketChannel channel;
    private final Driver driver;
    private final SocketBehaviour behaviour;
    private final SocketSettings settings;
    private final ChannelInput input;
    private final BooleanSupplier connectDone = this::isConnectDone;

    private volatile Phase phase = Phase.UNCONNECTED;

    /** Set before {@link #rings}. */
    private StreamEnds ends;

    private volatile RingConnection rings;
    private volatile InetSocketAddress remote;
    private Binding binding;

    /**
     * For a channel that is not connected.
     *
     * @param input where a thread waits for the handshake
     */
    ChannelOpening(
            DriverSocketChannel channel,
            Driver driver,
            SocketBehaviour behaviour,
            SocketSettings settings,
            ChannelInput input) {
        this.channel = channel;
        this.driver = driver;
        this.behaviour = behaviour;
        this.settings = settings;
        this.input = input;
    }

    /** Its connection comes from a server's channel. */
    void accepted(AsyncConnection connection) {
        remote =
                new InetSocketAddress(
                        connection.remoteAddress().toInetAddress(), connection.remotePort());
        phase = Phase.CONNECTED;
        took(RingConnection.over(connection, channel));
    }

    private void took(RingConnection taken) {
        ends = new StreamEnds(taken, behaviour);
        rings = taken;
        // Operations that became ready before there was a connection.
        channel.changed(DriverSocketChannel.READABLE | DriverSocketChannel.WRITABLE);
    }

    Phase phase() {
        return phase;
    }

    /** Null before it connects. */
    RingConnection rings() {
        return rings;
    }

    /** Null before it connects. */
    StreamEnds ends() {
        return ends;
    }

    /** Where it connects to, or null; it need not have come there. */
    InetSocketAddress remote() {
        return remote;
    }

    synchronized InetSocketAddress localAddress() {
        AsyncConnection mine = rings == null ? null : rings.connection();
        if (mine != null) {
            return new InetSocketAddress(mine.localAddress().toInetAddress(), mine.localPort());
        }
        return binding == null
                ? null
                : new InetSocketAddress(Addresses.ofBinding(binding), binding.port());
    }

    boolean isConnectDone() {
        return !channel.isOpen() || rings.isEstablished() || rings.hasEnded();
    }

    synchronized void bind(InetSocketAddress local) throws IOException {
        channel.requireOpen();
        if (phase == Phase.CONNECTING) {
            throw new ConnectionPendingException();
        }
        if (binding != null || phase == Phase.CONNECTED) {
            throw new AlreadyBoundException();
        }
        InetAddress address = local.getAddress();
        binding = Addresses.bind(driver, address, local.getPort(), settings.reuseAddress());
    }

    synchronized void begin(InetSocketAddress to) throws IOException {
        channel.requireOpen();
        switch (phase) {
            case CONNECTED -> throw new AlreadyConnectedException();
            case CONNECTING -> throw new ConnectionPendingException();
            case UNCONNECTED -> phase = Phase.CONNECTING;
        }
        remote = to;
        InetAddress address = Addresses.reachable(to.getAddress(), driver);
        IpAddress local = binding == null ? null : binding.address();
        int localPort = binding == null ? 0 : binding.port();
        took(
                RingConnection.connect(
                        driver, local, localPort, IpAddress.of(address), to.getPort(), channel));
    }

    /** Whether nothing that was begun is left to be completed. */
    boolean isComplete() {
        if (phase == Phase.UNCONNECTED) {
            throw new NoConnectionPendingException();
        }
        return phase == Phase.CONNECTED;
    }

    /**
     * Completes what {@link #begin} has begun.
     *
     * @param nanos how long at most when the channel blocks, 0 for as long as it takes
     * @return false when the handshake is not complete yet
     */
    boolean finish(boolean blocking, long nanos) throws IOException {
        if (blocking && !input.await(connectDone, nanos)) {
            throw new SocketTimeoutException("Connect timed out");
        }
        if (!isNowConnected()) {
            return false;
        }
        channel.changed(DriverSocketChannel.READABLE | DriverSocketChannel.WRITABLE);
        return true;
    }

    private synchronized boolean isNowConnected() throws IOException {
        if (!channel.isOpen()) {
            return false;
        }
        if (rings.isEstablished()) {
            settings.applyTo(rings.connection());
            phase = Phase.CONNECTED;
        } else if (rings.hasEnded()) {
            throw SocketFailures.whileConnecting(rings, remote.getPort());
        }
        return phase == Phase.CONNECTED;
    }

    /**
     * Gives address and connection up.
     *
     * @param unread what becomes of octets that were not read; null resets the connection at once
     * @return completed when the peer has accepted everything; null when nothing was to be closed
     */
    synchronized CompletableFuture<Void> close(RingConnection.Unread unread) {
        if (binding != null) {
            CompletableFuture<Void> unused = binding.release();
        }
        if (rings == null) {
            return null;
        }
        return unread != null && phase == Phase.CONNECTED ? rings.close(unread) : rings.abort();
    }
}
