package io.finwait.socket;

import static io.finwait.socket.SteeredSockets.CLIENT;
import static io.finwait.socket.SteeredSockets.NOBODY;
import static io.finwait.socket.SteeredSockets.PORT_80;
import static io.finwait.socket.SteeredSockets.SERVER;
import static io.finwait.socket.SteeredSockets.outcome;
import static io.finwait.socket.SteeredSockets.outcomeOf;
import static io.finwait.socket.SteeredSockets.quietly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.DrainReport;
import io.finwait.driver.SteeredPair;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** How sockets come to their addresses and connections, and how a wait for one ends. */
class OpeningSocketsTest {

    private final SteeredSockets both = new SteeredSockets();

    OpeningSocketsTest() throws IOException {}

    private int connections() {
        return SteeredPair.now(both.pair.client.call(endpoint -> endpoint.connectionCount()));
    }

    @Test
    void bothKnowWhoTheOtherIs() throws IOException {
        Socket ours = both.connect();
        Socket theirs = both.listening.accept();
        assertThat(ours.getInetAddress()).isEqualTo(SERVER);
        assertThat(ours.getPort()).isEqualTo(80);
        assertThat(ours.getLocalAddress()).isEqualTo(CLIENT);
        assertThat(theirs.getInetAddress()).isEqualTo(CLIENT);
        assertThat(theirs.getPort()).isEqualTo(ours.getLocalPort()).isPositive();
        assertThat(theirs.getLocalPort()).isEqualTo(80);
        assertThat(theirs.getLocalAddress()).isEqualTo(SERVER);
        assertThat(theirs.isConnected()).isTrue();
        assertThat(theirs.getReuseAddress()).as("from its listener").isTrue();
        assertThat(ours.getReuseAddress()).isFalse();
    }

