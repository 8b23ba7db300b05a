package io.finwait.socket;

import static io.finwait.driver.SteeredPair.text;
import static io.finwait.socket.SteeredSockets.CLIENT;
import static io.finwait.socket.SteeredSockets.PORT_80;
import static io.finwait.socket.SteeredSockets.SERVER;
import static io.finwait.socket.SteeredSockets.outcome;
import static io.finwait.socket.SteeredSockets.outcomeOf;
import static io.finwait.socket.SteeredSockets.quietly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.SteeredPair;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;

/** Channels in the shape of sockets: each call, with its words, open, closed and not connected. */
class AdaptorsTest {

    private final SteeredPair pair = new SteeredPair();
    private final DriverSelectorProvider clients = new DriverSelectorProvider(pair.client);
    private final ServerSocketChannel listeningChannel =
            new DriverSelectorProvider(pair.server).openServerSocketChannel();
    private final ServerSocket listening = listeningChannel.socket();
    private final SocketChannel channel = clients.openSocketChannel();
    private final Socket ours = channel.socket();
    private Socket theirs;

    AdaptorsTest() throws IOException {}

    private void connect() throws IOException {
        listening.bind(PORT_80);
        ours.connect(PORT_80);
        theirs = listening.accept();
    }

    @Test
    void aChannelHasOneSocket() throws IOException {
        assertThat(channel.socket()).isSameAs(ours);
        assertThat(ours.getChannel()).isSameAs(channel);
        assertThat(listeningChannel.socket()).isSameAs(listening);
        assertThat(listening.getChannel()).isSameAs(listeningChannel);
        assertThat(ours).hasToString("Socket[" + channel + "]");
        assertThat(listening).hasToString("ServerSocket[" + listeningChannel + "]");
    }

    @Test
    void beforeItIsConnectedItHasNoAddresses() {
        assertThat(ours.getInetAddress()).isNull();
        assertThat(ours.getPort()).isZero();
        assertThat(ours.getLocalPort()).isEqualTo(-1);
        assertThat(ours.getLocalAddress().isAnyLocalAddress()).isTrue();
        assertThat(ours.getRemoteSocketAddress()).isNull();
        assertThat(ours.getLocalSocketAddress()).isNull();
        assertThat(ours.isConnected()).isFalse();
        assertThat(ours.isBound()).isFalse();
        assertThat(ours.isClosed()).isFalse();
        assertThat(listening.getInetAddress()).isNull();
        assertThat(listening.getLocalPort()).isEqualTo(-1);
        assertThat(listening.getLocalSocketAddress()).isNull();
        assertThat(listening.isBound()).isFalse();
        assertThat(listening.isClosed()).isFalse();
        assertThat(outcome(ours::getInputStream))
                .isEqualTo("SocketException: Socket is not connected");
        assertThat(outcome(ours::getOutputStream))
                .isEqualTo("SocketException: Socket is not connected");
        assertThat(outcomeOf(ours::shutdownInput))
                .isEqualTo("SocketException: Socket is not connected");
        assertThat(outcomeOf(ours::shutdownOutput))
                .isEqualTo("SocketException: Socket is not connected");
        assertThat(outcome(listening::accept))
                .isEqualTo("SocketException: Socket is not bound yet");
    }

    @Test
    void connectedItKnowsBothEnds() throws IOException {
        ours.bind(new InetSocketAddress(CLIENT, 4_000));
        assertThat(ours.isBound()).isTrue();
        assertThat(ours.getLocalPort()).isEqualTo(4_000);
        assertThat(outcomeOf(() -> ours.bind(null))).isEqualTo("SocketException: Already bound");
        connect();
        assertThat(ours.isConnected()).isTrue();
        assertThat(ours.getInetAddress()).isEqualTo(SERVER);
        assertThat(ours.getPort()).isEqualTo(80);
        assertThat(ours.getRemoteSocketAddress()).isEqualTo(PORT_80);
        assertThat(ours.getLocalAddress()).isEqualTo(CLIENT);
        assertThat(ours.getLocalSocketAddress()).isEqualTo(theirs.getRemoteSocketAddress());
        assertThat(listening.getInetAddress()).isEqualTo(SERVER);
        assertThat(listening.getLocalPort()).isEqualTo(80);
        assertThat(listening.getLocalSocketAddress()).isEqualTo(PORT_80);
        assertThat(listening.isBound()).isTrue();
        assertThat(outcomeOf(() -> ours.connect(PORT_80)))
                .isEqualTo("SocketException: Already connected");
        assertThat(outcomeOf(() -> listening.bind(null)))
                .isEqualTo("SocketException: Already bound");
    }

