package io.finwait.socket;

import static io.finwait.driver.SteeredPair.text;
import static io.finwait.socket.SteeredSockets.CLIENT;
import static io.finwait.socket.SteeredSockets.NOBODY;
import static io.finwait.socket.SteeredSockets.PORT_80;
import static io.finwait.socket.SteeredSockets.SERVER;
import static io.finwait.socket.SteeredSockets.outcome;
import static io.finwait.socket.SteeredSockets.quietly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.DrainReport;
import io.finwait.driver.SteeredPair;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** How channels come to their connections, those that block and those that don't. */
class OpeningChannelsTest {

    private final SteeredPair pair = new SteeredPair();
    private final DriverSelectorProvider clients = new DriverSelectorProvider(pair.client);
    private final DriverSelectorProvider servers = new DriverSelectorProvider(pair.server);
    private final ServerSocketChannel listening = servers.openServerSocketChannel();
    private SocketChannel ours = clients.openSocketChannel();
    private SocketChannel theirs;

    OpeningChannelsTest() throws IOException {
        listening.bind(PORT_80);
    }

    private void connect() throws IOException {
        assertThat(ours.connect(PORT_80)).isTrue();
        theirs = listening.accept();
    }

    private int connections() {
        return SteeredPair.now(pair.client.call(endpoint -> endpoint.connectionCount()));
    }

    // Connecting.

    @Test
    void aBlockingChannelIsConnectedWhenConnectReturns() throws IOException {
        assertThat(ours.isConnected()).isFalse();
        assertThat(ours.isConnectionPending()).isFalse();
        assertThat(ours.getRemoteAddress()).isNull();
        assertThat(ours.getLocalAddress()).isNull();
        connect();
        assertThat(ours.isConnected()).isTrue();
        assertThat(ours.isConnectionPending()).isFalse();
        assertThat(ours.getRemoteAddress()).isEqualTo(PORT_80);
        assertThat(theirs.getRemoteAddress()).isEqualTo(ours.getLocalAddress());
        assertThat(theirs.getLocalAddress()).isEqualTo(PORT_80);
        assertThat(theirs.isConnected()).isTrue();
        assertThat(ours.finishConnect()).isTrue();
        assertThat(ours.toString()).contains("CONNECTED").contains("10.0.0.2:80");
        assertThatThrownBy(() -> ours.connect(PORT_80))
                .isInstanceOf(AlreadyConnectedException.class);
        assertThatThrownBy(() -> ours.bind(null)).isInstanceOf(AlreadyBoundException.class);
        assertThat(ours.supportedOptions()).contains(StandardSocketOptions.SO_LINGER);
        ours.close();
        assertThat(ours.isConnected()).isFalse();
        assertThatThrownBy(ours::getLocalAddress).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(ours::getRemoteAddress).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ours.connect(PORT_80)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ours.bind(null)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(ours::finishConnect).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ours.configureBlocking(false))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aChannelThatDoesNotBlockIsConnectedLater() throws IOException {
        ours.configureBlocking(false);
        assertThatThrownBy(ours::finishConnect).isInstanceOf(NoConnectionPendingException.class);
        assertThat(ours.connect(PORT_80)).isFalse();
        assertThat(ours.isConnectionPending()).isTrue();
        assertThat(ours.isConnected()).isFalse();
        assertThat(ours.finishConnect()).isFalse();
        assertThatThrownBy(() -> ours.connect(PORT_80))
                .isInstanceOf(ConnectionPendingException.class);
        assertThatThrownBy(() -> ours.bind(null)).isInstanceOf(ConnectionPendingException.class);
        assertThatThrownBy(() -> ours.read(ByteBuffer.allocate(1)))
                .isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(() -> ours.write(text("x")))
                .isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(ours::shutdownInput).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(ours::shutdownOutput).isInstanceOf(NotYetConnectedException.class);
        pair.settle();
        assertThat(ours.finishConnect()).isTrue();
        assertThat(ours.isConnected()).isTrue();
        assertThat(ours.finishConnect()).isTrue();
        assertThat(ours.isConnectionPending()).isFalse();
    }

    @Test
    void aConnectionThatIsCompletedByBlockingIsWaitedFor() throws IOException {
        ours.configureBlocking(false);
        assertThat(ours.connect(PORT_80)).isFalse();
        ours.configureBlocking(true);
        assertThat(ours.finishConnect()).isTrue();
        assertThat(ours.isConnected()).isTrue();
    }

    @Test
    void aRefusalClosesTheChannel() throws IOException {
        InetSocketAddress closed = new InetSocketAddress(SERVER, 81);
        assertThat(outcome(() -> ours.connect(closed)))
                .isEqualTo("ConnectException: Connection refused");
        assertThat(ours.isOpen()).isFalse();
        SocketChannel other = clients.openSocketChannel();
        other.configureBlocking(false);
        assertThat(other.connect(closed)).isFalse();
        pair.settle();
        assertThat(outcome(other::finishConnect)).isEqualTo("ConnectException: Connection refused");
        assertThat(other.isOpen()).isFalse();
    }

    @Test
    void aConnectEndsWithACloseAndWithAnInterrupt() throws IOException {
        pair.whileWaiting(quietly(ours::close));
        assertThatThrownBy(() -> ours.connect(NOBODY))
                .isInstanceOf(AsynchronousCloseException.class);
        SocketChannel other = clients.openSocketChannel();
        Thread own = Thread.currentThread();
        pair.whileWaiting(() -> CompletableFuture.runAsync(own::interrupt).join());
        assertThatThrownBy(() -> other.connect(NOBODY))
                .isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        pair.settle();
        assertThat(connections()).isZero();
    }

