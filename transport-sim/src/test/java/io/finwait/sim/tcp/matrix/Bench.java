package io.finwait.sim.tcp.matrix;

import io.finwait.Finwait;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.Checksum;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A real endpoint in virtual time, and by hand the peer of its one connection. What the peer knows
 * of the connection's numbers it has learned from packets.
 */
final class Bench {

    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;

    static final int LOCAL_PORT = 80;
    static final int PEER_PORT = 4000;

    /** Near the end of the number space, so that every exchange runs over it. */
    static final int PEER_ISS = -50;

    static final int PEER_WINDOW = 2000;
    static final int OWN_BUFFER = 10_000;
    static final int PEER_MSS = 1000;
    static final int LARGER_MSS = 1460;

    final IpAddress local;
    final IpAddress peer;
    final HandTransport wire = new HandTransport();
    final Endpoint endpoint;

    /** What the user was told, by the names of {@link ConnectionObserver}'s methods. */
    final List<String> told = new ArrayList<>();

    /** The user's handle, or null while there is none. */
    Connection handle;

    Listener listener;
    int peerWindow = PEER_WINDOW;
    private int peerPort = PEER_PORT;
    private final int peerMss;
    private long nowNs = SECOND;
    private List<Sent> sent = new ArrayList<>();
    private Sent lastInjected;
    private int iss;
    private int una;
    private int nxt;
    private int rn = PEER_ISS;

    Bench(Given given, boolean v6) {
        this(given, v6, IpAddress.parse(v6 ? "fd00::2" : "10.0.0.2"));
    }

    /** A bench whose peer sends from another address. */
    Bench(Given given, boolean v6, IpAddress peer) {
        this(given, v6, peer, config -> config);
    }

    /** A bench whose endpoint is configured in a way of its own. */
    Bench(UnaryOperator<EndpointConfig.Builder> change) {
        this(Given.parse(""), false, IpAddress.parse("10.0.0.2"), change);
    }

    private Bench(
            Given given, boolean v6, IpAddress peer, UnaryOperator<EndpointConfig.Builder> change) {
        local = IpAddress.parse(v6 ? "fd00::1" : "10.0.0.1");
        this.peer = peer;
        peerMss = given.has("larger segments") ? LARGER_MSS : PEER_MSS;
        endpoint = Finwait.open(change.apply(config(given)).build(), wire);
        work();
    }

    private EndpointConfig.Builder config(Given given) {
        ClosePolicy close =
                ClosePolicy.DEFAULT
                        .withEndOfStreamAfterReset(given.has("end of stream after reset"))
                        .withResetOnUnreadData(!given.has("FIN although unread"))
                        .withMaxOrphans(given.amount("most orphans", 100))
                        .withOrphanRetries(given.amount("retries", 3));
        if (given.has("no FIN-WAIT-2")) {
            close = close.withoutFinWait2();
        }
        TimeWaitPolicy timeWait = TimeWaitPolicy.defaults();
        if (given.has("exact RST")) {
            timeWait = timeWait.withRst(TimeWaitPolicy.Rst.EXACT_MATCH);
        }
        int retries = given.amount("retries", 3);
        return EndpointConfig.builder()
                .address(local)
                .seed(1)
                .plain()
                .receiveBufferOctets(given.amount("own buffer", OWN_BUFFER))
                // Its cells count the seconds of RFC 6298.
                .retransmissionTimeouts(
                        Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(60))
                .retransmissions(Math.min(3, Math.max(1, retries)), Math.max(1, retries))
                .delayedAck(Duration.ofNanos(given.has("delayed ACK") ? 40 * MS : 0))
                .userTimeout(Duration.ofNanos(given.amount("user timeout", 0) * SECOND))
                .connectTimeout(Duration.ofNanos(given.amount("connect timeout", 180) * SECOND))
                .closePolicy(close)
                .timeWaitPolicy(timeWait);
    }

    // Time.

    long nowNs() {
        return nowNs;
    }

    /** Lets the endpoint work until it has nothing more to do at this time. */
    void work() {
        int cycles = 0;
        while (endpoint.doWork(nowNs) > 0) {
            if (++cycles > 1000) {
                throw new AssertionError("the endpoint finds no rest at one point of time");
            }
        }
        for (ByteBuffer packet : wire.takeSent()) {
            note(Sent.read(packet));
        }
    }

    /** Lets time pass, and every timer fire at its time. */
    void pass(long ns) {
        long until = nowNs + ns;
        while (endpoint.nextDeadlineNs() - until <= 0 && endpoint.nextDeadlineNs() >= 0) {
            nowNs = Math.max(nowNs, endpoint.nextDeadlineNs());
            work();
        }
        nowNs = until;
        work();
    }

    // The peer.

    private void note(Sent segment) {
        sent.add(segment);
        if (segment.has(TcpHeader.SYN)) {
            iss = segment.seq();
            una = iss;
            nxt = iss + 1;
        }
        if (!segment.has(TcpHeader.RST)) {
            nxt = Seq.max(nxt, segment.end());
            rn = segment.has(TcpHeader.ACK) ? segment.ack() : rn;
        }
    }

