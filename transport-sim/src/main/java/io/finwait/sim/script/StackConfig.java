package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;
import io.finwait.spi.CongestionControl;
import io.finwait.spi.CongestionControls;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Ecn;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.timewait.TimeWaitPolicy;

import java.time.Duration;
import java.util.function.Supplier;

/** Makes the endpoint that a script drives, with the habits of a profile. */
final class StackConfig {

    private static final Supplier<CongestionControl> NEW_RENO = CongestionControls.named("newreno");

    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final int MAX_LINUX_RECEIVE_BUFFER = 15 << 20;
    private static final int LARGEST_SCALE = 14;
    private static final int MANY = 1_000_000;
    private static final int HEADERS_V4 = 40;
    private static final int HEADERS_V6 = 60;

    private final PacketScript script;
    private final ScriptOptions options;
    private final ScriptSettings settings;

    StackConfig(PacketScript script, ScriptOptions options, ScriptSettings settings) {
        this.script = script;
        this.options = options;
        this.settings = settings;
    }

    StackUnderTest create(ScriptTransport transport, ScriptBinding binding, Shell shell) {
        EndpointConfig.Builder builder =
                EndpointConfig.builder().address(settings.local()).seed(1).resetsPerSecond(MANY);
        profile(builder, shell);
        sockets(builder);
        FinwaitSettings own = new FinwaitSettings(shell);
        own.apply(builder);
        EndpointConfig config = options.config().apply(builder).build();
        TcpEndpoint endpoint =
                new TcpEndpoint(config, options.transport().apply(transport), wireProfile(shell));
        own.apply(endpoint.initialSequence());
        return new ScriptSockets(
                endpoint, binding, settings.local(), settings.remote(), bufferSizes(config, shell));
    }

    private void profile(EndpointConfig.Builder builder, Shell shell) {
        switch (options.profile()) {
            case RFC -> {
                // The defaults are those of the RFCs, without what is newer and faster.
                builder.congestionControl(NEW_RENO)
                        .retransmissionTimeouts(
                                Duration.ofNanos(SECOND),
                                Duration.ofNanos(SECOND),
                                Duration.ofNanos(60 * SECOND));
            }
            case LINUX ->
                    builder.receiveBufferOctets(MAX_LINUX_RECEIVE_BUFFER)
                            .congestionControl(linuxControl(shell))
                            .ecn(linuxEcn(shell))
                            .ecn(ecn(shell.setting("net.ipv4.tcp_ecn", "0")))
                            .timestamps(!shell.setting("net.ipv4.tcp_timestamps", "1").equals("0"))
                            .selectiveAcknowledgments(
                                    !shell.setting("net.ipv4.tcp_sack", "1").equals("0"))
                            .retransmissionTimeouts(
                                    Duration.ofNanos(SECOND),
                                    Duration.ofNanos(200 * MS),
                                    Duration.ofNanos(120 * SECOND));
            case FREEBSD -> {
                builder.congestionControl(NEW_RENO)
                        .retransmissionTimeouts(
                                Duration.ofNanos(SECOND),
                                Duration.ofNanos(SECOND),
                                Duration.ofNanos(60 * SECOND));
                boolean extended = !shell.setting("net.inet.tcp.rfc1323", "1").equals("0");
                builder.windowScaling(extended)
                        .timestamps(extended)
                        .selectiveAcknowledgments(
                                !shell.setting("net.inet.tcp.sack.enable", "1").equals("0"))
                        .ecn(ecn(shell.setting("net.inet.tcp.ecn.enable", "2")));
                builder.receiveBufferOctets(
                                Integer.parseInt(shell.setting("net.inet.tcp.recvspace", "65536")))
                        .timeWaitPolicy(TimeWaitPolicy.defaults().withReopening(false));
            }
        }
    }

    /** 1: asks for it, and agrees; 2: agrees. Both systems count the same. */
    private static Ecn ecn(String setting) {
        return switch (setting) {
            case "0" -> Ecn.NEVER;
            case "1" -> Ecn.ALWAYS;
            default -> Ecn.WHEN_ASKED;
        };
    }

    private static Supplier<CongestionControl> linuxControl(Shell shell) {
        String name = shell.setting("net.ipv4.tcp_congestion_control", "cubic");
        return CongestionControls.named(name.equals("reno") ? "newreno" : "cubic");
    }

