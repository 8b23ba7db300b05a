package io.finwait.nio.socket.behaviour;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;

/** Channels and selectors of a {@link Stage}. */
final class ChannelStage {

    /** Two ends of a connection. */
    record Ends(SocketChannel client, SocketChannel server) {}

    private final Stage stage;
    final SelectorProvider client;
    private final SelectorProvider server;

    ChannelStage(Stage stage, SelectorProvider client, SelectorProvider server) {
        this.stage = stage;
        this.client = client;
        this.server = server;
    }

    SocketChannel open() throws IOException {
        return stage.keep(client.openSocketChannel());
    }

    SocketChannel openNonBlocking() throws IOException {
        SocketChannel channel = open();
        channel.configureBlocking(false);
        return channel;
    }

    ServerSocketChannel openServer() throws IOException {
        return stage.keep(server.openServerSocketChannel());
    }

    ServerSocketChannel listen() throws IOException {
        ServerSocketChannel listening = openServer();
        listening.bind(new InetSocketAddress(stage.serverAddress, 0));
        return listening;
    }

    InetSocketAddress addressOf(ServerSocketChannel listening) {
        return new InetSocketAddress(stage.serverAddress, listening.socket().getLocalPort());
    }

    SocketChannel connect(ServerSocketChannel to) throws IOException {
        SocketChannel channel = open();
        channel.connect(addressOf(to));
        return channel;
    }

    Ends ends() throws IOException {
        ServerSocketChannel listening = listen();
        SocketChannel connected = connect(listening);
        SocketChannel accepted = stage.keep(listening.accept());
        listening.close();
        return new Ends(connected, accepted);
    }

    Selector selector() throws IOException {
        return stage.keep(client.openSelector());
    }

    // Words for what happens.

    static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String writes(SocketChannel to, String text) {
        return Stage.attempt(() -> to.write(octets(text)));
    }

    /** What one read of up to a hundred octets gives. */
    static String reads(SocketChannel from) {
        return Stage.attempt(
                () -> {
                    ByteBuffer buffer = ByteBuffer.allocate(100);
                    int count = from.read(buffer);
                    return count <= 0
                            ? count
                            : "'" + StandardCharsets.US_ASCII.decode(buffer.flip()) + "'";
                });
    }

    /** Reads in the non-blocking mode until something comes. */
    static String readsSomething(SocketChannel from) throws Exception {
        String[] outcome = {"0"};
        Stage.until(
                () -> {
                    outcome[0] = reads(from);
                    return !outcome[0].equals("0");
                });
        return outcome[0];
    }

    /** Closes with a reset. */
    static void reset(SocketChannel channel) throws IOException {
        channel.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }
}
