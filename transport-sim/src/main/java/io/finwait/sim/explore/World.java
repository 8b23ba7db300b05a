package io.finwait.sim.explore;

import io.finwait.sim.explore.Bounds.Manners;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.StateDigest;
import io.finwait.tcp.internal.TcpEndpoint;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * Two endpoints with one established connection, each with a clock of its own, and the packets between
 * them. A world is made anew for every list of choices; nothing is ever copied.
 */
final class World {

    static final int CLIENT = 0;
    static final int SERVER = 1;

    private static final long SECOND = 1_000_000_000L;
    private static final IpAddress[] ADDRESSES = {
        IpAddress.parse("10.0.0.1"), IpAddress.parse("10.0.0.2")
    };
    private static final int PORT = 80;

    private final Bounds bounds;
    final Wire[] wires = new Wire[2];
    private final TcpEndpoint[] endpoints = new TcpEndpoint[2];
    private final Connection[] connections = new Connection[2];
    private final long[] now = {1, 1};
    private final int[] initial = new int[2];
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();

    private final int[] sent = new int[2];
    private final int[] received = new int[2];
    private final boolean[] endOfStream = new boolean[2];
    private final boolean[] halfClosed = new boolean[2];
    private final boolean[] closed = new boolean[2];
    private final boolean[] aborted = new boolean[2];
    private final boolean[] closedBeforeEndOfStream = new boolean[2];
    private int losses;
    private int duplicates;
    private int early;
    private boolean overtaken;
    private final int[] incarnation = {1, 1};
    private final Listener listener;
    private String violation;

    World(Bounds bounds, BiFunction<EndpointConfig, Wire, TcpEndpoint> factory) {
        this.bounds = bounds;
        for (int side = 0; side < 2; side++) {
            wires[side] = new Wire(64);
            endpoints[side] = factory.apply(config(side), wires[side]);
            if (bounds.incarnations() > 1) {
                endpoints[side].initialSequence().fix(1000 * (side + 1));
            }
        }
        listener = endpoints[SERVER].listen(PORT, 4);
        connections[CLIENT] = endpoints[CLIENT].connect(ADDRESSES[SERVER], PORT);
        for (int i = 0; i < 4; i++) {
            work(CLIENT);
            carry(CLIENT);
            work(SERVER);
            carry(SERVER);
        }
        connections[SERVER] = listener.accept();
        for (int side = 0; side < 2; side++) {
            Wire old = wires[side];
            if (!old.sent.isEmpty()
                    || connections[side] == null
                    || connections[side].state() != State.ESTABLISHED) {
                throw new AssertionError("the handshake did not complete");
            }
            old.most(bounds.inFlight());
        }
    }

    private EndpointConfig config(int side) {
        return EndpointConfig.builder()
                .address(ADDRESSES[side])
                .seed(side + 1)
                .plain()
                .nagle(false)
                .sendBufferOctets(64)
                .receiveBufferOctets(bounds.receiveOctets())
                .retransmissionTimeouts(SECOND, SECOND, SECOND)
                .retransmissions(1, bounds.retransmissions())
                .connectTimeoutNs(bounds.retransmissions() * SECOND)
                .challengeAckIntervalNs(0)
                .closePolicy(ClosePolicy.DEFAULT.withOrphanRetries(bounds.retransmissions()))
                .timeWaitPolicy(TimeWaitPolicy.defaults().withAnswerInterval(Duration.ZERO))
                .build();
    }

    private void carry(int from) {
        while (!wires[from].sent.isEmpty()) {
            byte[] packet = wires[from].sent.removeFirst();
            ByteBuffer octets = ByteBuffer.wrap(packet);
            if (TcpHeader.flags(octets, Ipv4.HEADER_LENGTH) != TcpHeader.ACK) {
                initial[from] = TcpHeader.sequence(octets, Ipv4.HEADER_LENGTH);
            }
            wires[1 - from].arrive(packet);
        }
    }

    private void work(int side) {
        while (endpoints[side].doWork(now[side]) > 0) {
            // Until it comes to rest at this instant.
        }
    }

