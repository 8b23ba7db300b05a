package io.finwait.nio.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.LongStream;

/** A port that fails is tried again, after pauses that do not spin. */
class AcceptLoopTest {

    private static final long MS = 1_000_000;

    private final Port port = new Port();
    private final List<SocketChannel> taken = new ArrayList<>();
    private final List<Long> pausesMs = new ArrayList<>();

    private void run() {
        new AcceptLoop(port, "a test", taken::add, ns -> pausesMs.add(ns / MS)).run();
    }

    @Test
    void afterFailuresConnectionsAreTakenAgain() throws IOException {
        SocketChannel first = port.gives();
        port.fails(3);
        SocketChannel second = port.gives();
        port.fails(1);
        run();
        assertThat(taken).containsExactly(first, second);
        assertThat(pausesMs).containsExactly(10L, 20L, 40L, 10L);
    }

    @Test
    void pausesGrowToASecond() {
        port.fails(20);
        run();
        assertThat(pausesMs.subList(0, 9))
                .containsExactlyElementsOf(
                        LongStream.of(10, 20, 40, 80, 160, 320, 640, 1000, 1000).boxed().toList());
        assertThat(pausesMs).hasSize(20);
    }

    /** No thread can be started, for instance. */
    @Test
    void aConnectionThatNobodyCanTakeIsClosed() throws IOException {
        SocketChannel first = port.gives();
        SocketChannel second = port.gives();
        new AcceptLoop(
                        port,
                        "a test",
                        channel -> {
                            if (channel.equals(first)) {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                            taken.add(channel);
                        },
                        ns -> pausesMs.add(ns / MS))
                .run();
        assertThat(first.isOpen()).isFalse();
        assertThat(taken).containsExactly(second);
        assertThat(pausesMs).containsExactly(10L);
        second.close();
    }

    /** A platform thread waits within the kernel, where closing the channel only wakes it. */
    @Test
    void whatIsClosedRefusesConnectionsAtOnce() throws Exception {
        for (int i = 0; i < 100; i++) {
            ServerSocketChannel listening = ServerSocketChannel.open();
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketAddress at = listening.getLocalAddress();
            BlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
            AcceptLoop loop = new AcceptLoop(listening, "a test", accepted::add);
            Thread runs = new Thread(loop::run, "accepts");
            runs.start();
            SocketChannel.open(at).close();
            accepted.take().close();
            loop.close();
            assertThatThrownBy(() -> SocketChannel.open(at).close())
                    .as("round %d", i)
                    .isInstanceOf(ConnectException.class);
            runs.join();
        }
    }

    /** Gives and fails as it is told, and closes itself when nothing is left. */
    private static final class Port extends ServerSocketChannel {

        private final Queue<Optional<SocketChannel>> script = new ArrayDeque<>();

        Port() {
            super(SelectorProvider.provider());
        }

        SocketChannel gives() throws IOException {
            SocketChannel channel = SocketChannel.open();
            script.add(Optional.of(channel));
            return channel;
        }

        void fails(int times) {
            for (int i = 0; i < times; i++) {
                script.add(Optional.empty());
            }
        }

        @Override
        public SocketChannel accept() throws IOException {
            if (script.isEmpty()) {
                close();
                throw new ClosedChannelException();
            }
            return script.remove().orElseThrow(() -> new IOException("Too many open files"));
        }

        @Override
        public ServerSocketChannel bind(SocketAddress local, int backlog) {
            throw new UnsupportedOperationException("this channel only accepts");
        }

        @Override
        public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
            throw new UnsupportedOperationException("this channel only accepts");
        }

        @Override
        public <T> T getOption(SocketOption<T> name) {
            throw new UnsupportedOperationException("this channel only accepts");
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public ServerSocket socket() {
            throw new UnsupportedOperationException("this channel only accepts");
        }

        @Override
        public SocketAddress getLocalAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        protected void implCloseSelectableChannel() {}

        @Override
        protected void implConfigureBlocking(boolean block) {}
    }
}
