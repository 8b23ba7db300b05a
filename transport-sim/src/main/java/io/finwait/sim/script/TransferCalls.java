package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;
import io.finwait.sim.script.StackUnderTest.PendingCall;
import io.finwait.sim.script.StackUnderTest.Returned;
import io.finwait.tcp.Connection;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/** The calls that move text: read, recv and recvmsg, write, send and sendmsg. */
final class TransferCalls {

    private static final Set<String> FLAGS = Set.of("MSG_DONTWAIT", "MSG_NOSIGNAL", "MSG_PEEK");

    private TransferCalls() {}

    /**
     * Refuses flags that nothing here heeds: ignored, they would let a script fail for no fault.
     *
     * @throws UnsupportedScriptException for the first of them
     */
    static void check(SystemCall call) {
        Set<String> names = new HashSet<>();
        call.arguments().forEach(argument -> Calls.names(argument, names));
        for (String name : names) {
            if (name.startsWith("MSG_") && !FLAGS.contains(name)) {
                throw new UnsupportedScriptException(
                        name.equals("MSG_FASTOPEN") ? "TCP fast open" : "flag " + name);
            }
        }
    }

    static PendingCall read(SystemCall call, Socket socket) {
        int length = Calls.number(call, 2);
        if (isNull(call) && length > 0) {
            return ScriptSockets.failed("EFAULT");
        }
        if (socket.connection() == null) {
            return ScriptSockets.failed("ENOTCONN");
        }
        boolean peeks = Calls.hasFlag(call, "MSG_PEEK");
        return waiting(call, socket, () -> peeks ? socket.peek(length) : socket.read(length));
    }

    /** One buffer, and at most one control message: Linux's TCP_INQ, what is left to read. */
    static PendingCall receiveMessage(SystemCall call, Socket socket) {
        Expression message = Calls.argument(call, 1);
        int length = Calls.room(Calls.first(Calls.value(message, "msg_iov")));
        Expression control = Calls.first(Calls.value(message, "msg_control"));
        boolean known =
                control == null || Calls.has(Calls.value(control, "cmsg_type"), "TCP_CM_INQ");
        if (length < 0 || !known || Calls.hasFlag(call, "MSG_PEEK")) {
            throw new UnsupportedScriptException(
                    "recvmsg with anything but one buffer and TCP_CM_INQ");
        }
        if (socket.connection() == null) {
            return ScriptSockets.failed("ENOTCONN");
        }
        return waiting(
                call,
                socket,
                () -> {
                    Returned returned = socket.read(length);
                    if (returned != null && returned.value() >= 0 && control != null) {
                        OptionCalls.compare(
                                "TCP_CM_INQ",
                                Calls.field(control, "cmsg_data"),
                                leftToRead(socket.connection()));
                    }
                    return returned;
                });
    }

    /** Where nothing is left but the end of the stream, it counts as one octet. */
    private static long leftToRead(Connection connection) {
        long unread = connection.unread();
        return unread == 0 && connection.state().hasReceivedFin() ? 1 : unread;
    }

    static PendingCall write(SystemCall call, Socket socket) {
        int length = Calls.number(call, 2);
        if (isNull(call) && length > 0) {
            return ScriptSockets.failed("EFAULT");
        }
        return write(call, socket, length);
    }

    /** Any number of buffers: together they are one write. */
    static PendingCall sendMessage(SystemCall call, Socket socket) {
        int length = 0;
        if (!(Calls.value(Calls.argument(call, 1), "msg_iov") instanceof Expression.Array iov)) {
            throw new UnsupportedScriptException("sendmsg without msg_iov");
        }
        for (Expression each : iov.elements()) {
            int room = Calls.room(each);
            if (room < 0) {
                throw new UnsupportedScriptException("a buffer that is not {..., length}");
            }
            length += room;
        }
        return write(call, socket, length);
    }

    private static PendingCall write(SystemCall call, Socket socket, int length) {
        if (socket.connection() == null) {
            return ScriptSockets.failed("EPIPE");
        }
        if (socket.option("IP_TOS") != 0) {
            throw new UnsupportedScriptException("IP_TOS");
        }
        int[] left = {length};
        return waiting(call, socket, () -> socket.write(left, length));
    }

    /** Waits when the socket blocks, says EAGAIN when it, or this call, does not. */
    static PendingCall waiting(SystemCall call, Socket socket, Supplier<Returned> attempt) {
        boolean never = socket.isNonBlocking() || Calls.hasFlag(call, "MSG_DONTWAIT");
        return () -> {
            Returned returned = attempt.get();
            return returned == null && never ? Returned.error("EAGAIN") : returned;
        };
    }

    private static boolean isNull(SystemCall call) {
        return Calls.symbol(call, 1).equals("NULL");
    }
}
