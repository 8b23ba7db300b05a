package io.finwait.socket;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.tcp.Connection;

import jdk.net.ExtendedSocketOptions;

import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The options of one socket. Those that mean something to a connection are set there, now or as
 * soon as there is one; sizes of buffers, the type of service and the reuse of addresses are
 * remembered.
 */
final class SocketSettings {

    private static final long SECOND_NS = 1_000_000_000;
    private static final int MOST_LINGER = 65_535;

    /** As on Linux (RFC 9293 §3.8.4 allows no less than two hours by default). */
    private static final int KEEP_ALIVE_IDLE_S = 7_200;

    private static final int KEEP_ALIVE_INTERVAL_S = 75;
    private static final int KEEP_ALIVE_PROBES = 9;

    /** As on Linux. */
    private static final int MOST_KEEP_ALIVE_S = 32_767;

    private static final int MOST_PROBES = 127;

    /** The two bits of ECN are not the user's (RFC 3168 §5). */
    private static final int TRAFFIC_CLASS_BITS = 0xFC;

    private static final Set<SocketOption<?>> CLIENT =
            Set.of(
                    StandardSocketOptions.SO_RCVBUF,
                    StandardSocketOptions.SO_SNDBUF,
                    StandardSocketOptions.SO_REUSEADDR,
                    StandardSocketOptions.SO_REUSEPORT,
                    StandardSocketOptions.SO_KEEPALIVE,
                    StandardSocketOptions.SO_LINGER,
                    StandardSocketOptions.TCP_NODELAY,
                    StandardSocketOptions.IP_TOS,
                    ExtendedSocketOptions.TCP_KEEPIDLE,
                    ExtendedSocketOptions.TCP_KEEPINTERVAL,
                    ExtendedSocketOptions.TCP_KEEPCOUNT);

    private static final Set<SocketOption<?>> SERVER =
            Set.of(
                    StandardSocketOptions.SO_RCVBUF,
                    StandardSocketOptions.SO_REUSEADDR,
                    StandardSocketOptions.SO_REUSEPORT,
                    StandardSocketOptions.IP_TOS,
                    ExtendedSocketOptions.TCP_KEEPIDLE,
                    ExtendedSocketOptions.TCP_KEEPINTERVAL,
                    ExtendedSocketOptions.TCP_KEEPCOUNT);

    private final Set<SocketOption<?>> supported;
    private final Map<SocketOption<?>, Object> values = new ConcurrentHashMap<>();
    private final Map<SocketOption<?>, Object> set = new ConcurrentHashMap<>();
    private volatile int timeoutMs;
    private volatile boolean outOfBandInline;

    SocketSettings(Driver driver, boolean server) {
        supported = server ? SERVER : CLIENT;
        values.put(StandardSocketOptions.SO_RCVBUF, driver.config().receiveBufferOctets());
        values.put(StandardSocketOptions.SO_SNDBUF, driver.config().sendBufferOctets());
        values.put(StandardSocketOptions.SO_REUSEADDR, server);
        values.put(StandardSocketOptions.SO_REUSEPORT, false);
        values.put(StandardSocketOptions.SO_KEEPALIVE, false);
        values.put(StandardSocketOptions.SO_LINGER, -1);
        values.put(StandardSocketOptions.TCP_NODELAY, !driver.config().nagle());
        values.put(StandardSocketOptions.IP_TOS, 0);
        values.put(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_S);
        values.put(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_ALIVE_INTERVAL_S);
        values.put(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_ALIVE_PROBES);
    }

    Set<SocketOption<?>> supported() {
        return supported;
    }

    /** What an accepted socket has from its listener. */
    void inherit(SocketSettings listener) {
        for (SocketOption<?> each : SERVER) {
            values.put(each, listener.values.get(each));
        }
    }

    /** How long a read or an accept waits, in milliseconds; 0 for ever. */
    int timeoutMs() {
        return timeoutMs;
    }

    /** Seconds, or -1. */
    int lingerSeconds() {
        return (Integer) values.get(StandardSocketOptions.SO_LINGER);
    }

    boolean reuseAddress() {
        return (Boolean) values.get(StandardSocketOptions.SO_REUSEADDR);
    }

    <T> void put(SocketOption<T> option, Object value, AsyncConnection connection)
            throws SocketException {
        if (!supported.contains(option)) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
        if (!option.type().isInstance(value)) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        Object kept = keep(option, value);
        values.put(option, kept);
        set.put(option, kept);
        if (connection != null) {
            apply(option, kept, connection);
        }
    }