    /** Appends the choices that are open now to an array; returns how many there are. */
    int choices(byte[] into) {
        int count = 0;
        for (int side = 0; side < 2; side++) {
            int packets = wires[side].sent.size();
            for (int i = 0; i < packets; i++) {
                into[count++] = Choice.of(Choice.DELIVER, side, i);
                if (losses < bounds.losses()) {
                    into[count++] = Choice.of(Choice.LOSE, side, i);
                }
                if (duplicates < bounds.duplicates() && packets < bounds.inFlight()) {
                    into[count++] = Choice.of(Choice.DUPLICATE, side, i);
                }
            }
            if (timerMayFire(side)) {
                into[count++] = Choice.of(Choice.TIMER, side, 0);
            }
            count = calls(side, into, count);
        }
        if (mayConnectAgain()) {
            into[count++] = Choice.of(Choice.CONNECT_AGAIN, CLIENT, 0);
        }
        return count;
    }

    /** After an abort there is no TIME-WAIT (T-07): then the client waits until all is quiet. */
    private boolean mayConnectAgain() {
        boolean orderly = connections[CLIENT].closeReason() instanceof CloseReason.Orderly;
        return (orderly || isQuiet())
                && incarnation[CLIENT] < bounds.incarnations()
                && closed[CLIENT]
                && endpoints[CLIENT].connectionCount() == 0
                && endpoints[CLIENT].timeWait().size() == 0;
    }

    private int calls(int side, byte[] into, int start) {
        int count = start;
        if (closed[side] || aborted[side]) {
            return count;
        }
        Connection connection = connections[side];
        boolean ended = connection.hasEnded();
        boolean sends = bounds.bothSend() || side == CLIENT;
        if (sends && sent[side] < bounds.octets() && !halfClosed[side] && !ended) {
            into[count++] = Choice.of(Choice.SEND, side, 0);
        }
        if (connection.unread() > 0 || (connection.isReadable() && !endOfStream[side])) {
            into[count++] = Choice.of(Choice.READ, side, 0);
        }
        boolean polite = bounds.manners() == Manners.POLITE;
        if (polite && !halfClosed[side] && !ended) {
            into[count++] = Choice.of(Choice.HALF_CLOSE, side, 0);
        }
        if (!polite || (endOfStream[side] && mayBecomeAnOrphan(side))) {
            into[count++] = Choice.of(Choice.CLOSE, side, 0);
        }
        if (bounds.manners() == Manners.CLOSE_OR_ABORT && !ended) {
            into[count++] = Choice.of(Choice.ABORT, side, 0);
        }
        return count;
    }

    /** An orphan gives up behind a closed window, rightly; so a polite one waits until it is open. */
    private boolean mayBecomeAnOrphan(int side) {
        return !bounds.windowIsNarrow() || connections[side].unacknowledged() == 0;
    }

    /**
     * TIME-WAIT ends only when it was long enough: nothing is on its way and the peer sends nothing
     * again. Other timers fire when nothing is on its way, or early, as often as the bounds allow.
     */
    private boolean timerMayFire(int side) {
        if (endpoints[side].nextDeadlineNs() == Long.MAX_VALUE) {
            return false;
        }
        boolean quiet = isQuiet();
        if (endpoints[side].connectionCount() == 0) {
            return bounds.shortTimeWait() || (quiet && endpoints[1 - side].connectionCount() == 0);
        }
        return quiet || early < bounds.early();
    }

    /** True when no packet is on its way. */
    private boolean isQuiet() {
        return wires[0].sent.isEmpty() && wires[1].sent.isEmpty();
    }

    /** Takes a step. */
    void take(byte choice) {
        int side = Choice.side(choice);
        int lostBefore = wires[0].overflowed + wires[1].overflowed;
        try {
            step(choice, side);
        } catch (IOException e) {
            // A failed call is told to the application; that is no violation.
            endOfStream[side] = true;
        } catch (AssertionError | RuntimeException e) {
            violation = "threw " + e;
            return;
        }
        work(CLIENT);
        work(SERVER);
        Connection accepted = listener.accept();
        if (accepted != null) {
            begin(SERVER, accepted);
        }
        losses += wires[0].overflowed + wires[1].overflowed - lostBefore;
        check();
    }

