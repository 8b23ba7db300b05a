package io.finwait.nio.library;

import static io.finwait.nio.library.WholeProgram.say;

import io.finwait.nio.internal.LightThreads;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Lettuce in a JVM whose channels are all ours. The Redis behind them is reached by a socket, which
 * is the kernel's.
 */
public final class LettuceProgram {

    private static final int PATIENCE_S = 20;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final ChannelGateway gateway;
    private final RedisClient client = RedisClient.create();

    private LettuceProgram(int kernelsPort) throws IOException {
        gateway = new ChannelGateway(0, () -> new Socket(LOOPBACK, kernelsPort));
    }

    public static void main(String[] arguments) throws Exception {
        new LettuceProgram(Integer.parseInt(arguments[0])).run();
        System.exit(0);
    }

    private StatefulRedisConnection<String, String> connect(boolean again) throws IOException {
        client.setOptions(
                ClientOptions.builder()
                        .autoReconnect(again)
                        .timeoutOptions(TimeoutOptions.enabled())
                        .build());
        return client.connect(uri(gateway.listening(), PATIENCE_S * 1000));
    }

    private static RedisURI uri(ServerSocketChannel server, int timeoutMs) throws IOException {
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        return RedisURI.builder()
                .withHost(LOOPBACK.getHostAddress())
                .withPort(port)
                .withTimeout(Duration.ofMillis(timeoutMs))
                .build();
    }

    private void run() throws Exception {
        say("gateway", () -> gateway.listening().getClass().getSimpleName());
        say(
                "get",
                () -> {
                    try (StatefulRedisConnection<String, String> connection = connect(true)) {
                        RedisCommands<String, String> commands = connection.sync();
                        return commands.set("state", "TIME_WAIT") + " " + commands.get("state");
                    }
                });
        say(
                "closed-while-idle",
                () -> {
                    try (StatefulRedisConnection<String, String> connection = connect(true)) {
                        String before = connection.sync().ping();
                        gateway.endConnections(false);
                        return before + " " + connection.sync().ping();
                    }
                });
        say("reset", () -> ended(() -> gateway.endConnections(true)));
        say("closed-while-waiting", () -> ended(() -> gateway.endConnections(false)));
        say("abort", this::aborted);
        say("timeout", this::timedOut);
        say("refused", this::refused);
    }

    private interface Act {
        void run() throws IOException;
    }

    /** What becomes of a command that waits for ever. */
    private Object ended(Act act) throws Exception {
        try (StatefulRedisConnection<String, String> connection = connect(false)) {
            RedisFuture<?> never = waits(connection);
            act.run();
            return never.get(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    private Object aborted() throws Exception {
        StatefulRedisConnection<String, String> connection = connect(false);
        RedisFuture<?> never = waits(connection);
        LightThreads.start("abort", connection::close);
        return never.get(PATIENCE_S, TimeUnit.SECONDS);
    }

    private RedisFuture<?> waits(StatefulRedisConnection<String, String> connection)
            throws IOException {
        RedisFuture<?> never = connection.async().blpop(0, "never");
        try (StatefulRedisConnection<String, String> watching = connect(false)) {
            while (!watching.sync().info("clients").contains("blocked_clients:1")) {
                Thread.onSpinWait();
            }
        }
        return never;
    }

    private Object timedOut() throws IOException {
        try (ServerSocketChannel silent = ChannelGateway.listen(0)) {
            return client.connect(uri(silent, 200));
        }
    }

    private Object refused() throws IOException {
        RedisURI nobody;
        try (ServerSocketChannel gone = ChannelGateway.listen(0)) {
            nobody = uri(gone, PATIENCE_S * 1000);
        }
        return client.connect(nobody);
    }
}
