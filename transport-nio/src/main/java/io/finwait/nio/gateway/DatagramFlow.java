package io.finwait.nio.gateway;

import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.wire.Unreachable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;

/** Datagrams between one pair of sockets, over a connected socket of the kernel's. */
final class DatagramFlow implements SocketWatch.Ready {

    /** How many datagrams are taken before others have their turn. */
    private static final int AT_ONCE = 32;

    private final Gateway gateway;
    private final Datagrams datagrams;
    private final Datagrams.Pair pair;
    private final DatagramChannel channel;
    private long usedNs = System.nanoTime();

    DatagramFlow(Gateway gateway, Datagrams datagrams, Datagrams.Pair pair, InetSocketAddress to)
            throws IOException {
        this.gateway = gateway;
        this.datagrams = datagrams;
        this.pair = pair;
        channel = DatagramChannel.open();
        try {
            channel.configureBlocking(false);
            channel.connect(to);
            SelectionKey unused = gateway.sockets.register(channel, SelectionKey.OP_READ, this);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    Datagrams.Pair pair() {
        return pair;
    }

    long usedNs() {
        return usedNs;
    }

    void send(ByteBuffer text) {
        usedNs = System.nanoTime();
        try {
            if (channel.write(text) == 0 && text.limit() > 0) {
                gateway.tally.add(Count.DATAGRAMS_DROPPED);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    @Override
    public void ready() {
        for (int i = 0; i < AT_ONCE; i++) {
            ByteBuffer text = gateway.scratch.clear();
            try {
                // A datagram may be empty, so what was read does not tell that there is no more.
                if (!channel.isOpen() || channel.receive(text) == null) {
                    return;
                }
            } catch (IOException e) {
                failed(e);
                return;
            }
            usedNs = System.nanoTime();
            datagrams.answer(pair, text.flip());
        }
    }

    @Override
    public void giveUp() {
        datagrams.remove(this);
    }

    private void failed(IOException e) {
        if (e instanceof PortUnreachableException) {
            datagrams.tellUnreachable(pair, Unreachable.PORT);
        } else {
            NotConnected why = NotConnected.of(e, 0);
            if (why.kind() == NotConnected.Kind.UNREACHABLE) {
                datagrams.tellUnreachable(pair, why.why());
            }
        }
        datagrams.remove(this);
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            gateway.tally.add(Count.DATAGRAMS_DROPPED);
        }
    }

    @Override
    public String toString() {
        return "datagrams of " + pair;
    }
}
