package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;
import io.finwait.sim.script.StackUnderTest.PendingCall;
import io.finwait.tcp.Connection;

import java.util.Set;

/** The calls that read and set what a socket does: getsockopt, setsockopt, fcntl and ioctl. */
final class OptionCalls {

    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;

    private static final Set<String> OPTIONS =
            Set.of(
                    "SO_REUSEADDR",
                    "SO_REUSEPORT",
                    "SO_KEEPALIVE",
                    "SO_RCVBUF",
                    "SO_SNDBUF",
                    "IP_MTU_DISCOVER",
                    "IP_TOS",
                    "TCP_MAXSEG",
                    "TCP_DEFER_ACCEPT",
                    "TCP_NODELAY",
                    "TCP_INQ",
                    "TCP_LINGER2",
                    "TCP_USER_TIMEOUT",
                    "TCP_KEEPIDLE",
                    "TCP_KEEPINTVL",
                    "TCP_KEEPCNT");

    private final Sizes sizes;

    /** What SO_RCVBUF and SO_SNDBUF read, which systems round or double, and our MSS. */
    interface Sizes {

        int receive(Socket socket);

        int send(Socket socket);

        /** The MSS that our SYN carries. */
        int mssOffered();
    }

    OptionCalls(Sizes sizes) {
        this.sizes = sizes;
    }

    /** The MSS that our SYN carries. */
    int mssOffered() {
        return sizes.mssOffered();
    }

    PendingCall get(SystemCall call, Socket socket) {
        String name = Calls.symbol(call, 2);
        int expected = Calls.number(call, 3);
        if (name.equals("SO_ERROR")) {
            int error = Errno.number(socket.takeError());
            if (error != expected) {
                throw ScriptFailure.differs(name, Errno.describe(expected), Errno.describe(error));
            }
            return ScriptSockets.done(0);
        }
        requireKnown(name);
        compare(
                name,
                expected,
                switch (name) {
                    case "SO_RCVBUF" -> sizes.receive(socket);
                    case "SO_SNDBUF" -> sizes.send(socket);
                    case "TCP_MAXSEG" -> segmentSize(socket);
                    default -> socket.option(name);
                });
        return ScriptSockets.done(0);
    }

    /** What may be sent, as soon as that is agreed on; before that what was set. */
    private static int segmentSize(Socket socket) {
        Connection connection = socket.connection();
        int agreed = connection == null ? 0 : connection.tcpInfo().sending().segmentOctets();
        return agreed > 0 ? agreed : socket.option("TCP_MAXSEG");
    }

    static void compare(String name, long expected, long came) {
        if (expected != came) {
            throw ScriptFailure.differs(name, Long.toString(expected), Long.toString(came));
        }
    }

    private static void requireKnown(String option) {
        if (!OPTIONS.contains(option)) {
            throw new UnsupportedScriptException("socket option " + option);
        }
    }

    static PendingCall set(SystemCall call, Socket socket) {
        String name = Calls.symbol(call, 2);
        if (name.equals("SO_LINGER")) {
            Expression value = Calls.argument(call, 3);
            socket.linger(Calls.field(value, "onoff"), Calls.field(value, "linger"));
            return ScriptSockets.done(0);
        }
        requireKnown(name);
        if (!name.equals("IP_MTU_DISCOVER")) {
            socket.option(name, Calls.number(call, 3));
        }
        return ScriptSockets.done(0);
    }

    static PendingCall fcntl(SystemCall call, Socket socket) {
        return switch (Calls.symbol(call, 1)) {
            case "F_GETFL" ->
                    ScriptSockets.done(O_RDWR | (socket.isNonBlocking() ? O_NONBLOCK : 0));
            case "F_SETFL" -> {
                socket.nonBlocking(Calls.has(Calls.argument(call, 2), "O_NONBLOCK"));
                yield ScriptSockets.done(0);
            }
            default -> throw new UnsupportedScriptException("fcntl " + Calls.symbol(call, 1));
        };
    }

    static PendingCall ioctl(SystemCall call, Socket socket) {
        String request = Calls.symbol(call, 1);
        Connection connection = socket.connection();
        if (connection == null) {
            return ScriptSockets.failed(socket.listener() != null ? "EINVAL" : "ENOTCONN");
        }
        long value =
                switch (request) {
                    case "SIOCINQ", "FIONREAD" -> connection.unread();
                    case "SIOCOUTQ" -> connection.unacknowledged();
                    default -> throw new UnsupportedScriptException("ioctl " + request);
                };
        compare(request, Calls.number(call, 2), value);
        return ScriptSockets.done(0);
    }
}