    @Test
    void wrongConnectsSayWhy() throws IOException {
        assertThatThrownBy(() -> ours.connect(PORT_80, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connect: timeout can't be negative");
        assertThat(outcomeOf(() -> ours.connect(new SocketAddress() {})))
                .isEqualTo("SocketException: Unsupported address type");
        Socket other = clients.openSocketChannel().socket();
        assertThatThrownBy(() -> other.connect(InetSocketAddress.createUnresolved("nobody", 1)))
                .isInstanceOf(UnknownHostException.class);
        assertThat(other.isClosed()).isTrue();
        channel.configureBlocking(false);
        assertThatThrownBy(() -> ours.connect(PORT_80))
                .isInstanceOf(IllegalBlockingModeException.class);
    }

    @Test
    void aConnectAReadAndAnAcceptTimeOut() throws IOException {
        Socket other = clients.openSocketChannel().socket();
        assertThat(outcomeOf(() -> other.connect(SteeredSockets.NOBODY, 2_000)))
                .isEqualTo("SocketTimeoutException: Connect timed out");
        assertThat(pair.elapsed()).isEqualTo(Duration.ofSeconds(2));
        connect();
        ours.setSoTimeout(3_000);
        assertThat(ours.getSoTimeout()).isEqualTo(3_000);
        InputStream in = ours.getInputStream();
        Duration before = pair.elapsed();
        assertThat(outcome(in::read)).isEqualTo("SocketTimeoutException: Read timed out");
        assertThat(pair.elapsed().minus(before)).isEqualTo(Duration.ofSeconds(3));
        ours.setSoTimeout(0);
        listening.setSoTimeout(4_000);
        assertThat(listening.getSoTimeout()).isEqualTo(4_000);
        before = pair.elapsed();
        assertThat(outcome(listening::accept))
                .isEqualTo("SocketTimeoutException: Accept timed out");
        assertThat(pair.elapsed().minus(before)).isEqualTo(Duration.ofSeconds(4));
        assertThatThrownBy(() -> ours.setSoTimeout(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> listening.setSoTimeout(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void streamsCarryOctets() throws IOException {
        connect();
        InputStream in = ours.getInputStream();
        OutputStream out = theirs.getOutputStream();
        theirs.setTcpNoDelay(true);
        pair.whileWaiting(quietly(() -> out.write(0xFE)));
        assertThat(in.read()).isEqualTo(0xFE);
        out.write(new byte[] {1, 2, 3, 4}, 1, 2);
        pair.settle();
        assertThat(in.available()).isEqualTo(2);
        byte[] into = new byte[5];
        assertThat(in.read(into, 1, 0)).isZero();
        assertThat(in.read(into, 2, 3)).isEqualTo(2);
        assertThat(into).containsExactly(0, 0, 2, 3, 0);
        assertThatThrownBy(() -> in.read(into, 3, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> out.write(into, 3, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        out.close();
        assertThat(theirs.isClosed()).isTrue();
        assertThat(in.read()).isEqualTo(-1);
        in.close();
        assertThat(ours.isClosed()).isTrue();
        assertThat(outcome(in::available)).startsWith("ClosedChannelException");
    }

    @Test
    void aStreamOfAChannelThatDoesNotBlockIsRefused() throws IOException {
        connect();
        InputStream in = ours.getInputStream();
        OutputStream out = ours.getOutputStream();
        channel.configureBlocking(false);
        assertThatThrownBy(in::read).isInstanceOf(IllegalBlockingModeException.class);
        assertThatThrownBy(() -> in.read(new byte[1], 0, 0))
                .isInstanceOf(IllegalBlockingModeException.class);
        assertThatThrownBy(() -> out.write(1)).isInstanceOf(IllegalBlockingModeException.class);
        listeningChannel.configureBlocking(false);
        assertThatThrownBy(listening::accept).isInstanceOf(IllegalBlockingModeException.class);
        listening.setSoTimeout(1);
        ours.close();
        SocketChannel next = clients.openSocketChannel();
        next.connect(PORT_80);
        assertThatThrownBy(listening::accept)
                .as("a timeout is refused whoever is there")
                .isInstanceOf(IllegalBlockingModeException.class);
        listening.setSoTimeout(0);
        assertThat(listening.accept().isConnected()).isTrue();
    }

    @Test
    void shutDirectionsAreSaid() throws IOException {
        connect();
        assertThat(ours.isInputShutdown()).isFalse();
        assertThat(ours.isOutputShutdown()).isFalse();
        ours.shutdownInput();
        ours.shutdownOutput();
        assertThat(ours.isInputShutdown()).isTrue();
        assertThat(ours.isOutputShutdown()).isTrue();
        assertThat(outcome(ours::getInputStream))
                .isEqualTo("SocketException: Socket input is shutdown");
        assertThat(outcome(ours::getOutputStream))
                .isEqualTo("SocketException: Socket output is shutdown");
        assertThat(theirs.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void optionsAreTheChannels() throws IOException {
        connect();
        ours.setTcpNoDelay(true);
        assertThat(ours.getTcpNoDelay()).isTrue();
        assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        ours.setSoLinger(true, 5);
        assertThat(ours.getSoLinger()).isEqualTo(5);
        ours.setSoLinger(false, 5);
        assertThat(ours.getSoLinger()).isEqualTo(-1);
        ours.setSendBufferSize(1);
        assertThat(ours.getSendBufferSize()).isEqualTo(1);
        ours.setReceiveBufferSize(2);
        assertThat(ours.getReceiveBufferSize()).isEqualTo(2);
        ours.setKeepAlive(true);
        assertThat(ours.getKeepAlive()).isTrue();
        ours.setTrafficClass(8);
        assertThat(ours.getTrafficClass()).isEqualTo(8);
        ours.setReuseAddress(true);
        assertThat(ours.getReuseAddress()).isTrue();
        assertThat(ours.getOOBInline()).isFalse();
        ours.setOOBInline(true);
        assertThat(ours.getOOBInline()).isTrue();
        assertThat(ours.setOption(StandardSocketOptions.SO_SNDBUF, 7)).isSameAs(ours);
        assertThat(ours.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(7);
        assertThat(ours.supportedOptions()).isEqualTo(channel.supportedOptions());
        assertThat(outcomeOf(() -> ours.sendUrgentData(1))).contains("RFC 6093");
        for (SteeredSockets.Step each :
                List.<SteeredSockets.Step>of(
                        () -> ours.setSendBufferSize(0), () -> ours.setReceiveBufferSize(0))) {
            assertThatThrownBy(each::take)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Invalid ");
        }
        listening.setReceiveBufferSize(3);
        assertThat(listening.getReceiveBufferSize()).isEqualTo(3);
        listening.setReuseAddress(false);
        assertThat(listening.getReuseAddress()).isFalse();
        assertThat(listening.setOption(StandardSocketOptions.SO_RCVBUF, 4)).isSameAs(listening);
        assertThat(listening.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(4);
        assertThat(listening.supportedOptions()).hasSize(7);
        assertThatThrownBy(() -> listening.setReceiveBufferSize(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size cannot be 0 or negative");
    }

    @Test
    void closedItRefusesEverything() throws IOException {
        connect();
        ours.close();
        listening.close();
        assertThat(ours.isClosed()).isTrue();
        assertThat(channel.isOpen()).isFalse();
        assertThat(listening.isClosed()).isTrue();
        assertThat(listeningChannel.isOpen()).isFalse();
        for (SteeredSockets.Step each :
                List.<SteeredSockets.Step>of(
                        ours::getInputStream,
                        ours::getOutputStream,
                        () -> ours.setTcpNoDelay(true),
                        ours::getSoLinger,
                        () -> ours.setSoTimeout(1),
                        ours::getSoTimeout,
                        () -> ours.setOOBInline(true),
                        ours::getOOBInline,
                        () -> ours.sendUrgentData(1),
                        () -> listening.setSoTimeout(1),
                        listening::getSoTimeout,
                        listening::getReuseAddress,
                        listening::getReceiveBufferSize)) {
            assertThat(outcomeOf(each)).isEqualTo("SocketException: Socket is closed");
        }
        assertThat(ours.getLocalAddress().isAnyLocalAddress()).isTrue();
        ours.close();
        listening.close();
    }

    @Test
    void theBacklogIsTheListeners() throws IOException {
        listening.bind(PORT_80, 3);
        assertThat(listening.isBound()).isTrue();
        Socket one = clients.openSocketChannel().socket();
        one.connect(PORT_80);
        one.getOutputStream().write(text("x").array());
        assertThat(listening.accept().getInputStream().read()).isEqualTo('x');
    }
}
