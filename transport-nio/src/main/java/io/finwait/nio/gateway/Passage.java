package io.finwait.nio.gateway;

import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * One connection that is open at both ends: octets, FIN and RST of each end come out at the other.
 * Everything happens on the driver's thread. What one end does not take is held here, at most a
 * buffer full in each direction; the other end is not read meanwhile, so that its window closes.
 */
final class Passage implements ConnectionObserver, SocketWatch.Ready, SocketWatch.Ticking {

    private static final Logger LOG = LoggerFactory.getLogger(Passage.class);

    /** How many buffers full are passed on before others have their turn. */
    private static final int ROUNDS = 8;

    private static final long FIN_LEAVES_NS = 2_000_000;

    /** How long the last octets of a server that has reset may take to leave. */
    private static final long LAST_OCTETS_NS = 5_000_000_000L;

    private final Gateway gateway;
    private final Connection client;
    private final SocketChannel server;

    /** Null while its socket was not waited for. */
    private SelectionKey key;

    /** Octets that an end has not taken; null for none. */
    private ByteBuffer toServer;

    private ByteBuffer toClient;

    /** Others had their turn before all was read that the client has sent. */
    private boolean clientHasMore;

    /** End-of-stream was read from it. */
    private boolean clientDone;

    private boolean serverDone;

    /** The server has reset; the client is, as soon as it has been sent what came before. */
    private boolean resetPending;

    /** When the server has last taken something of what waits for it; for the user timeout. */
    private long takenNs;

    private long resetNotBeforeNs;
    private long resetDeadlineNs;
    private boolean over;

    Passage(Gateway gateway, Connection client, SocketChannel server, SelectionKey key) {
        this.gateway = gateway;
        this.client = client;
        this.server = server;
        this.key = key;
    }

    void start() {
        gateway.passages.add(this);
        client.observer(this);
        if (client.hasEnded()) {
            // onEnded is told by what ended it.
            return;
        }
        client.nagle(false);
        if (gateway.keepAliveNs > 0) {
            long interval = Math.max(1_000_000_000L, gateway.keepAliveNs / 5);
            client.keepAlive(gateway.keepAliveNs, interval, Gateway.KEEPALIVE_PROBES);
        }
        if (gateway.userTimeoutNs > 0) {
            client.userTimeout(gateway.userTimeoutNs);
        }
        gateway.serverKeepAlive.begun(server);
        fromClient();
        // What the server has said meanwhile is told as soon as it is waited for.
        waits();
    }

    // What the ends tell.

    @Override
    public void ready() {
        if (!over) {
            fromClient();
            fromServer();
            waits();
        }
    }

    @Override
    public void giveUp() {
        abort();
    }

    @Override
    public void onReadable(Connection connection) {
        if (!over) {
            fromClient();
            waits();
        }
    }

    @Override
    public void onWritable(Connection connection) {
        if (!over) {
            fromServer();
            waits();
        }
    }

    @Override
    public void onEnded(Connection connection) {
        if (!over) {
            clientEnded();
        }
        if (over) {
            client.release();
        }
    }

    private void clientEnded() {
        fromClient();
        if (over) {
            return;
        }
        if (client.closeReason() instanceof CloseReason.Orderly) {
            // Both FINs are through. Only what the server has not yet taken is left.
            serverDone = true;
            finishIfDone();
            waits();
        } else {
            gateway.tally.add(resetPending ? Count.RESET_BY_SERVER : Count.RESET_BY_CLIENT);
            finish(true);
        }
    }

    // Octets.

    private void fromClient() {
        clientHasMore = false;
        try {
            if (toServer != null) {
                if (server.write(toServer) > 0) {
                    takenNs = System.nanoTime();
                }
                if (toServer.hasRemaining()) {
                    return;
                }
                toServer = null;
            }
            for (int round = 0; round < ROUNDS && !clientDone; round++) {
                if (!passUp()) {
                    return;
                }
            }
            clientHasMore = !clientDone;
        } catch (IOException e) {
            serverHasReset();
        }
    }

    /** Passes a buffer full to the server; false when there is no more, or no more room. */
    private boolean passUp() throws IOException {
        ByteBuffer buffer = gateway.scratch.clear();
        int octets;
        try {
            octets = client.receive(buffer);
        } catch (IOException ended) {
            // onEnded comes, and says how.
            return false;
        }
        if (octets < 0) {
            clientDone = true;
            gateway.lateResets.forget(server);
            server.shutdownOutput();
            finishIfDone();
            return false;
        }
        if (octets == 0) {
            return false;
        }
        gateway.tally.add(Count.OCTETS_UP, octets);
        server.write(buffer.flip());
        if (buffer.hasRemaining()) {
            toServer = rest(buffer);
            takenNs = System.nanoTime();
            if (gateway.userTimeoutNs > 0) {
                gateway.sockets.tick(this);
            }
            return false;
        }
        return true;
    }