    private static Ecn linuxEcn(Shell shell) {
        return switch (shell.setting("net.ipv4.tcp_ecn", "2")) {
            case "0" -> Ecn.NEVER;
            case "1" -> Ecn.ALWAYS;
            case "2" -> Ecn.WHEN_ASKED;
            default -> throw new UnsupportedScriptException("accurate ECN");
        };
    }

    private WireProfile wireProfile(Shell shell) {
        return switch (options.profile()) {
            case RFC -> WireProfile.NONE;
            case LINUX -> WireProfile.LINUX;
            case FREEBSD ->
                    WireProfile.FREEBSD
                            .withWindowScale(windowScale(shell))
                            .with(Habit.INSECURE_RST, shell.isSet("net.inet.tcp.insecure_rst"))
                            .with(Habit.INSECURE_SYN, shell.isSet("net.inet.tcp.insecure_syn"))
                            .with(Habit.DROPS_SYN_FIN, shell.isSet("net.inet.tcp.drop_synfin"));
        };
    }

    /** FreeBSD offers the scale that its largest buffer needs, whatever the socket's has. */
    private static int windowScale(Shell shell) {
        long most = Long.parseLong(shell.setting("kern.ipc.maxsockbuf", "2097152"));
        int scale = 0;
        while (scale < LARGEST_SCALE && (0xFFFFL << scale) < most) {
            scale++;
        }
        return scale;
    }

    /** Socket options that are rules of the whole endpoint here. */
    private void sockets(EndpointConfig.Builder builder) {
        for (Event event : script.events()) {
            if (event.action() instanceof SystemCall call && call.name().equals("setsockopt")) {
                switch (Calls.symbol(call, 2)) {
                    case "SO_SNDBUF" -> builder.sendBufferOctets(sendBuffer(call));
                    case "TCP_MAXSEG" -> builder.maxSegmentSize(Calls.number(call, 3));
                    case "SO_RCVBUF" -> builder.receiveBufferOctets(Calls.number(call, 3));
                    case "TCP_LINGER2" -> {
                        long seconds = Calls.number(call, 3);
                        long timeout = seconds < 0 ? -1 : seconds * SECOND;
                        builder.closePolicy(
                                ClosePolicy.DEFAULT.withFinWait2Timeout(Duration.ofNanos(timeout)));
                    }
                    default -> {
                        // Belongs to the socket.
                    }
                }
            }
        }
    }

    /** Linux doubles the value, and uses a third of that for its own bookkeeping. */
    private int sendBuffer(SystemCall call) {
        int value = Calls.number(call, 3);
        return options.profile() == Profile.LINUX ? 2 * value * 2 / 3 : value;
    }

    private OptionCalls.Sizes bufferSizes(EndpointConfig config, Shell shell) {
        return new OptionCalls.Sizes() {
            @Override
            public int receive(Socket socket) {
                return receiveBuffer(socket, shell);
            }

            @Override
            public int send(Socket socket) {
                int value = socket.option("SO_SNDBUF");
                return options.profile() == Profile.LINUX ? 2 * value : value;
            }

            @Override
            public int mssOffered() {
                int most = config.maxSegmentSize();
                return most == 0 ? mssThatFits() : Math.min(most, mssThatFits());
            }
        };
    }

    private int mssThatFits() {
        return settings.mtu() - (settings.local().isV4() ? HEADERS_V4 : HEADERS_V6);
    }

    /** FreeBSD rounds the buffer of a connection up to a multiple of its MSS. */
    private int receiveBuffer(Socket socket, Shell shell) {
        if (options.profile() != Profile.FREEBSD) {
            int value = socket.option("SO_RCVBUF");
            if (value == 0) {
                throw new UnsupportedScriptException("reading SO_RCVBUF before it was set");
            }
            return options.profile() == Profile.LINUX ? 2 * value : value;
        }
        int space = Integer.parseInt(shell.setting("net.inet.tcp.recvspace", "65536"));
        Connection connection = socket.connection();
        if (connection == null || connection.state() == State.SYN_SENT) {
            return space;
        }
        int mss = mssThatFits();
        return (space + mss - 1) / mss * mss;
    }
}