    private void step(byte choice, int side) throws IOException {
        Connection connection = connections[side];
        switch (Choice.kind(choice)) {
            case Choice.DELIVER -> {
                overtaken |= Choice.index(choice) > 0;
                wires[1 - side].arrive(wires[side].sent.remove(Choice.index(choice)));
            }
            case Choice.LOSE -> {
                wires[side].sent.remove(Choice.index(choice));
                losses++;
            }
            case Choice.DUPLICATE -> {
                wires[side].sent.add(wires[side].sent.get(Choice.index(choice)));
                duplicates++;
            }
            case Choice.TIMER -> fireTimer(side);
            case Choice.SEND ->
                    sent[side] +=
                            connection.send(
                                    ByteBuffer.wrap(
                                            new byte[] {
                                                octet(side, incarnation[side], sent[side])
                                            }));
            case Choice.READ -> read(side);
            case Choice.HALF_CLOSE -> {
                halfClosed[side] = true;
                connection.shutdownOutput();
            }
            case Choice.CLOSE -> {
                closed[side] = true;
                closedBeforeEndOfStream[side] = !endOfStream[side];
                connection.close();
            }
            case Choice.ABORT -> {
                aborted[side] = true;
                connection.abort();
            }
            default -> connectAgain();
        }
    }

    private void connectAgain() {
        int port = connections[CLIENT].localPort();
        begin(CLIENT, endpoints[CLIENT].connect(ADDRESSES[CLIENT], port, ADDRESSES[SERVER], PORT));
    }

    /** The application of one end begins anew with another connection. */
    private void begin(int side, Connection connection) {
        connections[side] = connection;
        incarnation[side]++;
        sent[side] = 0;
        received[side] = 0;
        endOfStream[side] = false;
        halfClosed[side] = false;
        closed[side] = false;
        closedBeforeEndOfStream[side] = false;
    }

    private void fireTimer(int side) {
        if (!isQuiet()) {
            early++;
        } else if (nothingWentWrong() && isRetransmissionTimerRunning(side)) {
            violation = "a retransmission timer fires though nothing was lost or late";
        }
        now[side] = Math.max(now[side], endpoints[side].nextDeadlineNs());
    }

    /**
     * Overtaking is no fault where both are polite. With a second incarnation a SYN that meets LAST-ACK
     * waits for its timer, and behind a closed window probes are sent again: these are none either.
     */
    private boolean nothingWentWrong() {
        return bounds.incarnations() == 1
                && !bounds.windowIsNarrow()
                && losses == 0
                && early == 0
                && !aborted[0]
                && !aborted[1]
                && (!overtaken || everybodyIsPolite());
    }

    private boolean isRetransmissionTimerRunning(int side) {
        return StateDigest.isRetransmissionTimerRunning(endpoints[side]);
    }

    /** An octet that tells its sender, its incarnation and its place. */
    private static byte octet(int side, int incarnation, int index) {
        return (byte) (64 * side + 16 * incarnation + index);
    }

