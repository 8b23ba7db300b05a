package io.finwait.nio.gateway;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Asks the kernel to probe servers that are silent for long. That takes four system calls, so they
 * are made for connections that have lasted half a second: most have ended by then, and the
 * shortest silence is a second. The kernel counts it from the last segment in any case.
 */
final class ServerKeepAlive implements SocketWatch.Ticking {

    private static final Logger LOG = LoggerFactory.getLogger(ServerKeepAlive.class);
    private static final long LASTS_NS = 500_000_000;

    /** MAX_TCP_KEEPIDLE of Linux. */
    private static final long LONGEST_SECONDS = 32_767;

    private final SocketWatch sockets;
    private final int idleSeconds;

    /** The youngest last. */
    private final Queue<Young> young = new ArrayDeque<>();

    /** Filled by the first connection: what the JVM can set, and to what. */
    private final Map<SocketOption<Integer>, Integer> options = new LinkedHashMap<>();

    private record Young(SocketChannel channel, long sinceNs) {

        /** Nothing is left to do, or it is time. */
        boolean isDue(long nowNs) {
            return !channel.isOpen() || nowNs - sinceNs >= LASTS_NS;
        }
    }

    /**
     * @param idleNs after which silence; less than a second for never
     */
    ServerKeepAlive(SocketWatch sockets, long idleNs) {
        this.sockets = sockets;
        idleSeconds = (int) Math.min(idleNs / 1_000_000_000L, LONGEST_SECONDS);
    }

    /** A connection with a server is open. */
    void begun(SocketChannel channel) {
        if (idleSeconds > 0) {
            young.add(new Young(channel, System.nanoTime()));
            sockets.tick(this);
        }
    }

    @Override
    public boolean tick(long nowNs) {
        while (!young.isEmpty() && young.element().isDue(nowNs)) {
            SocketChannel channel = young.remove().channel();
            if (channel.isOpen()) {
                set(channel);
            }
        }
        return !young.isEmpty();
    }

    private void set(SocketChannel channel) {
        if (options.isEmpty()) {
            findOptions(channel);
        }
        try {
            for (Map.Entry<SocketOption<Integer>, Integer> each : options.entrySet()) {
                channel.setOption(each.getKey(), each.getValue());
            }
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        } catch (IOException e) {
            LOG.debug("no keep-alive: {}", e.toString());
        }
    }

    /** Without times of our own where the JVM can't set them: then they are the kernel's. */
    private void findOptions(SocketChannel channel) {
        for (SocketOption<?> each : channel.supportedOptions()) {
            switch (each.name()) {
                case "TCP_KEEPIDLE" -> add(each, idleSeconds);
                case "TCP_KEEPINTERVAL" -> add(each, Math.max(1, idleSeconds / 5));
                case "TCP_KEEPCOUNT" -> add(each, Gateway.KEEPALIVE_PROBES);
                default -> {}
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void add(SocketOption<?> option, int value) {
        if (option.type() == Integer.class) {
            options.put((SocketOption<Integer>) option, value);
        }
    }
}
