package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The socket API of scripts on top of an {@link Endpoint}. */
final class ScriptSockets implements StackUnderTest {

    private static final long MS = 1_000_000;

    private final TcpEndpoint endpoint;
    private final ScriptBinding binding;
    private final IpAddress local;
    private final IpAddress remote;
    private final OptionCalls options;
    private final Map<Integer, Socket> open = new HashMap<>();
    private final PollCalls polls = new PollCalls(open, this::atMost);
    private long nowNs;

    /** When the call that waits returns at the latest, or MAX_VALUE. */
    private long callDueNs = Long.MAX_VALUE;

    ScriptSockets(
            TcpEndpoint endpoint,
            ScriptBinding binding,
            IpAddress local,
            IpAddress remote,
            OptionCalls.Sizes sizes) {
        this.endpoint = endpoint;
        this.binding = binding;
        this.local = local;
        this.remote = remote;
        options = new OptionCalls(sizes);
    }

    @Override
    public int doWork(long now) {
        nowNs = now;
        int done = endpoint.doWork(now);
        if (now >= callDueNs) {
            callDueNs = Long.MAX_VALUE;
            done++;
        }
        return done;
    }

    @Override
    public long nextDeadlineNs() {
        return Math.min(endpoint.nextDeadlineNs(), callDueNs);
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
            case "getsockopt" -> options.get(call, of(call));
            case "setsockopt" -> OptionCalls.set(call, of(call));
            case "poll" -> polls.poll(call);
            case "epoll_create", "epoll_create1" -> polls.create(call);
            case "epoll_ctl" -> polls.control(call);
            case "epoll_wait" -> polls.await(call);
            case "fcntl" -> OptionCalls.fcntl(call, of(call));
            case "ioctl" -> OptionCalls.ioctl(call, of(call));
            default -> throw new UnsupportedScriptException("system call " + call.name());
        };
    }

    static PendingCall done(long value) {
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

    private PendingCall socket(SystemCall call) {
        if (!Calls.has(Calls.argument(call, 1), "SOCK_STREAM")) {
            throw new UnsupportedScriptException("a socket that is not SOCK_STREAM");
        }
        Socket socket = new Socket();
        socket.nonBlocking(Calls.has(Calls.argument(call, 1), "SOCK_NONBLOCK"));
        open.put(Calls.descriptor(call), socket);
        binding.created();
        return done(Calls.descriptor(call));
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
                    open.put(Calls.descriptor(call), socket.accepted(connection));
                    return Returned.of(Math.max(0, Calls.descriptor(call)));
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
        int descriptor = Calls.number(call, 0);
        if (polls.close(descriptor)) {
            return done(0);
        }
        Socket socket = of(call);
        open.remove(descriptor);
        socket.close();
        if (!socket.lingers()) {
            return done(0);
        }
        return until(
                nowNs + socket.lingerNs(),
                () -> socket.lingers() ? null : Returned.of(0),
                () -> Returned.of(0));
    }

    private PendingCall atMost(
            int milliseconds, Supplier<Returned> attempt, Supplier<Returned> late) {
        return milliseconds < 0 ? attempt::get : until(nowNs + milliseconds * MS, attempt, late);
    }

    /** A call that waits until a time, and returns something else then. */
    private PendingCall until(long dueNs, Supplier<Returned> attempt, Supplier<Returned> late) {
        return () -> {
            Returned returned = attempt.get();
            if (returned == null && nowNs >= dueNs) {
                returned = late.get();
            }
            callDueNs = returned == null ? dueNs : Long.MAX_VALUE;
            return returned;
        };
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
        return new SocketInfo(info[0], tcb, options.mssOffered()).value(field);
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
