package io.finwait.nio.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.Driver;
import io.finwait.sim.SimNetwork;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whoever looks says little, says too much, says nothing or does not read: the next one is shown
 * all.
 */
@Timeout(60)
@SuppressWarnings("try") // what is opened is seen by those who look, not by the test
class OnlookersTest {

    private static final long MS = 1_000_000L;
    private static final long LONG = 30_000 * MS;

    @TempDir private Path temporary;
    private Path folder;

    @BeforeEach
    void nameTheFolder() {
        folder = temporary.resolve("finwait");
    }

    private ControlSocket open(String text, Onlooker onlooker) throws IOException {
        return ControlSocket.open(folder, "web", view -> view.request() + "\n" + text, onlooker);
    }

    private RunningStack only() throws IOException {
        return RunningStacks.list(folder).get(0);
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(only().socket()));
    }

    private String answerTo(String request) throws IOException {
        try (SocketChannel channel = connect()) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
            return rest(channel);
        }
    }

    private static String rest(SocketChannel channel) throws IOException {
        return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aViewIsAskedForByItsName() throws IOException {
        try (ControlSocket open = open("", new Onlooker(LONG, LONG))) {
            for (View view : View.values()) {
                assertThat(only().look(view)).isEqualTo(view.request() + "\n");
            }
            assertThat(answerTo("statistics\n")).isEqualTo("statistics\n");
            assertThat(answerTo("statistics\r\nand more\n")).isEqualTo("statistics\n");
            assertThat(answerTo("\n")).isEqualTo("connections\n");
        }
    }

    @Test
    void whatIsNoNameIsRefused() throws IOException {
        try (ControlSocket open = open("", new Onlooker(LONG, LONG))) {
            assertThat(answerTo("shutdown\n")).isEqualTo("no such view\n");
            assertThat(answerTo("\0\377\n")).isEqualTo("no such view\n");
            assertThat(answerTo("x".repeat(Onlooker.LONGEST_REQUEST)))
                    .as("no newline")
                    .isEqualTo("no such view\n");
        }
    }

    @Test
    void whoEndsWithoutAWordIsShownTheConnections() throws IOException {
        try (ControlSocket open = open("", new Onlooker(LONG, LONG));
                SocketChannel silent = connect()) {
            silent.shutdownOutput();
            assertThat(rest(silent)).isEqualTo("connections\n");
        }
    }

    @Test
    void whoIsSilentIsShownTheConnectionsAfterAWhile() throws IOException {
        try (ControlSocket open = open("", new Onlooker(MS, LONG));
                SocketChannel silent = connect()) {
            assertThat(rest(silent)).isEqualTo("connections\n");
        }
    }

    /** More than can look at a time hold their places, each as long as it may. */
    @Test
    void thoseWhoNeverReadStopNobody() throws IOException {
        List<SocketChannel> hostile = new ArrayList<>();
        String long64M = "x".repeat(64 << 20);
        try (ControlSocket open = open(long64M, new Onlooker(10 * MS, 20 * MS))) {
            for (int i = 0; i < 20; i++) {
                hostile.add(connect());
            }
        } finally {
            // It is closed while they look; the next one is not kept from its place.
        }
        try (ControlSocket open = open("text", new Onlooker(10 * MS, 20 * MS))) {
            for (int i = 0; i < 40; i++) {
                hostile.add(connect());
            }
            assertThat(only().look(View.CONNECTIONS, LONG)).isEqualTo("connections\ntext");
        } finally {
            for (SocketChannel each : hostile) {
                each.close();
            }
        }
    }

    @Test
    void whoLooksAtAStoppedProcessIsTold() throws IOException {
        RunFolder.require(folder);
        Path path = folder.resolve("web." + ProcessHandle.current().pid() + ".1");
        try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stopped.bind(UnixDomainSocketAddress.of(path));
            assertThatThrownBy(() -> only().look(View.CONNECTIONS, 20 * MS))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("does not answer");
        }
    }

    @Test
    void aDriverThatHasStoppedShowsNothing() throws IOException {
        Driver driver =
                Driver.start(EndpointConfig.at("10.0.0.1").build(), SimNetwork.seeded(1).host("a"));
        try (ControlSocket open =
                ControlSocket.open(folder, "web", view -> ControlSocket.shown(driver, view))) {
            driver.close();
            assertThat(only().look(View.STATISTICS)).isEmpty();
        }
    }
}
