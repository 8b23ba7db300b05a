package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** The test's thread is the driver's: it takes its turns, and waits for {@code rouse}. */
@Timeout(60)
class SocketWatchTest {

    private static final long FOR_EVER = Long.MAX_VALUE;

    private final Semaphore roused = new Semaphore(0);
    private SocketWatch sockets;
    private final List<Pipe> pipes = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        sockets = new SocketWatch(roused::release);
        sockets.start();
    }

    @AfterEach
    void close() throws IOException {
        sockets.close();
        for (Pipe each : pipes) {
            each.source().close();
            each.sink().close();
        }
    }

    /** Reads what there is, and remembers how often it was ready and given up. */
    private static class Reader implements SocketWatch.Ready {

        final Pipe.SourceChannel source;
        int ready;
        int givenUp;

        Reader(Pipe.SourceChannel source) {
            this.source = source;
        }

        @Override
        public void ready() {
            ready++;
            try {
                assertThat(source.read(ByteBuffer.allocate(10))).isEqualTo(1);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void giveUp() {
            givenUp++;
            try {
                source.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Pipe pipe() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        pipes.add(pipe);
        return pipe;
    }

    private static void write(Pipe pipe) throws IOException {
        assertThat(pipe.sink().write(ByteBuffer.allocate(1))).isEqualTo(1);
    }

    private Reader reads(Pipe pipe) throws IOException {
        Reader reader = new Reader(pipe.source());
        SelectionKey unused = sockets.register(pipe.source(), SelectionKey.OP_READ, reader);
        return reader;
    }

    @Test
    void aTurnLooksAfterWhatIsReady() throws IOException {
        Pipe pipe = pipe();
        Reader reader = reads(pipe);
        assertThat(sockets.turn()).isZero();
        write(pipe);
        assertThat(sockets.turn()).isEqualTo(1);
        assertThat(sockets.turn()).isZero();
        assertThat(reader.ready).isEqualTo(1);
    }

    @Test
    void whatGetsReadyEndsTheWait() throws Exception {
        Pipe pipe = pipe();
        Reader reader = reads(pipe);
        for (int i = 1; i <= 100; i++) {
            assertThat(sockets.waitBegins(FOR_EVER)).isEqualTo(FOR_EVER);
            write(pipe);
            while (reader.ready < i) {
                roused.acquire();
                int unused = sockets.turn();
            }
            assertThat(reader.ready).isEqualTo(i);
        }
    }

    @Test
    void whatIsRegisteredBetweenTwoWaitsIsWaitedForThoughAPacketHadEndedTheFirst()
            throws Exception {
        for (int i = 0; i < 100; i++) {
            long unused = sockets.waitBegins(FOR_EVER);
            // A packet: the driver is up, and the selector still the watcher's.
            int unusedTurn = sockets.turn();
            Pipe pipe = pipe();
            Reader reader = reads(pipe);
            long unusedWait = sockets.waitBegins(FOR_EVER);
            write(pipe);
            while (reader.ready == 0) {
                roused.acquire();
                if (sockets.turn() == 0) {
                    unusedWait = sockets.waitBegins(FOR_EVER);
                }
            }
            assertThat(reader.ready).isEqualTo(1);
        }
    }

    /** Otherwise the two would rouse each other for as long as they share a processor. */
    @Test
    void waitsThatPacketsEndRouseNobody() throws IOException {
        Reader reader = reads(pipe());
        for (int i = 0; i < 10_000; i++) {
            long unused = sockets.waitBegins(FOR_EVER);
            // A packet ends the wait; now and then the watcher has given the selector back.
            assertThat(sockets.turn()).isZero();
            assertThat(sockets.turn()).isZero();
        }
        assertThat(roused.availablePermits()).isZero();
        assertThat(reader.ready).isZero();
    }

    /** Until then the kernel would not close it either. */
    @Test
    void aSocketIsClosedWhenTheSelectorHasLetGoOfIt() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel channel = SocketChannel.open(listening.getLocalAddress());
            try (SocketChannel peer = listening.accept()) {
                channel.configureBlocking(false);
                SelectionKey key = sockets.register(channel, SelectionKey.OP_READ, new Nobody());
                assertThat(sockets.turn()).isZero();
                sockets.close(channel, key, true);
                assertThat(channel.isOpen()).isTrue();
                assertThat(sockets.turn()).isZero();
                assertThat(channel.isOpen()).isFalse();
                assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
            }
        }
    }

    @Test
    void aSocketIsClosedWhileTheWatcherWaitsToo() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            for (int i = 0; i < 100; i++) {
                SocketChannel channel = SocketChannel.open(listening.getLocalAddress());
                try (SocketChannel peer = listening.accept()) {
                    channel.configureBlocking(false);
                    SelectionKey key =
                            sockets.register(channel, SelectionKey.OP_READ, new Nobody());
                    assertThat(sockets.turn()).isZero();
                    long unused = sockets.waitBegins(FOR_EVER);
                    sockets.close(channel, key, true);
                    assertThat(sockets.turn()).isZero();
                    long unusedWait = sockets.waitBegins(FOR_EVER);
                    assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1)))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("reset");
                }
            }
        }
    }

    @Test
    void noSocketOutlivesTheSelector() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel before = SocketChannel.open(listening.getLocalAddress());
            SocketChannel after = SocketChannel.open(listening.getLocalAddress());
            before.configureBlocking(false);
            after.configureBlocking(false);
            SelectionKey first = sockets.register(before, SelectionKey.OP_READ, new Nobody());
            SelectionKey second = sockets.register(after, SelectionKey.OP_READ, new Nobody());
            sockets.close(before, first, false);
            sockets.close();
            assertThat(before.isOpen()).isFalse();
            sockets.close(after, second, false);
            assertThat(after.isOpen()).isFalse();
        }
    }

    /** Is never ready. */
    private static final class Nobody implements SocketWatch.Ready {

        @Override
        public void ready() {
            throw new AssertionError("ready");
        }

        @Override
        public void giveUp() {
            throw new AssertionError("given up");
        }
    }

    @Test
    void whatThrowsIsGivenUpAndOthersAreNot() throws IOException {
        Pipe broken = pipe();
        Pipe sound = pipe();
        Reader throwing =
                new Reader(broken.source()) {
                    @Override
                    public void ready() {
                        throw new NoClassDefFoundError("no file is left to load it from");
                    }
                };
        SelectionKey unused = sockets.register(broken.source(), SelectionKey.OP_READ, throwing);
        Reader reader = reads(sound);
        write(broken);
        write(sound);
        assertThat(sockets.turn()).isEqualTo(2);
        assertThat(sockets.turn()).as("ready again").isZero();
        assertThat(throwing.givenUp).isEqualTo(1);
        assertThat(reader.ready).isEqualTo(1);
        assertThat(reader.givenUp).isZero();
    }

    @Test
    void whatIsCalledEveryTenMillisecondsBoundsTheWaitUntilItThrows() throws Exception {
        sockets.tick(
                now -> {
                    throw new IllegalStateException("a fault of the test's");
                });
        assertThat(sockets.waitBegins(FOR_EVER)).isEqualTo(10_000_000);
        while (sockets.waitBegins(FOR_EVER) != FOR_EVER) {
            int unused = sockets.turn();
            Thread.onSpinWait();
        }
        assertThat(sockets.turn()).isZero();
    }

    @Test
    void whenItIsClosedItsThreadEndsWhereverItIs() throws Exception {
        Thread watcher = sockets.watcher();
        sockets.close();
        watcher.join();
        assertThat(sockets.turn()).isZero();
        assertThat(sockets.waitBegins(5)).isEqualTo(5);

        sockets = new SocketWatch(roused::release);
        sockets.start();
        long unused = sockets.waitBegins(FOR_EVER);
        sockets.close();
        sockets.watcher().join();
    }
}
