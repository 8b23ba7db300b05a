package io.finwait.nio.gateway;

import static io.finwait.nio.gateway.GatewayLab.PATIENCE_SECONDS;
import static io.finwait.nio.gateway.GatewayLab.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.AsyncConnection;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.tcp.CloseReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One end of a connection through a gateway is silent without a word: the other end is reset. */
@Timeout(60)
class SilentEndsTest {

    private static final Duration SHORT = Duration.ofSeconds(1);

    private static GatewayLab lab(UnaryOperator<Gateway.Builder> settings) throws IOException {
        return new GatewayLab(policy -> policy, settings, config -> config);
    }

    private static CloseReason end(AsyncConnection client) throws Exception {
        return client.ended().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Nothing is said by anybody; only the probes find out. */
    @Test
    void theServerOfAnIdleClientThatVanishesIsReset() throws Exception {
        try (GatewayLab lab = lab(gateway -> gateway.keepAlive(SHORT).userTimeout(SHORT))) {
            AsyncConnection client = lab.connect();
            try (Socket server = lab.accept()) {
                // The client's ACK of the SYN,ACK has come.
                GatewayLab.await("open", () -> lab.count(Count.OPENED) == 1);
                lab.cable.cut();
                assertThatThrownBy(() -> server.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
                lab.awaitNothingLeft();
                assertThat(lab.count(Count.RESET_BY_CLIENT)).isEqualTo(1);
                assertThat(client.ended()).isNotDone();
            }
        }
    }

    /** Octets of the server are on their way: the user timeout counts, without any probe. */
    @Test
    void theServerOfAClientThatAcknowledgesNothingIsReset() throws Exception {
        try (GatewayLab lab = lab(gateway -> gateway.keepAlive(Duration.ZERO).userTimeout(SHORT))) {
            AsyncConnection client = lab.connect();
            try (Socket server = lab.accept()) {
                GatewayLab.await("open", () -> lab.count(Count.OPENED) == 1);
                lab.cable.cut();
                server.getOutputStream().write(1);
                assertThatThrownBy(() -> server.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
                lab.awaitNothingLeft();
                assertThat(client.ended()).isNotDone();
            }
        }
    }

    /** Its SYN,ACK is answered by nobody; the server has a connection already. */
    @Test
    void theServerOfAClientThatVanishesInItsHandshakeIsReset() throws Exception {
        try (GatewayLab lab = lab(gateway -> gateway.userTimeout(SHORT))) {
            lab.cable.cutAfter(1);
            CompletableFuture<AsyncConnection> call = lab.call();
            try (Socket server = lab.accept()) {
                assertThatThrownBy(() -> server.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
                await("it is counted", () -> lab.count(Count.CLIENT_GONE) == 1);
                lab.awaitNothingLeft();
                assertThat(call).isNotDone();
            }
        }
    }

    /** As behind a window that its TCP keeps closed: it takes nothing of what waits for it. */
    @Test
    void theClientOfAServerThatTakesNothingIsReset() throws Exception {
        try (GatewayLab lab = lab(gateway -> gateway.userTimeout(SHORT))) {
            AsyncConnection client = lab.connect();
            try (Socket server = lab.accept()) {
                CompletableFuture<Void> writing = client.write(ByteBuffer.allocate(24 << 20));
                assertThat(end(client)).isInstanceOf(CloseReason.ResetByPeer.class);
                assertThat(writing).isCompletedExceptionally();
                assertThatThrownBy(() -> server.getInputStream().readAllBytes())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
            lab.awaitNothingLeft();
            assertThat(lab.count(Count.RESET_BY_SERVER)).isEqualTo(1);
        }
    }

    /** The kernel probes the server, from the same time on: a timer of kind 2 runs (proc(5)). */
    @Test
    void theKernelProbesTheServer() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/net/tcp")), "no /proc/net/tcp: skipped");
        try (GatewayLab lab = lab(gateway -> gateway.keepAlive(Duration.ofSeconds(50)))) {
            AsyncConnection client = lab.connect();
            try (Socket server = lab.accept()) {
                // Only for connections that last, and so not at once.
                await("the timer", () -> timerOfItsClient(server).startsWith("02:"));
                String[] timer = timerOfItsClient(server).split(":", -1);
                // In hundredths of a second.
                assertThat(Integer.parseInt(timer[1], 16)).isBetween(1, 5_000);
                assertThat(server.isConnected()).isTrue();
                assertThat(client.ended()).isNotDone();
            }
        }
    }

    private static String timerOfItsClient(Socket server) {
        try {
            List<String> timers = timersOfClients(server);
            // A table is not read at one instant, and may show a connection twice.
            assertThat(timers).isNotEmpty();
            return timers.get(timers.size() - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By both ports: others of this host may be connected to a port of the same number. */
    private static List<String> timersOfClients(Socket server) throws IOException {
        String local = ":%04X".formatted(server.getPort());
        String remote = ":%04X".formatted(server.getLocalPort());
        List<String> found = new ArrayList<>();
        for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            if (!Files.isReadable(Path.of(table))) {
                continue;
            }
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] columns = line.trim().split("\\s+", -1);
                boolean inTimeWait = columns[3].equals("06");
                if (!inTimeWait && columns[1].endsWith(local) && columns[2].endsWith(remote)) {
                    found.add(columns[5]);
                }
            }
        }
        return found;
    }
}
