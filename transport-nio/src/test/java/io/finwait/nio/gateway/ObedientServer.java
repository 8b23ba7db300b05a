package io.finwait.nio.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server of the kernel's TCP for thousands of connections, each of which it ends as the first
 * octet of its client asks. As a program it prints its port, and is there to be killed.
 */
final class ObedientServer implements Runnable, AutoCloseable {

    private static final ByteBuffer ANSWER = ByteBuffer.allocateDirect(1_000).asReadOnlyBuffer();

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listening = ServerSocketChannel.open();
    private final ByteBuffer thrownAway = ByteBuffer.allocateDirect(64 << 10);
    private final AtomicInteger open = new AtomicInteger();

    /** What the server does when the first octet, its number, has come. */
    enum Wish {
        /** Answers and closes. */
        CLOSE,
        /** Answers, half-closes, and reads until the client closes. */
        HALF_CLOSE,
        RESET,
        /** Closes while octets of the client are unread, or on their way. */
        CLOSE_UNREAD,
        /** Reads until the client closes, answers and closes. */
        ANSWER_AT_THE_END,
        /** Reads until the client closes, and closes. */
        STAY
    }

    ObedientServer() throws IOException {
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4_000);
        listening.configureBlocking(false);
        SelectionKey unused = listening.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** Serves until it is killed. */
    public static void main(String[] args) throws IOException {
        try (ObedientServer server = new ObedientServer()) {
            System.out.println(server.port());
            server.run();
        }
    }

    int port() throws IOException {
        return ((InetSocketAddress) listening.getLocalAddress()).getPort();
    }

    /** How many connections it has; from any thread. */
    int open() {
        return open.get();
    }

    @Override
    public void run() {
        try {
            while (selector.isOpen()) {
                int unused = selector.select(this::serve);
            }
        } catch (ClosedSelectorException e) {
            // close() was called.
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else if (!goesOn(key)) {
                end(key);
            }
        } catch (IOException e) {
            // A reset.
            end(key);
        }
    }

    private void accept() throws IOException {
        SocketChannel accepted;
        while ((accepted = listening.accept()) != null) {
            open.incrementAndGet();
            accepted.configureBlocking(false);
            SelectionKey unused = accepted.register(selector, SelectionKey.OP_READ);
        }
    }

    private boolean goesOn(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        Wish wish = (Wish) key.attachment();
        if (wish == null) {
            ByteBuffer first = ByteBuffer.allocate(1);
            int octets = channel.read(first);
            if (octets <= 0) {
                return octets == 0;
            }
            wish = Wish.values()[first.get(0)];
            key.attach(wish);
            return begins(channel, wish);
        }
        int octets;
        do {
            octets = channel.read(thrownAway.clear());
        } while (octets > 0);
        if (octets < 0 && wish == Wish.ANSWER_AT_THE_END) {
            answer(channel);
        }
        return octets == 0;
    }

    private static boolean begins(SocketChannel channel, Wish wish) throws IOException {
        switch (wish) {
            case CLOSE -> {
                answer(channel);
                return false;
            }
            case HALF_CLOSE -> {
                answer(channel);
                channel.shutdownOutput();
                return true;
            }
            case RESET -> {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                return false;
            }
            case CLOSE_UNREAD -> {
                return false;
            }
            case ANSWER_AT_THE_END, STAY -> {
                return true;
            }
        }
        throw new AssertionError(wish);
    }

    private static void answer(SocketChannel channel) throws IOException {
        int unused = channel.write(ANSWER.duplicate());
    }

    private void end(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        open.decrementAndGet();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        selector.close();
    }
}