    private static Object keep(SocketOption<?> option, Object value) throws SocketException {
        if (option.equals(StandardSocketOptions.SO_LINGER)) {
            return Math.min(Math.max((Integer) value, -1), MOST_LINGER);
        }
        if (option.equals(StandardSocketOptions.IP_TOS)) {
            int bits = (Integer) value;
            if (bits < 0 || bits > 0xFF) {
                throw new IllegalArgumentException("Invalid IP_TOS value");
            }
            return bits & TRAFFIC_CLASS_BITS;
        }
        if (isOfKeepAlive(option)) {
            boolean isCount = option.equals(ExtendedSocketOptions.TCP_KEEPCOUNT);
            int number = (Integer) value;
            if (number < 1 || number > (isCount ? MOST_PROBES : MOST_KEEP_ALIVE_S)) {
                throw new SocketException("Invalid argument");
            }
            return value;
        }
        boolean isLength =
                option.equals(StandardSocketOptions.SO_RCVBUF)
                        || option.equals(StandardSocketOptions.SO_SNDBUF);
        if (isLength && (Integer) value < 0) {
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        }
        return value;
    }

    private static boolean isOfKeepAlive(SocketOption<?> option) {
        return option.equals(ExtendedSocketOptions.TCP_KEEPIDLE)
                || option.equals(ExtendedSocketOptions.TCP_KEEPINTERVAL)
                || option.equals(ExtendedSocketOptions.TCP_KEEPCOUNT);
    }

    <T> T get(SocketOption<T> option) {
        if (!supported.contains(option)) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
        return option.type().cast(values.get(option));
    }

    // The numbers of java.net.SocketOptions.

    void put(int id, Object value, AsyncConnection connection) throws SocketException {
        if (id == SocketOptions.SO_TIMEOUT) {
            timeoutMs = (Integer) value;
        } else if (id == SocketOptions.SO_OOBINLINE) {
            outOfBandInline = (Boolean) value;
        } else if (id == SocketOptions.SO_LINGER && Boolean.FALSE.equals(value)) {
            put(StandardSocketOptions.SO_LINGER, -1, connection);
        } else {
            put(option(id), value, connection);
        }
    }

    Object get(int id) throws SocketException {
        if (id == SocketOptions.SO_TIMEOUT) {
            return timeoutMs;
        }
        if (id == SocketOptions.SO_OOBINLINE) {
            return outOfBandInline;
        }
        Object value = values.get(option(id));
        if (id == SocketOptions.SO_LINGER && value.equals(-1)) {
            return false;
        }
        return value;
    }

    private static SocketOption<?> option(int id) throws SocketException {
        return switch (id) {
            case SocketOptions.SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
            case SocketOptions.SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
            case SocketOptions.SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
            case SocketOptions.SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
            case SocketOptions.SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
            case SocketOptions.SO_LINGER -> StandardSocketOptions.SO_LINGER;
            case SocketOptions.TCP_NODELAY -> StandardSocketOptions.TCP_NODELAY;
            case SocketOptions.IP_TOS -> StandardSocketOptions.IP_TOS;
            default -> throw new SocketException("Unknown option " + id);
        };
    }

    // What a connection is told.

    /** Sets on a new connection what the user has set before there was one. */
    void applyTo(AsyncConnection connection) {
        set.forEach((option, value) -> apply(option, value, connection));
    }

    private void apply(SocketOption<?> option, Object value, AsyncConnection connection) {
        if (option.equals(StandardSocketOptions.TCP_NODELAY)) {
            on(connection, c -> c.nagle(!(Boolean) value));
        } else if (option.equals(StandardSocketOptions.SO_KEEPALIVE)) {
            on(connection, this::keepAlive);
        } else if (isOfKeepAlive(option) && isKeptAlive()) {
            on(connection, this::keepAlive);
        }
    }

    private static void on(AsyncConnection connection, Consumer<Connection> action) {
        CompletableFuture<?> unused =
                connection.call(
                        c -> {
                            action.accept(c);
                            return null;
                        });
    }

    private boolean isKeptAlive() {
        return (Boolean) values.get(StandardSocketOptions.SO_KEEPALIVE);
    }

    private int number(SocketOption<Integer> option) {
        return (Integer) values.get(option);
    }

    private void keepAlive(Connection of) {
        of.keepAlive(
                isKeptAlive() ? number(ExtendedSocketOptions.TCP_KEEPIDLE) * SECOND_NS : 0,
                number(ExtendedSocketOptions.TCP_KEEPINTERVAL) * SECOND_NS,
                number(ExtendedSocketOptions.TCP_KEEPCOUNT));
    }
}
