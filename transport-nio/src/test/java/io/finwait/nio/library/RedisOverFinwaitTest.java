package io.finwait.nio.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.socket.TwoDrivers;
import io.finwait.nio.socket.TwoDrivers.Link;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.params.ClientKillParams;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Jedis, unmodified, and a real Redis behind a gateway. */
@Timeout(60)
@ParameterizedClass
@EnumSource(Link.class)
class RedisOverFinwaitTest {

    private static final int PORT = 6379;
    private static final int PATIENCE_S = 20;
    private static final int LONG_MS = 10_000;

    @TempDir private static Path folder;
    private static RedisServer redis;

    private final TwoDrivers drivers;
    private Gateway gateway;

    RedisOverFinwaitTest(Link link) {
        drivers = link.open();
    }

    @BeforeAll
    static void startRedis() throws IOException, InterruptedException {
        redis = RedisServer.start(folder);
    }

    @AfterAll
    static void stopRedis() {
        if (redis != null) {
            redis.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        gateway = new Gateway(drivers.server, PORT, redis.port());
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        drivers.close();
    }

    /** Timeouts are the factory's affair: Jedis asks the socket for its own. */
    private JedisSocketFactory to(int port, int timeoutMs) {
        return () -> {
            try {
                Socket socket =
                        new DriverSocketFactory(drivers.client)
                                .createSocket(TwoDrivers.SERVER, port);
                socket.setSoTimeout(timeoutMs);
                return socket;
            } catch (IOException e) {
                throw new JedisConnectionException(e);
            }
        };
    }

    @Test
    void whatIsSetIsGot() {
        try (Jedis jedis = new Jedis(to(PORT, LONG_MS))) {
            jedis.set("state", "TIME_WAIT");
            assertThat(jedis.get("state")).isEqualTo("TIME_WAIT");
        }
    }

    /** A connection is kept from one command to the next, until the server ends it. */
    @Test
    void aKeptConnectionThatTheServerHasEnded() {
        try (Jedis watching = new Jedis(to(PORT, LONG_MS));
                Jedis kept = new Jedis(to(PORT, LONG_MS))) {
            long id = kept.clientId();
            assertThat(kept.clientId()).isEqualTo(id);
            ClientKillParams which = new ClientKillParams().id(String.valueOf(id));
            assertThat(watching.clientKill(which)).isEqualTo(1);
            assertThatThrownBy(kept::clientId)
                    .isInstanceOf(JedisConnectionException.class)
                    .hasMessageContaining("Unexpected end of stream");
            try (Jedis next = new Jedis(to(PORT, LONG_MS))) {
                assertThat(next.clientId()).isGreaterThan(id);
            }
        }
    }

    @Test
    void aResetIsTold() {
        Jedis jedis = new Jedis(to(PORT, LONG_MS));
        jedis.ping();
        gateway.resetClients();
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                jedis.ping();
                            }
                        })
                .isInstanceOf(JedisConnectionException.class);
        try {
            jedis.close();
        } catch (JedisConnectionException e) {
            // To close is to flush, which fails where the reset has come by then.
        }
    }

    @Test
    void aServerThatSaysNothingTimesOut() throws IOException {
        try (ServerSocket silent =
                new DriverServerSocketFactory(drivers.server).createServerSocket(PORT + 1)) {
            assertThatThrownBy(
                            () -> {
                                try (Jedis jedis = new Jedis(to(silent.getLocalPort(), 100))) {
                                    jedis.ping();
                                }
                            })
                    .isInstanceOf(JedisConnectionException.class)
                    .hasStackTraceContaining("Read timed out");
        }
    }

    @Test
    void aCloseFromAnotherThreadFreesWhoeverWaits() throws Exception {
        try (Jedis jedis = new Jedis(to(PORT, LONG_MS));
                Jedis watching = new Jedis(to(PORT, LONG_MS))) {
            jedis.ping();
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            LightThreads.start(
                    "waiter",
                    () -> {
                        try {
                            jedis.blpop(0, "never");
                            thrown.complete(null);
                        } catch (JedisConnectionException e) {
                            thrown.complete(e);
                        }
                    });
            while (!watching.info("clients").contains("blocked_clients:1")) {
                Thread.onSpinWait();
            }
            jedis.disconnect();
            assertThat(thrown.get(PATIENCE_S, TimeUnit.SECONDS))
                    .isInstanceOf(JedisConnectionException.class)
                    .hasCauseInstanceOf(SocketException.class)
                    .hasStackTraceContaining("closed");
        }
    }
}