    @Test
    void aChannelThatIsClosedWhileItConnectsEndsTheAttempt() throws IOException {
        ours.configureBlocking(false);
        assertThat(ours.connect(NOBODY)).isFalse();
        pair.settle();
        assertThat(connections()).isEqualTo(1);
        ours.close();
        assertThat(ours.isConnectionPending()).isFalse();
        pair.settle();
        assertThat(connections()).isZero();
    }

    @Test
    void aBoundChannelConnectsFromThereAndGivesTheAddressBack() throws IOException {
        InetSocketAddress from = new InetSocketAddress(CLIENT, 4_000);
        assertThat(ours.bind(from)).isSameAs(ours);
        assertThat(ours.getLocalAddress()).isEqualTo(from);
        assertThatThrownBy(() -> ours.bind(null)).isInstanceOf(AlreadyBoundException.class);
        connect();
        assertThat(theirs.getRemoteAddress()).isEqualTo(from);
        SocketChannel other = clients.openSocketChannel();
        assertThat(outcome(() -> other.bind(from)))
                .isEqualTo("BindException: Address already in use");
        other.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        assertThat(outcome(() -> other.bind(from)))
                .isEqualTo("BindException: Address already in use");
        ours.close();
        other.bind(from);
        SocketChannel any = clients.openSocketChannel();
        any.bind(null);
        assertThat(((InetSocketAddress) any.getLocalAddress()).getAddress().isAnyLocalAddress())
                .isTrue();
    }

    // Listening.

    @Test
    void anAcceptBlocksUntilAClientComes() throws IOException {
        pair.whileWaiting(quietly(() -> ours.connect(PORT_80)));
        theirs = listening.accept();
        assertThat(theirs.getRemoteAddress()).isEqualTo(ours.getLocalAddress());
        assertThat(theirs.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
    }

    @Test
    void anAcceptThatDoesNotBlockTakesWhoIsThere() throws IOException {
        listening.configureBlocking(false);
        assertThat(listening.accept()).isNull();
        assertThat(ours.connect(PORT_80)).isTrue();
        assertThat(listening.accept()).isNotNull();
        assertThat(listening.accept()).isNull();
    }

    @Test
    void anAcceptEndsWithACloseAndAnInterrupt() throws IOException {
        pair.whileWaiting(quietly(listening::close));
        assertThatThrownBy(listening::accept).isInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(listening::accept).isInstanceOf(ClosedChannelException.class);
        assertThat(outcome(() -> ours.connect(PORT_80)))
                .isEqualTo("ConnectException: Connection refused");

        ServerSocketChannel other = servers.openServerSocketChannel();
        other.bind(PORT_80);
        Thread own = Thread.currentThread();
        pair.whileWaiting(() -> CompletableFuture.runAsync(own::interrupt).join());
        assertThatThrownBy(other::accept).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(other.isOpen()).isFalse();
    }

    /** The interrupt comes when the client is taken and the caller does not have it yet. */
    @Test
    void anInterruptTakesPrecedenceOverAClient() throws IOException {
        Thread own = Thread.currentThread();
        pair.steeredServer.onConnection(
                connection -> CompletableFuture.runAsync(own::interrupt).join());
        assertThat(ours.connect(PORT_80)).isTrue();
        assertThatThrownBy(listening::accept).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        pair.settle();
        assertThat(outcome(() -> ours.read(ByteBuffer.allocate(1))))
                .isEqualTo("SocketException: Connection reset");
    }

    @Test
    void aListeningChannelIsBoundOnceAndClosedOnce() throws IOException {
        assertThat(listening.getLocalAddress()).isEqualTo(PORT_80);
        assertThat(listening).hasToString("ServerSocketChannel[" + PORT_80 + "]");
        assertThatThrownBy(() -> listening.bind(null)).isInstanceOf(AlreadyBoundException.class);
        ServerSocketChannel other = servers.openServerSocketChannel();
        assertThat(other.getLocalAddress()).isNull();
        assertThatThrownBy(other::accept).isInstanceOf(NotYetBoundException.class);
        assertThat(outcome(() -> other.bind(PORT_80)))
                .isEqualTo("BindException: Address already in use");
        // A failed bind keeps nothing.
        other.bind(new InetSocketAddress(SERVER, 81), 0);
        listening.close();
        listening.close();
        assertThatThrownBy(listening::getLocalAddress).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> listening.bind(null)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> listening.configureBlocking(false))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> listening.getOption(StandardSocketOptions.SO_RCVBUF))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> listening.setOption(StandardSocketOptions.SO_RCVBUF, 1))
                .isInstanceOf(ClosedChannelException.class);
        ServerSocketChannel next = servers.openServerSocketChannel();
        next.setOption(StandardSocketOptions.SO_RCVBUF, 5_000);
        assertThat(next.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(5_000);
        assertThat(next.supportedOptions()).hasSize(7);
        next.bind(PORT_80);
        assertThat(ours.connect(PORT_80)).isTrue();
        assertThat(next.accept().getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(5_000);
        ServerSocketChannel any = servers.openServerSocketChannel();
        any.bind(null);
        assertThat(((InetSocketAddress) any.getLocalAddress()).getPort()).isPositive();
    }

    @Test
    void anAcceptEndsWithItsDriver() {
        pair.whileWaiting(
                () -> {
                    CompletableFuture<DrainReport> unused = pair.server.shutdown(Duration.ZERO);
                });
        assertThat(outcome(listening::accept)).contains("Exception: ");
    }
}
