package io.finwait.nio.library;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.finwait.nio.internal.LightThreads;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What clients do to a web server that it must survive. */
final class BadClient {

    /** For another thread to begin to wait; the same comes of it if it has not. */
    private static final long USUALLY_ENOUGH_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final InetSocketAddress server;

    BadClient(int port) {
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private SocketChannel sends(String text) throws IOException {
        SocketChannel channel = SocketChannel.open(server);
        channel.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
        return channel;
    }

    private static String firstLine(ByteBuffer answer) {
        String text = US_ASCII.decode(answer.flip()).toString();
        return text.substring(0, Math.max(0, text.indexOf('\r')));
    }

    /** Ends its output behind the request, and reads to the end. */
    String halfClosing() throws IOException {
        String request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        try (SocketChannel channel = sends(request)) {
            channel.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(10_000);
            while (channel.read(answer) >= 0) {
                // On to the end of the stream.
            }
            return firstLine(answer);
        }
    }

    /** Keeps its connection, until the server closes it because nothing more comes. */
    String idle() throws IOException {
        try (SocketChannel channel = sends("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) {
            ByteBuffer answer = ByteBuffer.allocate(10_000);
            int reads = 0;
            while (channel.read(answer) >= 0) {
                reads++;
            }
            return reads > 0 ? firstLine(answer).substring(0, 12) + ", closed" : "no answer";
        }
    }

    /** Resets the connection in the middle of a request. */
    BadClient resetting() throws IOException {
        try (SocketChannel channel = sends("GET / HT")) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        return this;
    }

    /** Waits for the answer to half a request, and another thread closes. */
    String abortedByAnotherThread() throws IOException {
        try (SocketChannel channel = sends("GET / HTTP/1.1\r\nHost: x\r\n")) {
            Closeable aborted = channel;
            LightThreads.start(
                    "abort",
                    () -> {
                        try {
                            LockSupport.parkNanos(USUALLY_ENOUGH_NS);
                            aborted.close();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            return "read " + channel.read(ByteBuffer.allocate(1));
        } catch (ClosedChannelException e) {
            return "closed";
        }
    }
}
