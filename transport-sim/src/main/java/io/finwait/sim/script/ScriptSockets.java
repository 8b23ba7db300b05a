package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;
import io.finwait.sim.script.ScriptFailure.Difference;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The socket API of scripts on top of an {@link Endpoint}. */
final class ScriptSockets implements StackUnderTest {

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

    private final TcpEndpoint endpoint;
    private final ScriptBinding binding;
    private final IpAddress local;
    private final IpAddress remote;
    private final BufferSizes bufferSizes;
    private final Map<Integer, Socket> open = new HashMap<>();
    private long nowNs;

    /** When a close that lingers returns, or MAX_VALUE. */
    private long lingersUntilNs = Long.MAX_VALUE;

    /** What SO_RCVBUF and SO_SNDBUF read, which systems round or double, and our MSS. */
    interface BufferSizes {

        int receive(Socket socket);

        int send(Socket socket);

        /** The MSS that our SYN carries. */
        int mssOffered();
    }

    ScriptSockets(
            TcpEndpoint endpoint,
            ScriptBinding binding,
            IpAddress local,
            IpAddress remote,
            BufferSizes bufferSizes) {
        this.endpoint = endpoint;
        this.binding = binding;
        this.local = local;
        this.remote = remote;
        this.bufferSizes = bufferSizes;
    }

    @Override
    public int doWork(long now) {
        nowNs = now;
        if (now >= lingersUntilNs) {
            lingersUntilNs = Long.MAX_VALUE;
        }
        return endpoint.doWork(now);
    }

    @Override
    public long nextDeadlineNs() {
        return Math.min(endpoint.nextDeadlineNs(), lingersUntilNs);
    }

    @Override
    public PendingCall call(SystemCall call) {
        return switch (call.name()) {
            case "socket" -> socket(call);
            case "bind" -> {
                of(call).bind(ScriptBinding.PORT);
                yield done(0);
            }
            case "listen" -> listen(call);
            case "accept" -> accept(call);
            case "connect" -> connect(call);
            case "close" -> close(call);
            case "shutdown" -> {
                Returned returned = of(call).shutdown(Calls.symbol(call, 1));
                yield () -> returned;
            }
            case "read", "recv", "recvfrom" -> TransferCalls.read(call, of(call));
            case "recvmsg" -> TransferCalls.receiveMessage(call, of(call));
            case "write", "send", "sendto" -> TransferCalls.write(call, of(call));
            case "sendmsg" -> TransferCalls.sendMessage(call, of(call));
            case "getsockopt" -> getOption(call);
            case "setsockopt" -> setOption(call);
            case "fcntl" -> fcntl(call);
            case "ioctl" -> ioctl(call);
            default -> throw new UnsupportedScriptException("system call " + call.name());
        };
    }

    private static PendingCall done(long value) {
        return () -> Returned.of(value);
    }

    static PendingCall failed(String errno) {
        return () -> Returned.error(errno);
    }

    private Socket of(SystemCall call) {
        int descriptor = Calls.number(call, 0);
        Socket socket = open.get(descriptor);
        if (socket == null) {
            throw new ScriptFailure("there is no open socket " + descriptor);
        }
        return socket;
    }

    private static int descriptor(SystemCall call) {
        return call.result() instanceof Expression.Int number ? (int) number.value() : -1;
    }

    private PendingCall socket(SystemCall call) {
        if (!Calls.has(Calls.argument(call, 1), "SOCK_STREAM")) {
            throw new UnsupportedScriptException("a socket that is not SOCK_STREAM");
        }
        Socket socket = new Socket();
        socket.nonBlocking(Calls.has(Calls.argument(call, 1), "SOCK_NONBLOCK"));
        open.put(descriptor(call), socket);
        binding.created();
        return done(descriptor(call));
    }

    private PendingCall listen(SystemCall call) {
        int backlog = Math.max(1, Calls.number(call, 1));
        of(call).listen(endpoint.listen(ScriptBinding.PORT, backlog));
        binding.listening();
        return done(0);
    }

    private PendingCall accept(SystemCall call) {
        Socket socket = of(call);
        if (socket.listener() == null) {
            return failed("EINVAL");
        }
        return TransferCalls.waiting(
                call,
                socket,
                () -> {
                    Connection connection = socket.listener().accept();
                    if (connection == null) {
                        return null;
                    }
                    open.put(descriptor(call), socket.accepted(connection));
                    return Returned.of(Math.max(0, descriptor(call)));
                });
    }

    private PendingCall connect(SystemCall call) {
        Socket socket = of(call);
        if (socket.connection() != null) {
            State state = socket.connection().state();
            boolean connecting = state == State.SYN_SENT || state == State.SYN_RECEIVED;
            return failed(connecting ? "EALREADY" : "EISCONN");
        }
        Connection connection =
                endpoint.connect(local, socket.boundPort(), remote, ScriptBinding.PORT);
        socket.connected(connection);
        binding.connecting(connection.localPort());
        if (socket.isNonBlocking()) {
            return failed("EINPROGRESS");
        }
        return () ->
                switch (connection.state()) {
                    case SYN_SENT, SYN_RECEIVED -> null;
                    case CLOSED -> Returned.error(socket.takeError());
                    default -> Returned.of(0);
                };
    }

    private PendingCall close(SystemCall call) {
        Socket socket = of(call);
        open.remove(Calls.number(call, 0));
        socket.close();
        if (!socket.lingers()) {
            return done(0);
        }
        long until = nowNs + socket.lingerNs();
        lingersUntilNs = until;
        return () -> {
            if (socket.lingers() && nowNs < until) {
                return null;
            }
            lingersUntilNs = Long.MAX_VALUE;
            return Returned.of(0);
        };
    }

