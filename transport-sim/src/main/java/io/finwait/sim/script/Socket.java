package io.finwait.sim.script;

import io.finwait.sim.script.StackUnderTest.Returned;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A socket as the calls of a script see it: on top of a connection, of a listener, or of nothing
 * yet.
 */
final class Socket {

    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;

    private final Map<String, Integer> options = new HashMap<>();
    private final SocketReadiness readiness = new SocketReadiness(this);
    private Connection connection;
    private Listener listener;
    private int boundPort;
    private boolean nonBlocking;
    private boolean inputShut;
    private boolean errorTaken;
    private long lingerNs = -1;
    private int written;
    private boolean anythingRead;
    private byte lastRead;

    Connection connection() {
        return connection;
    }

    Listener listener() {
        return listener;
    }

    /** What poll and epoll tell of it. */
    SocketReadiness readiness() {
        return readiness;
    }

    boolean isInputShut() {
        return inputShut;
    }

    /** True while there is an error that no call has told of. */
    boolean hasError() {
        return !errorTaken && !errno().isEmpty();
    }

    int boundPort() {
        return boundPort;
    }

    void bind(int port) {
        boundPort = port;
    }

    void nonBlocking(boolean on) {
        nonBlocking = on;
    }

    boolean isNonBlocking() {
        return nonBlocking;
    }

    void listen(Listener newListener) {
        listener = newListener;
        listener.onAcceptable(readiness::onAcceptable);
        listener.deferAccept(option("TCP_DEFER_ACCEPT") * SECOND);
    }

    /** The socket of a connection, with the options set before. */
    void connected(Connection newConnection) {
        connection = newConnection;
        connection.observer(readiness);
        options.forEach(this::applyToConnection);
        if (lingerNs >= 0) {
            connection.linger(lingerNs);
        }
    }

    /** A socket that a listener has accepted: it inherits the options. */
    Socket accepted(Connection newConnection) {
        Socket socket = new Socket();
        socket.options.putAll(options);
        socket.lingerNs = lingerNs;
        socket.connected(newConnection);
        return socket;
    }

    /** Sends octets of the pattern; null while none, or not all, could be queued. */
    Returned write(int[] left, int total) {
        ByteBuffer octets = ByteBuffer.allocate(left[0]);
        for (int i = 0; i < octets.capacity(); i++) {
            octets.put(i, Pattern.octet(written + 1 + i));
        }
        try {
            int taken = connection.send(octets);
            written += taken;
            left[0] -= taken;
        } catch (IOException e) {
            return left[0] < total ? Returned.of(total - left[0]) : failed(e, true);
        }
        boolean enough = left[0] == 0 || (nonBlocking && left[0] < total);
        return enough ? Returned.of(total - left[0]) : null;
    }

    /** Takes octets; null while there are none. */
    Returned read(int length) {
        return read(length, length == 0);
    }

    private Returned read(int length, boolean takesNothing) {
        ByteBuffer octets = ByteBuffer.allocate(length);
        try {
            int taken = connection.receive(octets);
            if (taken > 0) {
                checkPattern(octets, taken);
                return Returned.of(taken);
            }
            boolean end = taken < 0 || takesNothing || inputShut;
            return end ? Returned.of(0) : null;
        } catch (IOException e) {
            return failed(e, false);
        }
    }

    /** How many octets a read would take, which stay where they are; null while there are none. */
    Returned peek(int length) {
        long unread = connection.unread();
        return unread > 0 ? Returned.of(Math.min(unread, length)) : read(0, length == 0);
    }

    private void checkPattern(ByteBuffer octets, int length) {
        for (int i = 0; i < length; i++) {
            byte octet = octets.get(i);
            if (anythingRead && octet != (byte) (lastRead + 1)) {
                throw new ScriptFailure(
                        "octet %d of what was read does not follow the one before it: %d after %d"
                                .formatted(i + 1, octet & 0xFF, lastRead & 0xFF));
            }
            anythingRead = true;
            lastRead = octet;
        }
    }

    private Returned failed(IOException e, boolean writing) {
        if (e.getMessage().startsWith("Broken pipe")) {
            return Returned.error("EPIPE");
        }
        if (errorTaken) {
            return writing ? Returned.error("EPIPE") : Returned.of(0);
        }
        errorTaken = true;
        String errno = errno();
        return Returned.error(errno.isEmpty() ? "EPIPE" : errno);
    }

    /** SO_ERROR: the error that was not told yet, told once. */
    String takeError() {
        if (errorTaken) {
            return "";
        }
        String errno = errno();
        errorTaken = !errno.isEmpty();
        return errno;
    }

    /** The error with which the connection ended, empty when with none. */
    String errno() {
        if (connection == null || !connection.hasEnded()) {
            return "";
        }
        return errno(connection.closeReason());
    }

    private static String errno(CloseReason reason) {
        if (reason instanceof CloseReason.ResetByPeer) {
            return "ECONNRESET";
        }
        if (reason instanceof CloseReason.Refused) {
            return "ECONNREFUSED";
        }
        if (reason instanceof CloseReason.TimedOut) {
            return "ETIMEDOUT";
        }
        // What is left, Orderly and ClosedBeforeEstablished, is no error.
        return reason instanceof CloseReason.Aborted ? "ECONNABORTED" : "";
    }

    Returned shutdown(String how) {
        if (connection == null || connection.state() == State.CLOSED) {
            return Returned.error("ENOTCONN");
        }
        boolean input = how.equals("SHUT_RD") || how.equals("SHUT_RDWR");
        boolean output = how.equals("SHUT_WR") || how.equals("SHUT_RDWR");
        if (!input && !output) {
            return Returned.error("EINVAL");
        }
        if (input) {
            inputShut = true;
            connection.shutdownInput();
        }
        if (output) {
            connection.shutdownOutput();
        }
        return Returned.of(0);
    }

    void close() {
        if (listener != null) {
            listener.close();
        }
        if (connection != null) {
            connection.close();
        }
    }

    /** True while a close waits for what was sent to be acknowledged, at most {@link #lingerNs}. */
    boolean lingers() {
        return connection != null
                && !nonBlocking
                && lingerNs > 0
                && connection.state().awaitsAckOfFin();
    }

    long lingerNs() {
        return lingerNs;
    }

    void linger(int onOff, int seconds) {
        lingerNs = onOff == 0 ? -1 : seconds * SECOND;
        if (connection != null) {
            connection.linger(lingerNs);
        }
    }

    /** An option that was set; 0 when it was not. */
    int option(String name) {
        return options.getOrDefault(name, 0);
    }

    void option(String name, int value) {
        options.put(name, value);
        if (connection != null) {
            applyToConnection(name, value);
        } else if (listener != null && name.equals("TCP_DEFER_ACCEPT")) {
            listener.deferAccept(value * SECOND);
        }
    }

    private void applyToConnection(String name, int value) {
        switch (name) {
            case "TCP_NODELAY" -> connection.nagle(value == 0);
            case "TCP_USER_TIMEOUT" -> connection.userTimeout(value * MS);
            case "SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT" -> keepAlive();
            default -> {
                // Kept for getsockopt, and of no consequence here.
            }
        }
    }

    private void keepAlive() {
        if (option("SO_KEEPALIVE") == 0) {
            connection.keepAlive(0, SECOND, 1);
            return;
        }
        connection.keepAlive(
                options.getOrDefault("TCP_KEEPIDLE", 7200) * SECOND,
                options.getOrDefault("TCP_KEEPINTVL", 75) * SECOND,
                options.getOrDefault("TCP_KEEPCNT", 9));
    }
}
