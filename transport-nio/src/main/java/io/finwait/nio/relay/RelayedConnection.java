package io.finwait.nio.relay;

import io.finwait.nio.relay.RelayEvent.Kind;
import io.finwait.nio.relay.RelayEvent.Way;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One client, one server, and a {@link Pump} for each direction. */
final class RelayedConnection {

    private static final Logger LOG = LoggerFactory.getLogger(RelayedConnection.class);

    private final long number;
    private final String clientAddress;
    private final SocketChannel client;
    private final SocketChannel server;
    private final ResetWatch watch;
    private final Consumer<RelayEvent> observer;
    private final Consumer<RelayedConnection> whenOver;
    private final AtomicInteger directionsLeft = new AtomicInteger(2);
    private final AtomicBoolean over = new AtomicBoolean();
    private final Pump up;
    private final Pump down;

    RelayedConnection(
            long number,
            SocketChannel client,
            SocketChannel server,
            RelayFaults up,
            RelayFaults down,
            ResetWatch watch,
            Consumer<RelayEvent> observer,
            Consumer<RelayedConnection> whenOver) {
        this.number = number;
        clientAddress = addressOf(client);
        this.client = client;
        this.server = server;
        this.watch = watch;
        this.observer = observer;
        this.whenOver = whenOver;
        this.up = new Pump(this, Way.UP, client, server, up);
        this.down = new Pump(this, Way.DOWN, server, client, down);
    }

    /** In words: who is connected, and how far each direction has come. */
    String state() {
        return "%d  %s  up: %s  down: %s"
                .formatted(number, clientAddress, up.state(), down.state());
    }

    long number() {
        return number;
    }

    void start() {
        up.start();
        down.start();
    }

    /** Sets faults while it runs. */
    void change(RelayFaults newUp, RelayFaults newDown) {
        up.change(newUp);
        down.change(newDown);
    }

    Pump pump(Way way) {
        return way == Way.UP ? up : down;
    }

    void watchForReset(SocketChannel channel, Runnable onReset) throws IOException {
        watch.watch(channel, onReset);
    }

    void watchNoMore(SocketChannel channel) {
        watch.forget(channel);
    }

    private static String addressOf(SocketChannel channel) {
        return channel.socket().getInetAddress().getHostAddress()
                + ":"
                + channel.socket().getPort();
    }

    void tell(Way way, Kind kind, long octets) {
        observer.accept(new RelayEvent(number, way, kind, octets));
    }

    /** A direction has delivered its FIN. With both the sockets have nothing left to do. */
    void directionIsOver() {
        if (directionsLeft.decrementAndGet() == 0) {
            end(RelayedConnection::close);
        }
    }

    /** Ends everything at once, with a RST to whoever is still there. */
    void resetBoth() {
        end(RelayedConnection::reset);
    }

    boolean isOver() {
        return over.get();
    }

    private void end(Consumer<SocketChannel> how) {
        if (over.compareAndSet(false, true)) {
            how.accept(client);
            how.accept(server);
            up.stop();
            down.stop();
            whenOver.accept(this);
            tell(null, Kind.CLOSED, 0);
        }
    }

    /** Closes with a RST: what linger 0 is for. There may be no channel. */
    static void reset(SocketChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            if (channel.isOpen()) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            LOG.debug("the socket is gone already: {}", e.getMessage());
        }
        close(channel);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing a socket: {}", e.getMessage());
        }
    }
}
