package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

@Timeout(60)
class LateResetsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long HOUR = 3_600 * SECOND;

    private long nowNs;
    private SocketWatch sockets;
    private LateResets resets;
    private ServerSocketChannel listening;

    @BeforeEach
    void open() throws IOException {
        sockets = new SocketWatch(() -> {});
        resets = new LateResets(sockets, () -> nowNs);
        listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
        resets.close();
        sockets.close();
    }

    private SocketChannel watched() throws IOException {
        SocketChannel channel = SocketChannel.open(listening.getLocalAddress());
        channel.configureBlocking(false);
        resets.watch(channel, () -> {});
        return channel;
    }

    /** A closed channel keeps its descriptor until the selector has let go of it. */
    @Test
    void aProcessThatWasStoppedWhileItLookedLooksAgainSoon() throws IOException {
        SocketChannel channel = watched();
        long begunNs = nowNs;
        nowNs += HOUR;
        assertThat(resets.tick(begunNs)).as("it is watched").isTrue();
        channel.close();
        nowNs += SECOND;
        assertThat(resets.tick(nowNs)).as("something is watched still").isFalse();
    }

    @Test
    void aLookThatTakesItsTimeIsFollowedByAPause() throws IOException {
        SocketChannel channel = watched();
        nowNs += 1_000_000;
        assertThat(resets.tick(0)).isTrue();
        channel.close();
        assertThat(resets.tick(nowNs + 19_999_999)).as("no look yet").isTrue();
        assertThat(resets.tick(nowNs + 20_000_000)).as("something is watched still").isFalse();
    }
}
