package io.finwait.sim.explore;

import io.finwait.sim.explore.Bounds.Manners;
import io.finwait.spi.CongestionControl;
import io.finwait.spi.CongestionControls;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * One of the two hosts: a real endpoint with a clock of its own, and the application that uses it.
 * A call that fails is told to the application; that is no violation.
 */
final class ExploredHost {

    /** Looked up once, since a search makes millions of hosts. */
    private static final Supplier<CongestionControl> NEW_RENO = CongestionControls.named("newreno");

    static final int CLIENT = 0;
    static final int SERVER = 1;
    static final int PORT = 80;
    static final long SECOND = 1_000_000_000L;
    static final int SEND_BUFFER = 64;

    private static final int INITIAL_SEQUENCE = 1000;
    private static final IpAddress[] ADDRESSES = {
        IpAddress.parse("10.0.0.1"), IpAddress.parse("10.0.0.2")
    };

    final int side;
    final ExploredWire wire;
    final TcpEndpoint endpoint;
    private final Bounds bounds;
    private final Witness witness;
    private final Listener listener;
    private long now = 1;

    Connection connection;
    int incarnation;
    int sent;
    int received;
    boolean endOfStream;
    boolean halfClosed;
    boolean closed;
    boolean aborted;
    boolean closedBeforeEndOfStream;

    ExploredHost(
            int side,
            Bounds bounds,
            BiFunction<EndpointConfig, ExploredWire, TcpEndpoint> factory,
            Witness witness) {
        this.side = side;
        this.bounds = bounds;
        this.witness = witness;
        wire = new ExploredWire(side, witness);
        endpoint = factory.apply(config(side, bounds), wire);
        endpoint.initialSequence().fix(initialSequence(side));
        witness.begins(this);
        if (side == SERVER) {
            listener = endpoint.listen(PORT, 4);
            witness.called(side, Witness.Call.LISTEN, 0);
        } else {
            listener = null;
        }
    }

    /** Of the first incarnation: what packets are counted from. */
    static int initialSequence(int side) {
        return INITIAL_SEQUENCE * (side + 1);
    }

    private static EndpointConfig config(int side, Bounds bounds) {
        return EndpointConfig.builder()
                .address(ADDRESSES[side])
                .seed(side + 1)
                .plain()
                // Keeps the window independent of the time that has passed.
                .congestionControl(NEW_RENO)
                .nagle(false)
                .sendBufferOctets(SEND_BUFFER)
                .receiveBufferOctets(bounds.receiveOctets())
                .retransmissionTimeouts(
                        Duration.ofNanos(SECOND),
                        Duration.ofNanos(SECOND),
                        Duration.ofNanos(SECOND))
                .retransmissions(1, bounds.retransmissions())
                .connectTimeout(Duration.ofNanos(bounds.retransmissions() * SECOND))
                .challengeAckInterval(Duration.ZERO)
                .closePolicy(
                        ClosePolicy.DEFAULT
                                .withOrphanRetries(bounds.retransmissions())
                                // A deadline so far away would make states differ that behave
                                // alike.
                                .withOrphanTimeout(Duration.ZERO))
                .timeWaitPolicy(
                        TimeWaitPolicy.defaults()
                                .withTwoMsl(
                                        Duration.ofSeconds(bounds.incarnations().twoMslSeconds()))
                                .withAnswerInterval(Duration.ZERO))
                .build();
    }

    /** Works until it comes to rest at this instant. */
    void work() {
        boolean works = true;
        while (works) {
            works = endpoint.doWork(now) > 0;
        }
        Connection accepted = listener == null ? null : listener.accept();
        if (accepted != null) {
            witness.settled();
            begin(accepted);
            witness.called(side, Witness.Call.ACCEPT, 0);
        }
    }

    /** Connects, the second time from the same port. */
    void connect() {
        int port = connection == null ? 0 : connection.localPort();
        begin(endpoint.connect(ADDRESSES[side], port, ADDRESSES[1 - side], PORT));
        witness.called(side, Witness.Call.CONNECT, 0);
    }

    /**
     * The application begins anew with another connection. The client uses its initial sequence
     * number again, the worst case for old segments. The server's moves forward (RFC 6528): else an
     * old SYN and an old ACK would make a connection by themselves, whatever TIME-WAIT does.
     */
    private void begin(Connection next) {
        connection = next;
        incarnation++;
        if (side == SERVER) {
            endpoint.initialSequence().fix(initialSequence(side) + incarnation * INITIAL_SEQUENCE);
        }
        sent = 0;
        received = 0;
        endOfStream = false;
        halfClosed = false;
        closed = false;
        closedBeforeEndOfStream = false;
    }

    // Time.

    /** How long until a timer fires; {@code Long.MAX_VALUE} when none runs. */
    long untilTimerNs() {
        long deadline = endpoint.nextDeadlineNs();
        return deadline == Long.MAX_VALUE ? deadline : Math.max(0, deadline - now);
    }

