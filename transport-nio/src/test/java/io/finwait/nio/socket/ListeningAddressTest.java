package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.finwait.driver.Driver;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.spi.LoopbackTransport;
import io.finwait.tcp.EndpointConfig;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

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

    private static void says(String who, ServerSocket listening) throws IOException {
        try (Socket accepted = listening.accept()) {
            accepted.getOutputStream().write(who.getBytes(US_ASCII));
        }
    }

    private String hears(InetAddress from) throws IOException {
        try (Socket there = sockets.createSocket(from, PORT)) {
            return new String(there.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    @Test
    void eachAddressHasASocketOfItsOwnOnOnePort() throws Exception {
        DriverServerSocketFactory listeners = new DriverServerSocketFactory(driver);
        try (ServerSocketChannel others =
                new DriverSelectorProvider(driver).openServerSocketChannel()) {
            others.bind(new InetSocketAddress(other, PORT));
            try (ServerSocket ones = listeners.createServerSocket(PORT, 5, one)) {
                for (int i = 0; i < 2; i++) {
                    CompletableFuture<String> first = hearsMeanwhile(one);
                    says("one", ones);
                    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("one");
                    isHeardAt(other, others);
                }
                isInUse(() -> listeners.createServerSocket(PORT, 5, one).close());
                isInUse(() -> listeners.createServerSocket(PORT).close());
            }
            isRefused(one);
            isHeardAt(other, others);
            isInUse(() -> listeners.createServerSocket(PORT).close());
        }
        listeners.createServerSocket(PORT).close();
    }

    private void isHeardAt(InetAddress address, ServerSocketChannel listening) throws Exception {
        CompletableFuture<String> heard = hearsMeanwhile(address);
        says("other", listening.socket());
        assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("other");
    }

    private static void isInUse(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(BindException.class)
                .hasMessageStartingWith("Address already in use");
    }

    private CompletableFuture<String> hearsMeanwhile(InetAddress from) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return hears(from);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