    /** Everything that the endpoint has sent since the last call. */
    List<Sent> takeSent() {
        List<Sent> all = sent;
        sent = new ArrayList<>();
        return all;
    }

    Numbers numbers() {
        return new Numbers(iss, una, nxt, PEER_ISS, rn);
    }

    /** The segment that the peer sent last. */
    Sent lastInjected() {
        return lastInjected;
    }

    /** The peer sends a segment written in the notation of the tables. */
    void inject(String text, Numbers numbers) {
        Sent segment = numbers.segment(text, peerWindow);
        peerWindow = segment.window();
        wire.arrives(packet(segment));
        work();
        lastInjected = segment;
        if (segment.has(TcpHeader.ACK)
                && Seq.gt(segment.ack(), una)
                && Seq.leq(segment.ack(), nxt)) {
            una = segment.ack();
        }
    }

    void inject(String text) {
        inject(text, numbers());
    }

    /** From now on the peer sends from another port, a connection of its own. */
    Bench from(int port) {
        peerPort = port;
        rn = PEER_ISS;
        return this;
    }

    private ByteBuffer packet(Sent segment) {
        boolean syn = segment.has(TcpHeader.SYN);
        int header = TcpHeader.LENGTH + (syn ? 4 : 0);
        int tcpLength = header + segment.text();
        int ipLength = local.isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        ByteBuffer b = ByteBuffer.allocate(ipLength + tcpLength);
        writeIpHeader(b, Protocol.TCP, tcpLength);
        TcpHeader.write(
                b,
                ipLength,
                peerPort,
                LOCAL_PORT,
                segment.seq(),
                segment.ack(),
                header,
                segment.flags(),
                segment.window());
        if (syn) {
            TcpOptions.writeMss(b, ipLength + TcpHeader.LENGTH, peerMss);
        }
        for (int i = 0; i < segment.text(); i++) {
            b.put(ipLength + header + i, (byte) (segment.seq() + i));
        }
        long pseudo =
                Checksum.pseudoHeader(
                        peer.high(),
                        peer.low(),
                        local.high(),
                        local.low(),
                        Protocol.TCP,
                        tcpLength);
        TcpHeader.checksum(
                b, ipLength, Checksum.finish(Checksum.add(b, ipLength, tcpLength, pseudo)));
        return b;
    }

    /** Writes the IP header of a packet from the peer. */
    void writeIpHeader(ByteBuffer b, int protocol, int payload) {
        if (local.isV4()) {
            Ipv4.write(
                    b,
                    0,
                    Ipv4.HEADER_LENGTH + payload,
                    0,
                    0,
                    64,
                    protocol,
                    (int) peer.low(),
                    (int) local.low());
        } else {
            Ipv6.write(
                    b,
                    0,
                    payload,
                    0,
                    0,
                    64,
                    protocol,
                    peer.high(),
                    peer.low(),
                    local.high(),
                    local.low());
        }
    }

    // The user.

    void listen() {
        listener = endpoint.listen(LOCAL_PORT, 4);
        work();
    }

    void connect() {
        own(endpoint.connect(local, LOCAL_PORT, peer, PEER_PORT));
        work();
    }

    /** Takes a connection from the listener; false when none waits. */
    boolean accept() {
        Connection connection = listener.accept();
        if (connection != null) {
            own(connection);
        }
        return connection != null;
    }

    private void own(Connection connection) {
        handle = connection;
        handle.observer(new Recorder(told));
    }

    // What can be seen.

    /** The TCB of the connection, or null. */
    Tcb tcb() {
        Tcb[] found = new Tcb[1];
        endpoint.forEachConnection(
                info -> found[0] = info instanceof Tcb tcb && ofThePeer(tcb) ? tcb : found[0]);
        return found[0];
    }

    private static boolean ofThePeer(ConnectionInfo info) {
        return info.localPort() == LOCAL_PORT && info.remotePort() == PEER_PORT;
    }

    /** The record that is left of the connection, or null. */
    private TimeWaitEntry remnant() {
        return endpoint.timeWait().find(FourTuple.of(local, LOCAL_PORT, peer, PEER_PORT));
    }

    /** True when of the connection only the record of an orphan in FIN-WAIT-2 is left. */
    boolean isRecord() {
        return tcb() == null && state() == State.FIN_WAIT_2;
    }

    /**
     * The state of the pair of sockets: its connection's, or the listener's where there is none.
     */
    State state() {
        Tcb tcb = tcb();
        if (tcb != null) {
            return tcb.state();
        }
        TimeWaitEntry remnant = remnant();
        if (remnant != null) {
            return remnant.isFinWait2() ? State.FIN_WAIT_2 : State.TIME_WAIT;
        }
        return listener != null && !listener.isClosed() ? State.LISTEN : State.CLOSED;
    }
}
