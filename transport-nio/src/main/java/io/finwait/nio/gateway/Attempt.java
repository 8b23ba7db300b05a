package io.finwait.nio.gateway;

import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Incoming;
import io.finwait.tcp.IncomingHandler.Gone;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * The way to the destination of one call, until the connection is open at both ends: connects,
 * talks to a proxy where there is one, and only then answers the client's SYN.
 */
final class Attempt implements SocketWatch.Ready {

    private static final int LONGEST_ANSWER = 512;

    private final Gateway gateway;
    private final Incoming incoming;
    private final long beganNs = System.nanoTime();
    private SocketChannel channel;
    private SelectionKey key;

    /** Null where there is no proxy, and when it has answered. */
    private Handshaking handshake;

    private ByteBuffer toSend;
    private Passage flow;
    private boolean over;

    Attempt(Gateway gateway, Incoming incoming) {
        this.gateway = gateway;
        this.incoming = incoming;
    }

    /**
     * Loads what a call is declined with. When no file can be opened any more, for a socket, none
     * can be opened for a class in a folder either; a jar is open already.
     */
    static void load() {
        NotConnected unused = NotConnected.of(new IOException("Too many open files"), 0);
    }

    void begin(Onward route) {
        if (route instanceof Onward.Direct direct) {
            connect(direct.to());
        } else if (route instanceof Onward.Socks5 socks) {
            handshake = new Socks5Handshake(socks);
            connect(socks.proxy());
        } else if (route instanceof Onward.HttpConnect http) {
            handshake = new HttpConnectHandshake(http);
            connect(http.proxy());
        } else if (route instanceof Onward.Forbidden forbidden) {
            decline(NotConnected.unreachable(forbidden.why(), "forbidden"));
        } else if (route instanceof Onward.Ignored) {
            decline(NotConnected.silent("ignored"));
        } else {
            decline(NotConnected.refused("refused by the router"));
        }
    }

    private void connect(InetSocketAddress to) {
        try {
            channel = SocketChannel.open();
        } catch (IOException e) {
            // No descriptor is left, most likely.
            gateway.tally.add(Count.NO_SOCKET);
            decline(NotConnected.refused(e.getMessage()));
            return;
        }
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            // A server on this machine has answered when connect() returns, and is not waited for.
            if (channel.connect(to) || channel.finishConnect()) {
                connected();
            } else {
                waitFor(SelectionKey.OP_CONNECT);
            }
        } catch (IOException e) {
            decline(NotConnected.of(e, 0));
        }
    }

    /** Registers the channel only when there is something to wait for. */
    private void waitFor(int ops) throws IOException {
        if (key == null) {
            key = gateway.sockets.register(channel, ops, this);
        } else {
            gateway.sockets.interest(key, ops);
        }
    }

    @Override
    public void ready() {
        if (over) {
            return;
        }
        try {
            if (!channel.isConnected()) {
                if (channel.finishConnect()) {
                    connected();
                }
            } else if (handshake != null) {
                goOn();
            }
        } catch (IOException e) {
            decline(NotConnected.of(e, System.nanoTime() - beganNs));
        }
    }

    @Override
    public void giveUp() {
        if (!over) {
            drop();
            incoming.refuse();
        }
    }

    private void connected() throws IOException {
        if (handshake == null) {
            accept();
            return;
        }
        toSend = handshake.begins();
        goOn();
    }

    /** Says to the proxy what is to be said, and reads what it answers. */
    private void goOn() throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER);
        while (true) {
            channel.write(toSend);
            if (toSend.hasRemaining()) {
                waitFor(SelectionKey.OP_WRITE);
                return;
            }
            if (handshake.wants() == 0) {
                handshake = null;
                accept();
                return;
            }
            answer.clear().limit(handshake.wants());
            int octets = channel.read(answer);
            if (octets < 0) {
                throw NotConnected.refused("the proxy has closed the connection");
            }
            if (octets == 0) {
                waitFor(SelectionKey.OP_READ);
                return;
            }
            toSend = handshake.takes(answer.flip());
        }
    }

    /** The destination has answered: now the client is answered. */
    private void accept() {
        if (key != null) {
            gateway.sockets.interest(key, 0);
        }
        if (!incoming.accept()) {
            drop();
        }
    }

    private void decline(NotConnected why) {
        over = true;
        close(false);
        gateway.attempts.remove(this);
        gateway.tally.add(why.kind().count());
        if (why.kind() == NotConnected.Kind.REFUSED) {
            incoming.refuse();
        } else if (why.kind() == NotConnected.Kind.UNREACHABLE) {
            incoming.unreachable(why.why());
        } else {
            incoming.ignore();
        }
    }

    /** The handshake with the client is complete. */
    void established(Connection client) {
        over = true;
        gateway.attempts.remove(this);
        gateway.tally.add(Count.OPENED);
        flow = new Passage(gateway, client, channel, key);
        if (key != null) {
            key.attach(flow);
        }
        flow.start();
    }

    /** The client is gone, or has waited for too long. */
    void gone(Gone why) {
        gateway.tally.add(why == Gone.TIMED_OUT ? Count.SILENT : Count.CLIENT_GONE);
        drop();
    }

    /** The server sees a reset, as if it came from the client. */
    void drop() {
        if (!over) {
            over = true;
            gateway.attempts.remove(this);
            close(true);
        }
    }

    private void close(boolean reset) {
        if (channel != null) {
            gateway.sockets.close(channel, key, reset);
        }
    }

    @Override
    public String toString() {
        return "the way to " + incoming;
    }
}