    private void read(int side) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(16);
        int taken = connections[side].receive(buffer);
        if (taken < 0) {
            endOfStream[side] = true;
            return;
        }
        for (int i = 0; i < taken; i++) {
            byte expected = octet(1 - side, incarnation[side], received[side]);
            if (endOfStream[side] || buffer.get(i) != expected) {
                violation =
                        "an octet was delivered twice, out of order, after end-of-stream or to"
                                + " another incarnation";
            }
            received[side]++;
        }
    }

    private void check() {
        for (int side = 0; side < 2 && violation == null && bounds.incarnations() == 1; side++) {
            CloseReason reason = connections[side].closeReason();
            if (reason instanceof CloseReason.Orderly) {
                checkOrderly(side);
            } else if (reason != null && noReasonToFail()) {
                violation = "both read to the end, and yet: " + reason.message();
            }
        }
    }

    /** A graceful end here means that the peer's TCP accepted every octet and the FIN. */
    private void checkOrderly(int side) {
        int peer = 1 - side;
        Connection other = connections[peer];
        long accepted = received[peer] + other.unread();
        boolean finAccepted = other.state().hasReceivedFin() || other.hasEnded();
        if (!closed[peer] && !aborted[peer] && (accepted < sent[side] || !finAccepted)) {
            violation = "ended in order here, but the peer has not accepted everything";
        }
    }

    /** Fewer faults than retransmissions, and nobody closed before the end or aborted. */
    private boolean noReasonToFail() {
        return everybodyIsPolite() && early == 0 && losses + duplicates <= bounds.retransmissions();
    }

    private boolean everybodyIsPolite() {
        return !aborted[0]
                && !aborted[1]
                && !closedBeforeEndOfStream[0]
                && !closedBeforeEndOfStream[1];
    }

    /** What is wrong, or null. */
    String violation() {
        return violation;
    }

    /** True when both ends are CLOSED and nothing is on its way: the end of a story. */
    boolean isOver() {
        return endpoints[0].connectionCount() == 0
                && endpoints[1].connectionCount() == 0
                && endpoints[0].timeWait().size() == 0
                && endpoints[1].timeWait().size() == 0;
    }

    /**
     * The state of the whole world as 128 bits; equal worlds have equal digests. Which of the two ends
     * is the client no longer matters, so a world and its mirror image are one.
     */
    void digest(Digest digest) {
        digestFrom(CLIENT, digest);
        if (bounds.incarnations() > 1) {
            return;
        }
        long high = digest.high;
        long low = digest.low;
        digestFrom(SERVER, digest);
        if (Long.compareUnsigned(high, digest.high) < 0) {
            digest.high = high;
            digest.low = low;
        }
    }

    private void digestFrom(int first, Digest digest) {
        digest.begin();
        digestSide(first, digest);
        digestSide(1 - first, digest);
        digest.accept((long) losses << 24 | duplicates << 16 | early << 8 | (overtaken ? 1 : 0));
        digest.accept(incarnation[0] << 8 | incarnation[1]);
    }

    private void digestSide(int side, Digest digest) {
        StateDigest.of(endpoints[side], digest);
        digest.accept(sent[side] << 8 | received[side]);
        digest.accept(
                bits(
                        endOfStream[side],
                        halfClosed[side],
                        closed[side],
                        aborted[side],
                        closedBeforeEndOfStream[side],
                        connections[side].hasEnded()));
        CloseReason reason = connections[side].closeReason();
        digest.accept(reason == null ? 0 : reason.getClass().getName().hashCode());
        digest.accept(connections[side].unread());
        // Which packet was sent first does not matter: any may arrive next.
        long packets = 0;
        for (byte[] packet : wires[side].sent) {
            packets += canonical(packet, side);
        }
        digest.accept(packets);
        digest.accept(wires[side].sent.size());
    }

    /** A packet without its addresses, its numbers relative to the initial ones. */
    private long canonical(byte[] packet, int side) {
        ByteBuffer octets = ByteBuffer.wrap(packet);
        if (ip.parse(octets, 0, packet.length) != Verdict.OK
                || segment.parse(ip, true) != Verdict.OK) {
            throw new AssertionError("an endpoint has sent something malformed");
        }
        long seq = Seq.distance(initial[side], segment.seq());
        long ack = segment.hasAck() ? Seq.distance(initial[1 - side], segment.ack()) : 0;
        return Digest.mix(
                Digest.mix(seq << 32 ^ ack)
                        ^ (segment.flags() & ~TcpHeader.PSH)
                        ^ (long) segment.textLength() << 8
                        ^ (long) Math.min(segment.window(), 2) << 40
                        ^ text(octets) << 24);
    }

    private long text(ByteBuffer octets) {
        return segment.textLength() == 0 ? 0 : octets.get(segment.textOffset()) & 0xFF & 0x3F;
    }

    private static long bits(boolean... facts) {
        long all = 0;
        for (boolean fact : facts) {
            all = all << 1 | (fact ? 1 : 0);
        }
        return all;
    }

    /** Both ends' states in words. */
    String states() {
        return connections[CLIENT].state() + " / " + connections[SERVER].state();
    }
}
