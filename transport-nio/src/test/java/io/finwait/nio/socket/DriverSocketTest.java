package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.nio.internal.LightThreads;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.tcp.CloseReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A socket of java.net over a connection of ours behaves as one of the JDK. */
@Timeout(60)
class DriverSocketTest {

    private static final int PORT = 80;

    private final TwoDrivers drivers = new TwoDrivers();
    private final DriverSocketFactory factory = new DriverSocketFactory(drivers.client);
    private AsyncListener listener;
    private Socket socket;
    private AsyncConnection peer;

    @BeforeEach
    void connect() throws Exception {
        listener = drivers.server.listen(PORT, 5).join();
        socket = factory.createSocket(TwoDrivers.SERVER, PORT);
        peer = listener.accept().get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        drivers.close();
    }

    private static byte[] octets(String text) {
        return text.getBytes(US_ASCII);
    }

    private String peerReads() {
        ByteBuffer octets = ByteBuffer.allocate(1000);
        int count = peer.read(octets).join();
        return count < 0 ? "end-of-stream" : US_ASCII.decode(octets.flip()).toString();
    }

    private void peerWrites(String text) {
        peer.write(ByteBuffer.wrap(octets(text))).join();
    }

    /** One at a time: 255 is an octet, and no end of the stream. */
    @Test
    void everyOctetIsReadAndWrittenByItself() throws Exception {
        ByteBuffer all = ByteBuffer.allocate(256);
        for (int octet = 0; octet < 256; octet++) {
            all.put((byte) octet);
            socket.getOutputStream().write(octet | 0x7F00);
        }
        peer.write(all.flip()).join();
        for (int octet = 0; octet < 256; octet++) {
            assertThat(socket.getInputStream().read()).isEqualTo(octet);
        }
        ByteBuffer come = ByteBuffer.allocate(256);
        while (come.hasRemaining()) {
            assertThat(peer.read(come).join()).isPositive();
        }
        assertThat(come.flip()).isEqualTo(all.rewind());
        peer.shutdownOutput().join();
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void octetsGoBothWaysAndEachDirectionEndsByItself() throws Exception {
        socket.getOutputStream().write(octets("question"));
        socket.shutdownOutput();
        assertThat(peerReads()).isEqualTo("question");
        assertThat(peerReads()).isEqualTo("end-of-stream");
        peerWrites("answer");
        CompletableFuture<CloseReason> ended = peer.close();
        assertThat(socket.getInputStream().readAllBytes()).isEqualTo(octets("answer"));
        socket.close();
        assertThat(ended.get(20, TimeUnit.SECONDS)).isInstanceOf(CloseReason.Orderly.class);
    }

    @Test
    void itKnowsItsAddresses() {
        assertThat(socket.getRemoteSocketAddress())
                .isEqualTo(new InetSocketAddress(TwoDrivers.SERVER, PORT));
        assertThat(socket.getLocalAddress().getHostAddress()).isEqualTo("10.0.0.1");
        assertThat(socket.getLocalPort()).isEqualTo(peer.remotePort());
        assertThat(socket.isConnected()).isTrue();
    }

    @Test
    void aReadThatTimesOutLosesNothing() throws IOException {
        socket.setSoTimeout(1);
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("Read timed out");
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(0);
        peerWrites("late");
        assertThat(socket.getInputStream().readNBytes(4)).isEqualTo(octets("late"));
    }

    @Test
    void aResetIsSaidByEveryReadAndWrite() throws Exception {
        peer.abort().get(20, TimeUnit.SECONDS);
        for (int again = 0; again < 3; again++) {
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageStartingWith("Connection reset");
        }
        assertThatThrownBy(() -> socket.getOutputStream().write(1))
                .isInstanceOf(SocketException.class);
    }

    @Test
    void nobodyListeningRefuses() {
        assertThatThrownBy(() -> factory.createSocket(TwoDrivers.SERVER, 81).close())
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
    }

    @Test
    void aConnectThatTakesTooLongTimesOut() throws IOException {
        try (Socket other = factory.createSocket()) {
            InetSocketAddress nobody = new InetSocketAddress("10.0.0.3", PORT);
            assertThatThrownBy(() -> other.connect(nobody, 1))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Connect timed out");
        }
    }

    @Test
    void closingEndsWhoeverReads() throws Exception {
        InputStream in = socket.getInputStream();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread reader =
                LightThreads.start(
                        "reader",
                        () -> {
                            try {
                                in.read();
                                thrown.complete(null);
                            } catch (IOException e) {
                                thrown.complete(e);
                            }
                        });
        socket.close();
        reader.join();
        assertThat(thrown.join()).isInstanceOf(SocketException.class).hasMessage("Socket closed");
    }

    @Test
    void closingWithSomethingUnreadResets() throws Exception {
        peerWrites("unread");
        assertThat(socket.getInputStream().read()).isEqualTo('u');
        socket.close();
        assertThat(peer.ended().get(20, TimeUnit.SECONDS))
                .isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void lingerZeroResets() throws Exception {
        socket.setSoLinger(true, 0);
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        assertThat(socket.getSoLinger()).isZero();
        assertThat(socket.getTcpNoDelay()).isTrue();
        socket.close();
        assertThat(peer.ended().get(20, TimeUnit.SECONDS))
                .isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void hostsOfAMapNeedNoDns() throws IOException {
        DriverSocketFactory named =
                factory.withHosts(
                        Map.of(
                                "server.invalid", InetAddress.getByName(TwoDrivers.SERVER),
                                "localhost", InetAddress.getByName(TwoDrivers.SERVER)));
        try (Socket byName = named.createSocket("SERVER.invalid", PORT);
                Socket local = named.createSocket("localhost", PORT);
                Socket unresolved = named.createSocket()) {
            unresolved.connect(InetSocketAddress.createUnresolved("server.invalid", PORT));
            assertThat(byName.getInetAddress().getHostAddress()).isEqualTo(TwoDrivers.SERVER);
            assertThat(local.getInetAddress().getHostAddress()).isEqualTo(TwoDrivers.SERVER);
            assertThat(unresolved.isConnected()).isTrue();
        }
        assertThatThrownBy(() -> factory.createSocket("server.invalid", PORT).close())
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("server.invalid");
    }
}
