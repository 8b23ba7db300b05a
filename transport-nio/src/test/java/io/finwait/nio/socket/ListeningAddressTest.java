package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.Driver;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.spi.LoopbackTransport;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/** A host of two addresses, and a socket that listens on one of them, or on both. */
@Timeout(30)
class ListeningAddressTest {

    private static final int PORT = 80;

    private final Driver driver =
            Driver.start(
                    EndpointConfig.at("10.0.0.1").address("10.0.0.2").build(),
                    new LoopbackTransport());
    private final DriverSocketFactory sockets = new DriverSocketFactory(driver);
    private final InetAddress one = address("10.0.0.1");
    private final InetAddress other = address("10.0.0.2");

    private static InetAddress address(String text) {
        return new InetSocketAddress(text, 0).getAddress();
    }

    @AfterEach
    void close() {
        driver.shutdown(Duration.ZERO).join();
    }

    private void connects(InetAddress to) throws IOException {
        try (Socket there = sockets.createSocket(to, PORT)) {
            assertThat(there.getInetAddress()).isEqualTo(to);
        }
    }

    private void isRefused(InetAddress to) {
        assertThatThrownBy(() -> sockets.createSocket(to, PORT).close())
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
    }

    @Test
    void aSocketOfOneAddressListensThereAlone() throws IOException {
        try (ServerSocket listening =
                new DriverServerSocketFactory(driver).createServerSocket(PORT, 5, other)) {
            connects(other);
            isRefused(one);
            assertThat(listening.getInetAddress()).isEqualTo(other);
        }
    }

    @Test
    void aChannelOfOneAddressListensThereAlone() throws IOException {
        try (ServerSocketChannel listening =
                new DriverSelectorProvider(driver).openServerSocketChannel()) {
            listening.bind(new InetSocketAddress(one, PORT));
            connects(one);
            isRefused(other);
        }
    }

    @Test
    void aSocketOfNoAddressListensOnAll() throws IOException {
        try (ServerSocket listening =
                new DriverServerSocketFactory(driver).createServerSocket(PORT)) {
            connects(one);
            connects(other);
            assertThat(listening.getInetAddress().isAnyLocalAddress()).isTrue();
        }
    }
}