    void timePasses(long ns, boolean alsoElsewhere) {
        witness.timePasses(side, ns, alsoElsewhere);
        now += ns;
    }

    /** True when there is nothing but TIME-WAIT entries, or not even these. */
    boolean hasNoConnection() {
        return endpoint.connectionCount() == 0;
    }

    /** True when nothing of a connection is left. */
    boolean isOver() {
        return hasNoConnection() && endpoint.timeWait().size() == 0;
    }

    /** The state of the connection, from the TCB, the TIME-WAIT table or the listener. */
    String state() {
        if (!hasNoConnection()) {
            String[] state = new String[1];
            endpoint.forEachConnection(info -> state[0] = info.state().name());
            return state[0];
        }
        if (!isOver()) {
            return State.TIME_WAIT.name();
        }
        return (connection == null && side == SERVER ? State.LISTEN : State.CLOSED).name();
    }

    boolean endedInOrder() {
        return connection.closeReason() instanceof CloseReason.Orderly;
    }

    // What the application does.

    /** Appends the calls that are open now; returns how many choices there are then. */
    int calls(byte[] into, int start) {
        int count = start;
        if (closed || aborted) {
            return count;
        }
        boolean ended = connection.hasEnded();
        boolean sends = bounds.bothSend() || side == CLIENT;
        if (sends && sent < bounds.octets() && !halfClosed && !ended) {
            into[count++] = Choice.of(Choice.SEND, side, 0);
        }
        if (connection.unread() > 0 || (connection.isReadable() && !endOfStream)) {
            into[count++] = Choice.of(Choice.READ, side, 0);
        }
        boolean polite = bounds.manners() == Manners.POLITE;
        if (polite && !halfClosed && !ended) {
            into[count++] = Choice.of(Choice.HALF_CLOSE, side, 0);
        }
        if (!polite || (endOfStream && mayBecomeAnOrphan())) {
            into[count++] = Choice.of(Choice.CLOSE, side, 0);
        }
        if (bounds.manners() == Manners.CLOSE_OR_ABORT && !ended) {
            into[count++] = Choice.of(Choice.ABORT, side, 0);
        }
        return count;
    }

    /**
     * An orphan rightly gives up behind a closed window, so a polite application closes only while
     * it is open.
     */
    private boolean mayBecomeAnOrphan() {
        return !bounds.windowIsNarrow() || connection.unacknowledged() == 0;
    }

    void send() {
        byte[] next = {octet(side, incarnation, sent)};
        try {
            int taken = connection.send(ByteBuffer.wrap(next));
            sent += taken;
            witness.called(side, Witness.Call.SEND, taken);
        } catch (IOException e) {
            failed(Witness.Call.SEND);
        }
    }

    /** Reads; returns what is wrong with what came, or null. */
    String read(ExploredHost peer) {
        ByteBuffer buffer = ByteBuffer.allocate(16);
        int taken;
        try {
            taken = connection.receive(buffer);
        } catch (IOException e) {
            failed(Witness.Call.READ);
            return null;
        }
        if (taken < 0) {
            endOfStream = true;
            witness.called(side, Witness.Call.READ, Witness.END_OF_STREAM);
            return peer.hasSentItsLast(incarnation)
                    ? null
                    : "the end of the stream came from another incarnation";
        }
        witness.called(side, Witness.Call.READ, taken);
        String wrong = null;
        for (int i = 0; i < taken; i++) {
            if (endOfStream || buffer.get(i) != octet(1 - side, incarnation, received)) {
                wrong =
                        "an octet was delivered twice, out of order, after end-of-stream or to"
                                + " another incarnation";
            }
            received++;
        }
        return wrong;
    }

    private void failed(Witness.Call call) {
        endOfStream = true;
        witness.called(side, call, Witness.FAILED);
    }

    private boolean hasSentItsLast(int ofIncarnation) {
        return incarnation > ofIncarnation || halfClosed || closed;
    }

    void halfClose() {
        halfClosed = true;
        connection.shutdownOutput();
        witness.called(side, Witness.Call.HALF_CLOSE, 0);
    }

    void close() {
        closed = true;
        closedBeforeEndOfStream = !endOfStream;
        connection.close();
        witness.called(side, Witness.Call.CLOSE, 0);
    }

    void abort() {
        aborted = true;
        connection.abort();
        witness.called(side, Witness.Call.ABORT, 0);
    }

    /** True when it neither aborted nor closed before it had read to the end. */
    boolean isPolite() {
        return !aborted && !closedBeforeEndOfStream;
    }

    /** An octet that tells its sender, its incarnation and its place. */
    private static byte octet(int side, int incarnation, int index) {
        return (byte) (64 * side + 16 * incarnation + index);
    }
}