    @Test
    void aFactoryConnectsByNameAndByAddressFromWhereItIsTold() throws IOException {
        DriverSocketFactory named = both.sockets.withHosts(Map.of("shop", SERVER));
        assertThat(named.createSocket("shop", 80).getInetAddress()).isEqualTo(SERVER);
        Socket from = named.createSocket("SHOP", 80, CLIENT, 4_000);
        assertThat(from.getLocalPort()).isEqualTo(4_000);
        assertThat(both.sockets.createSocket(SERVER, 80, CLIENT, 4_001).getLocalPort())
                .isEqualTo(4_001);
        Socket later = named.createSocket();
        later.connect(InetSocketAddress.createUnresolved("shop", 80));
        assertThat(later.isConnected()).isTrue();
        DriverSocketFactory several =
                both.sockets.withAddresses(Map.of("shop", List.of(SERVER, CLIENT)));
        assertThat(several.addressesOf("shop")).containsExactly(SERVER, CLIENT);
        assertThat(several.createSocket("shop", 80).getInetAddress()).isEqualTo(SERVER);
        Socket stranger = named.createSocket();
        assertThatThrownBy(() -> stranger.connect(InetSocketAddress.createUnresolved("cellar", 80)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("cellar");
        assertThatThrownBy(() -> both.sockets.createSocket(SERVER, 81))
                .hasMessage("Connection refused");
        assertThatThrownBy(() -> both.sockets.createSocket(SERVER, 80, CLIENT, 4_000))
                .hasMessage("Address already in use");
    }

    @Test
    void aConnectEndsWithARefusal() throws IOException {
        Socket socket = both.sockets.createSocket();
        assertThat(outcomeOf(() -> socket.connect(new InetSocketAddress(SERVER, 81))))
                .isEqualTo("ConnectException: Connection refused");
        Socket other = both.sockets.createSocket();
        assertThat(outcomeOf(() -> other.connect(new InetSocketAddress(SERVER, 0))))
                .isEqualTo("ConnectException: Connection refused");
        assertThat(connections()).isZero();
    }

    @Test
    void aConnectEndsWithItsTimeout() throws IOException {
        Socket socket = both.sockets.createSocket();
        assertThat(outcomeOf(() -> socket.connect(NOBODY, 7_000)))
                .isEqualTo("SocketTimeoutException: Connect timed out");
        assertThat(both.pair.elapsed()).isEqualTo(Duration.ofSeconds(7));
        both.pair.settle();
        assertThat(connections()).isZero();
    }

    @Test
    void aConnectEndsWhenTheEndpointGivesUp() throws IOException {
        Socket socket = both.sockets.createSocket();
        assertThat(outcomeOf(() -> socket.connect(NOBODY)))
                .isEqualTo("ConnectException: Connection timed out");
        assertThat(both.pair.elapsed()).isGreaterThan(Duration.ofMinutes(2));
    }

    @Test
    void aConnectEndsWithAClose() throws IOException {
        Socket socket = both.sockets.createSocket();
        both.pair.whileWaiting(quietly(socket::close));
        assertThat(outcomeOf(() -> socket.connect(NOBODY)))
                .isEqualTo("SocketException: Socket closed");
        both.pair.settle();
        assertThat(connections()).isZero();
    }

    @Test
    void aConnectEndsWithItsDriver() throws IOException {
        Socket socket = both.sockets.createSocket();
        both.pair.whileWaiting(
                () -> {
                    CompletableFuture<DrainReport> unused =
                            both.pair.client.shutdown(Duration.ZERO);
                });
        assertThat(outcomeOf(() -> socket.connect(NOBODY))).startsWith("SocketException: ");
        Socket late = both.sockets.createSocket();
        assertThat(outcomeOf(() -> late.connect(NOBODY)))
                .isEqualTo("SocketException: the driver has stopped; start another one");
    }

    @Test
    void anInterruptDoesNotEndAConnect() throws IOException {
        Socket socket = both.sockets.createSocket();
        both.pair.clientCable.loses(packet -> true);
        both.pair.whileWaiting(() -> Thread.currentThread().interrupt());
        both.pair.whileWaiting(() -> both.pair.clientCable.loses(packet -> false));
        socket.connect(PORT_80);
        assertThat(socket.isConnected()).isTrue();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(both.pair.elapsed()).as("the SYN again").isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void anAddressThatCantBeReachedIsSaidAtOnce() throws IOException {
        Socket socket = both.sockets.createSocket();
        InetSocketAddress sixth = new InetSocketAddress(InetAddress.getByName("2001:db8::1"), 80);
        assertThat(outcomeOf(() -> socket.connect(sixth)))
                .isEqualTo("SocketException: Network is unreachable");
        DriverSocketImpl impl = client();
        assertThatThrownBy(() -> impl.connect(new SocketAddress() {}, 0))
                .isInstanceOf(IOException.class)
                .hasMessage("Unsupported address type");
    }

    // What only an implementation of sockets is asked.

    private DriverSocketImpl client() throws IOException {
        DriverSocketImpl impl =
                new DriverSocketImpl(
                        both.pair.client, SocketBehaviour.JAVA_ON_LINUX, HostNames.NONE);
        impl.create(true);
        return impl;
    }

    private static void failsWith(String message, SteeredSockets.Step step) {
        assertThatThrownBy(step::take)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anImplementationIsCreatedAndConnectedOnce() throws IOException {
        DriverSocketImpl raw =
                new DriverSocketImpl(
                        both.pair.client, SocketBehaviour.JAVA_ON_LINUX, HostNames.NONE);
        failsWith("for datagrams use the JDK's", () -> raw.create(false));
        failsWith("Not connected", raw::available);
        failsWith("Not created", () -> raw.connect(SERVER, 80));
        DriverSocketImpl impl = client();
        failsWith("Already created", () -> impl.create(true));
        failsWith("Not connected", impl::shutdownOutput);
        failsWith("Not connected", impl::shutdownInput);
        failsWith("Not connected", () -> impl.getInputStream().read());
        failsWith("Not connected", () -> impl.getOutputStream().write(1));
        impl.connect(SERVER, 80);
        failsWith("Already connected", () -> impl.connect("10.0.0.2", 80));
    }

    @Test
    void aSocketThatConnectsDoesNotListen() throws IOException {
        DriverSocketImpl impl = client();
        failsWith("a ServerSocket listens", () -> impl.listen(1));
        failsWith("a ServerSocket accepts", () -> impl.accept(client()));
        failsWith("RFC 6093", () -> impl.sendUrgentData(1));
    }

    @Test
    void aSocketThatListensDoesNothingElse() {
        DriverServerSocketImpl impl = new DriverServerSocketImpl(both.pair.server);
        for (SteeredSockets.Step each :
                List.<SteeredSockets.Step>of(
                        () -> impl.connect("10.0.0.1", 1),
                        () -> impl.connect(CLIENT, 1),
                        () -> impl.connect(PORT_80, 1),
                        impl::getInputStream,
                        impl::getOutputStream,
                        impl::available,
                        () -> impl.sendUrgentData(1))) {
            failsWith("this socket listens; read and write the sockets it accepts", each);
        }
        failsWith("for datagrams use the JDK's", () -> impl.create(false));
        failsWith("Not bound", () -> impl.listen(1));
    }

    @Test
    void theStreamsOfAnImplementation() throws IOException {
        DriverSocketImpl impl = client();
        impl.connect(SERVER, 80);
        Socket theirs = both.listening.accept();
        theirs.getOutputStream().write(0xFE);
        assertThat(impl.getInputStream().read()).isEqualTo(0xFE);
        theirs.getOutputStream().write(0);
        assertThat(impl.getInputStream().read()).isZero();
        theirs.shutdownOutput();
        assertThat(impl.getInputStream().read()).isEqualTo(-1);
        impl.getOutputStream().write(0xFD);
        impl.getOutputStream().close();
        assertThat(theirs.getInputStream().read()).isEqualTo(0xFD);
        assertThat(theirs.getInputStream().read()).isEqualTo(-1);
        failsWith("Socket closed", impl::available);
    }

    /** Another thread finds the lock of an accept free that has failed in this one. */
    @Test
    void anAcceptThatFailedHoldsNobodyUp() throws Exception {
        DriverServerSocketImpl impl = new DriverServerSocketImpl(both.pair.server);
        impl.bind(SERVER, 81);
        impl.listen(1);
        impl.setOption(SocketOptions.SO_TIMEOUT, 2_000);
        failsWith("Accept timed out", () -> impl.accept(client()));
        impl.close();
        DriverSocketImpl next = client();
        CompletableFuture<String> other =
                CompletableFuture.supplyAsync(() -> outcomeOf(() -> impl.accept(next)));
        assertThat(other.get(4, TimeUnit.SECONDS)).isEqualTo("SocketException: Socket closed");
    }

    // Binding.

    @Test
    void aBoundSocketConnectsFromThere() throws IOException {
        Socket socket = both.sockets.createSocket();
        socket.bind(new InetSocketAddress(CLIENT, 4_000));
        assertThat(socket.getLocalPort()).isEqualTo(4_000);
        assertThat(socket.getLocalAddress()).isEqualTo(CLIENT);
        socket.connect(PORT_80);
        assertThat(both.listening.accept().getPort()).isEqualTo(4_000);
        Socket any = both.sockets.createSocket();
        any.bind(null);
        assertThat(any.getLocalPort()).isPositive();
        assertThat(any.getLocalAddress().isAnyLocalAddress()).isTrue();
        assertThat(outcomeOf(() -> both.sockets.createSocket().bind(any.getLocalSocketAddress())))
                .isEqualTo("BindException: Address already in use");
        int port = any.getLocalPort();
        any.close();
        Socket next = both.sockets.createSocket();
        next.bind(new InetSocketAddress(port));
        assertThat(next.getLocalPort()).isEqualTo(port);
    }

    @Test
    void anImplementationIsBoundOnceAndGivesBackWhatItDoesNotNeed() throws IOException {
        DriverSocketImpl impl = client();
        impl.bind(CLIENT, 4_000);
        assertThat(impl.getOption(SocketOptions.SO_BINDADDR)).isEqualTo(CLIENT);
        failsWith("Already bound", () -> impl.bind(CLIENT, 4_001));
        Socket free = both.sockets.createSocket();
        free.bind(new InetSocketAddress(CLIENT, 4_001));
        impl.connect(SERVER, 80);
        assertThat(impl.getOption(SocketOptions.SO_BINDADDR)).isEqualTo(CLIENT);
        impl.close();
        failsWith("Socket closed", () -> impl.bind(CLIENT, 4_002));
        failsWith("Socket closed", () -> impl.getOption(SocketOptions.SO_LINGER));
        failsWith("Socket closed", () -> impl.setOption(SocketOptions.SO_LINGER, 1));
        failsWith("Socket closed", () -> impl.connect(SERVER, 80));
        failsWith("Socket closed", impl::available);
        Socket freed = both.sockets.createSocket();
        freed.bind(new InetSocketAddress(CLIENT, 4_002));
        assertThat(freed.isBound()).isTrue();
    }

    @Test
    void aWrongOptionIsASocketException() throws IOException {
        DriverSocketImpl impl = client();
        assertThatThrownBy(() -> impl.setOption(SocketOptions.TCP_NODELAY, "yes"))
                .isExactlyInstanceOf(SocketException.class)
                .hasMessage("Invalid value 'yes'");
        assertThatThrownBy(() -> impl.setOption(SocketOptions.SO_TIMEOUT, "long"))
                .isExactlyInstanceOf(SocketException.class);
        assertThat(impl.getOption(SocketOptions.SO_BINDADDR))
                .isEqualTo(new InetSocketAddress(0).getAddress());
        assertThat(impl.supportedOptions()).contains(StandardSocketOptions.SO_LINGER);
        impl.setOption(StandardSocketOptions.SO_SNDBUF, 5);
        assertThat(impl.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(5);
    }

    // Listening.

    @Test
    void anAcceptWaitsForAClient() throws IOException {
        Socket[] client = new Socket[1];
        both.pair.whileWaiting(quietly(() -> client[0] = both.connect()));
        Socket accepted = both.listening.accept();
        assertThat(accepted.getPort()).isEqualTo(client[0].getLocalPort());
    }

    @Test
    void anAcceptTimesOutAndTakesNobody() throws IOException {
        both.listening.setSoTimeout(3_000);
        assertThat(outcome(both.listening::accept))
                .isEqualTo("SocketTimeoutException: Accept timed out");
        assertThat(both.pair.elapsed()).isEqualTo(Duration.ofSeconds(3));
        Socket client = both.connect();
        assertThat(both.listening.accept().getPort()).isEqualTo(client.getLocalPort());
    }

    @Test
    void anAcceptEndsWithAClose() throws IOException {
        both.pair.whileWaiting(quietly(both.listening::close));
        assertThat(outcome(both.listening::accept)).isEqualTo("SocketException: Socket closed");
        assertThat(outcome(both.listening::accept)).isEqualTo("SocketException: Socket is closed");
        assertThat(outcome(both::connect)).isEqualTo("ConnectException: Connection refused");
        both.listening.close();
        assertThat(new DriverServerSocketFactory(both.pair.server).createServerSocket(80, 1))
                .isNotNull();
    }

    @Test
    void anAcceptEndsWithItsDriver() {
        both.pair.whileWaiting(
                () -> {
                    CompletableFuture<DrainReport> unused =
                            both.pair.server.shutdown(Duration.ZERO);
                });
        assertThat(outcome(both.listening::accept)).startsWith("SocketException: ");
    }

    @Test
    void anInterruptDoesNotEndAnAccept() throws IOException {
        both.pair.whileWaiting(() -> Thread.currentThread().interrupt());
        both.pair.whileWaiting(quietly(both::connect));
        assertThat(both.listening.accept().getLocalPort()).isEqualTo(80);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aFactoryListensWhereItIsTold() throws IOException {
        DriverServerSocketFactory factory = new DriverServerSocketFactory(both.pair.server);
        ServerSocket unbound = factory.createServerSocket();
        assertThat(unbound.isBound()).isFalse();
        assertThat(outcome(unbound::accept)).isEqualTo("SocketException: Socket is not bound yet");
        ServerSocket one = factory.createServerSocket(81, 5, SERVER);
        assertThat(one.getInetAddress()).isEqualTo(SERVER);
        assertThat(one.getLocalPort()).isEqualTo(81);
        ServerSocket any = factory.createServerSocket(0);
        assertThat(any.getLocalPort()).isPositive();
        assertThat(any.getInetAddress().isAnyLocalAddress()).isTrue();
        assertThat(outcome(() -> factory.createServerSocket(81)))
                .isEqualTo("BindException: Address already in use");
        one.close();
        assertThat(factory.createServerSocket(81).getLocalPort()).isEqualTo(81);
        assertThatThrownBy(() -> new DriverServerSocketFactory(null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new DriverSocketFactory(both.pair.client, null))
                .isInstanceOf(NullPointerException.class);
    }

    /** A backlog of one: the second client is not answered until the first one is accepted. */
    @Test
    void noMoreWaitThanTheBacklogSays() throws IOException {
        ServerSocket one =
                new DriverServerSocketFactory(both.pair.server).createServerSocket(81, 1);
        InetSocketAddress port81 = new InetSocketAddress(SERVER, 81);
        both.sockets.createSocket().connect(port81, 1_000);
        int waits = 0;
        for (int i = 0; i < 3; i++) {
            String outcome = outcomeOf(() -> both.sockets.createSocket().connect(port81, 1_000));
            waits += outcome.startsWith("SocketTimeoutException") ? 1 : 0;
        }
        assertThat(waits).isPositive();
        assertThat(one.accept().isConnected()).isTrue();
    }

    @Test
    void optionsOfAListeningSocket() throws IOException {
        both.listening.setReceiveBufferSize(5_000);
        assertThat(both.listening.getReceiveBufferSize()).isEqualTo(5_000);
        assertThat(both.listening.getReuseAddress()).isTrue();
        assertThat(both.listening.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(5_000);
        both.listening.setOption(StandardSocketOptions.SO_RCVBUF, 6_000);
        assertThat(both.listening.supportedOptions()).hasSize(7);
        Socket ours = both.connect();
        assertThat(both.listening.accept().getReceiveBufferSize()).isEqualTo(6_000);
        assertThat(ours.getReceiveBufferSize()).isNotEqualTo(6_000);
        DriverServerSocketImpl impl = new DriverServerSocketImpl(both.pair.server);
        impl.bind(SERVER, 81);
        failsWith("Already bound", () -> impl.bind(SERVER, 82));
        assertThat(impl.getOption(SocketOptions.SO_BINDADDR)).isEqualTo(SERVER);
        impl.close();
        failsWith("Socket closed", () -> impl.getOption(SocketOptions.SO_RCVBUF));
        failsWith("Socket closed", () -> impl.setOption(SocketOptions.SO_RCVBUF, 1));
        failsWith("Socket closed", () -> impl.setOption(StandardSocketOptions.SO_RCVBUF, 1));
        failsWith("Socket closed", () -> impl.getOption(StandardSocketOptions.SO_RCVBUF));
        failsWith("Socket closed", () -> impl.bind(SERVER, 82));
        failsWith("Socket closed", () -> impl.listen(1));
    }
}