    private void fromServer() {
        if (over || resetPending) {
            return;
        }
        try {
            if (toClient != null) {
                client.send(toClient);
                if (toClient.hasRemaining()) {
                    return;
                }
                toClient = null;
            }
        } catch (IOException ended) {
            // onEnded comes, and says how.
            return;
        }
        for (int round = 0; round < ROUNDS && !serverDone && !over; round++) {
            if (!passDown()) {
                return;
            }
        }
    }

    /** Passes a buffer full to the client; false when there is no more, or no more room. */
    private boolean passDown() {
        ByteBuffer buffer = gateway.scratch.clear();
        int octets;
        try {
            octets = server.read(buffer);
        } catch (IOException e) {
            serverHasReset();
            return false;
        }
        if (octets < 0) {
            serverDone = true;
            client.shutdownOutput();
            finishIfDone();
            watchForReset();
            return false;
        }
        if (octets == 0) {
            return false;
        }
        gateway.tally.add(Count.OCTETS_DOWN, octets);
        try {
            client.send(buffer.flip());
        } catch (IOException ended) {
            return false;
        }
        if (buffer.hasRemaining()) {
            toClient = rest(buffer);
            return false;
        }
        return octets == buffer.capacity();
    }

    private static ByteBuffer rest(ByteBuffer buffer) {
        return ByteBuffer.allocate(buffer.remaining()).put(buffer).flip();
    }

    /** Says what the server's socket is waited for. */
    private void waits() {
        if (over) {
            return;
        }
        // What has arrived from the client is told once, so a socket with room brings us back to
        // it.
        int ops = toServer == null && !clientHasMore ? 0 : SelectionKey.OP_WRITE;
        if (!serverDone && toClient == null && !resetPending) {
            ops |= SelectionKey.OP_READ;
        }
        if (key != null) {
            gateway.sockets.interest(key, ops);
            return;
        }
        try {
            key = gateway.sockets.register(server, ops, this);
        } catch (IOException e) {
            LOG.debug("nobody waits for a server: {}", e.toString());
            abort();
        }
    }

    // Ends.

    /**
     * The client is reset as well, but not before it was sent what the server had said: without a
     * gateway a reset overtakes nothing.
     */
    private void serverHasReset() {
        if (over || resetPending) {
            return;
        }
        resetPending = true;
        toServer = null;
        if (!serverDone && toClient == null && client.unsent() == 0) {
            resetClient();
            return;
        }
        long now = System.nanoTime();
        // A FIN leaves with the next cycle; the RST must not be sent instead of it.
        resetNotBeforeNs = now + FIN_LEAVES_NS;
        resetDeadlineNs = now + LAST_OCTETS_NS;
        gateway.sockets.tick(this);
    }

    @Override
    public boolean tick(long nowNs) {
        if (over) {
            return false;
        }
        return resetPending ? !isReset(nowNs) : isServerAwaited(nowNs);
    }

    /** Gives a server up that takes nothing for as long as the user timeout. */
    private boolean isServerAwaited(long nowNs) {
        if (toServer != null && nowNs - takenNs >= gateway.userTimeoutNs) {
            resetClient();
        }
        return !over && toServer != null;
    }

    /** Resets the client when it has been sent what the server had said, or the time is over. */
    private boolean isReset(long nowNs) {
        try {
            if (toClient != null) {
                client.send(toClient);
                toClient = toClient.hasRemaining() ? toClient : null;
            }
        } catch (IOException ended) {
            // onEnded comes, and says how.
            return true;
        }
        boolean sent = toClient == null && client.unsent() == 0 && nowNs - resetNotBeforeNs >= 0;
        if (sent || nowNs - resetDeadlineNs >= 0) {
            resetClient();
        }
        return over;
    }

    private void resetClient() {
        gateway.tally.add(Count.RESET_BY_SERVER);
        finish(true);
    }

    private void watchForReset() {
        if (over || clientDone) {
            return;
        }
        try {
            gateway.lateResets.watch(server, this::serverHasReset);
        } catch (IOException e) {
            LOG.debug("a reset behind the FIN will be seen late: {}", e.toString());
        }
    }

    private void finishIfDone() {
        if (clientDone && serverDone && toServer == null && toClient == null) {
            gateway.tally.add(Count.CLOSED);
            finish(false);
        }
    }

    /** Resets both ends. */
    void abort() {
        if (!over) {
            finish(true);
        }
    }

    private void finish(boolean reset) {
        over = true;
        toServer = null;
        toClient = null;
        gateway.passages.remove(this);
        gateway.sockets.close(server, key, reset);
        if (reset) {
            client.abort();
        } else {
            client.close();
        }
    }

    @Override
    public String toString() {
        return "the connection " + client;
    }
}