    private PendingCall getOption(SystemCall call) {
        Socket socket = of(call);
        String name = Calls.symbol(call, 2);
        int expected = Calls.number(call, 3);
        if (name.equals("SO_ERROR")) {
            int error = Errno.number(socket.takeError());
            if (error != expected) {
                throw differs(name, Errno.describe(expected), Errno.describe(error));
            }
            return done(0);
        }
        requireKnown(name);
        compare(
                name,
                expected,
                switch (name) {
                    case "SO_RCVBUF" -> bufferSizes.receive(socket);
                    case "SO_SNDBUF" -> bufferSizes.send(socket);
                    case "TCP_MAXSEG" -> segmentSize(socket);
                    default -> socket.option(name);
                });
        return done(0);
    }

    /** What may be sent, as soon as that is agreed on; before that what was set. */
    private static int segmentSize(Socket socket) {
        Connection connection = socket.connection();
        int agreed = connection == null ? 0 : connection.tcpInfo().sending().segmentOctets();
        return agreed > 0 ? agreed : socket.option("TCP_MAXSEG");
    }

    static void compare(String name, long expected, long came) {
        if (expected != came) {
            throw differs(name, Long.toString(expected), Long.toString(came));
        }
    }

    private static ScriptFailure differs(String name, String expected, String came) {
        return new ScriptFailure(
                "expected %s to be %s%n    came %s".formatted(name, expected, came),
                List.of(new Difference(name, expected, came)));
    }

    private static void requireKnown(String option) {
        if (!OPTIONS.contains(option)) {
            throw new UnsupportedScriptException("socket option " + option);
        }
    }

    private PendingCall setOption(SystemCall call) {
        Socket socket = of(call);
        String name = Calls.symbol(call, 2);
        if (name.equals("SO_LINGER")) {
            Expression value = Calls.argument(call, 3);
            socket.linger(Calls.field(value, "onoff"), Calls.field(value, "linger"));
            return done(0);
        }
        requireKnown(name);
        if (!name.equals("IP_MTU_DISCOVER")) {
            socket.option(name, Calls.number(call, 3));
        }
        return done(0);
    }

    private PendingCall fcntl(SystemCall call) {
        Socket socket = of(call);
        return switch (Calls.symbol(call, 1)) {
            case "F_GETFL" -> done(O_RDWR | (socket.isNonBlocking() ? O_NONBLOCK : 0));
            case "F_SETFL" -> {
                socket.nonBlocking(Calls.has(Calls.argument(call, 2), "O_NONBLOCK"));
                yield done(0);
            }
            default -> throw new UnsupportedScriptException("fcntl " + Calls.symbol(call, 1));
        };
    }

    private PendingCall ioctl(SystemCall call) {
        Socket socket = of(call);
        String request = Calls.symbol(call, 1);
        Connection connection = socket.connection();
        if (connection == null) {
            return failed(socket.listener() != null ? "EINVAL" : "ENOTCONN");
        }
        long value =
                switch (request) {
                    case "SIOCINQ", "FIONREAD" -> connection.unread();
                    case "SIOCOUTQ" -> connection.unacknowledged();
                    default -> throw new UnsupportedScriptException("ioctl " + request);
                };
        compare(request, Calls.number(call, 2), value);
        return done(0);
    }

    @Override
    public String state() {
        return switch (binding.stage()) {
            case NONE, UNCONNECTED -> "CLOSED";
            case LISTENING ->
                    open.values().stream()
                                    .anyMatch(s -> s.listener() != null && !s.listener().isClosed())
                            ? "LISTEN"
                            : "CLOSED";
            case CONNECTING, CHILD -> stateOfConnection();
        };
    }

    @Override
    public long info(String field) {
        if (field.equals("tcpi_state")) {
            return InfoNames.state(state());
        }
        TcpInfo[] info = new TcpInfo[1];
        endpoint.forEachTcpInfo(
                each -> {
                    if (isUnderTest(each.localPort(), each.remotePort())) {
                        info[0] = each;
                    }
                });
        ConnectionInfo connection = connection();
        if (info[0] == null) {
            throw new ScriptFailure(field + " is of a connection, and there is none");
        }
        Tcb tcb = connection instanceof Tcb found ? found : null;
        return new SocketInfo(info[0], tcb, bufferSizes.mssOffered()).value(field);
    }

    private boolean isUnderTest(int localPort, int remotePort) {
        return localPort == binding.localPort() && remotePort == binding.remotePort();
    }

    /** The connection under test, or null. */
    private ConnectionInfo connection() {
        ConnectionInfo[] found = new ConnectionInfo[1];
        endpoint.forEachConnection(
                c -> {
                    if (isUnderTest(c.localPort(), c.remotePort())) {
                        found[0] = c;
                    }
                });
        return found[0];
    }

    private String stateOfConnection() {
        ConnectionInfo connection = connection();
        if (connection != null) {
            return name(connection.state());
        }
        FourTuple pair = FourTuple.of(local, binding.localPort(), remote, binding.remotePort());
        boolean waits = endpoint.timeWait().contains(pair);
        return waits ? name(State.TIME_WAIT) : "CLOSED";
    }

    private static String name(State state) {
        return state.name().replace('_', '-');
    }

    @Override
    public int count(String state) {
        int[] count = new int[1];
        endpoint.forEachConnection(c -> count[0] += name(c.state()).equals(state) ? 1 : 0);
        if (name(State.TIME_WAIT).equals(state)) {
            // Records of FIN-WAIT-2 are among the connections.
            endpoint.timeWait().list(0, Integer.MAX_VALUE, e -> count[0] += e.isFinWait2() ? 0 : 1);
        }
        return count[0];
    }

    @Override
    public void dropTimeWait() {
        endpoint.dropTimeWait();
    }
}
