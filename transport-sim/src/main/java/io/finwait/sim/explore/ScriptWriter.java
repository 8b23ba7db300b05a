package io.finwait.sim.explore;

import io.finwait.sim.explore.Witness.Call;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes down what one end did and saw in the notation of packetdrill. What arrived is injected,
 * what was sent is expected, and only that end's own clock counts.
 *
 * <p>Numbers are relative to the initial ones of the script's socket. A client that connects again
 * has a new socket: until the peer's SYN comes, what arrives is written as it is on the wire. At a
 * server a SYN,ACK behind a RST, or a FIN each way, begins new numbers, as the scripts have it.
 */
final class ScriptWriter {

    private static final long MS_A_SECOND = 1000;
    private static final int LISTENER = 3;

    private final int side;
    private final Bounds bounds;
    private final StringBuilder events = new StringBuilder();
    private final Set<Integer> initialNumbers = new LinkedHashSet<>();
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private long passedNs;
    private int descriptor;
    private int ownBase;
    private int peerBase;
    private boolean ownBaseKnown;
    private boolean peerBaseKnown;
    private boolean reset;
    private boolean finished;
    private boolean peerFinished;

    ScriptWriter(int side, Bounds bounds) {
        this.side = side;
        this.bounds = bounds;
        descriptor = side == ExploredHost.CLIENT ? LISTENER - 1 : LISTENER;
    }

    String write(ExploredStory story, String violation) {
        story.happenings().forEach(this::write);
        return "// "
                + (side == ExploredHost.CLIENT ? "The client" : "The server")
                + " of a counterexample: "
                + violation
                + ".\n// "
                + bounds.inWords()
                + ".\n--mtu="
                + ExploredWire.MTU
                + "\n`"
                + settings()
                + "`\n"
                + events;
    }

    private String settings() {
        return String.join(
                "\n",
                "sysctl finwait.plain=1",
                "sysctl finwait.rto_ms=" + MS_A_SECOND,
                "sysctl finwait.retries=" + bounds.retransmissions(),
                "sysctl finwait.orphan_retries=" + bounds.retransmissions(),
                "sysctl finwait.connect_timeout_ms=" + bounds.retransmissions() * MS_A_SECOND,
                "sysctl finwait.challenge_interval_ms=0",
                "sysctl finwait.two_msl_ms=" + bounds.incarnations().twoMslSeconds() * MS_A_SECOND,
                "sysctl finwait.iss="
                        + initialNumbers.stream()
                                .map(Object::toString)
                                .collect(Collectors.joining(",")));
    }

    private void write(Happening happening) {
        if (happening instanceof Happening.Sent sent && sent.packet().from == side) {
            line("> " + outbound(parse(sent.packet())));
        } else if (happening instanceof Happening.Arrived arrived
                && arrived.packet().from != side) {
            line("< " + inbound(parse(arrived.packet())));
        } else if (happening instanceof Happening.Called called && called.side() == side) {
            call(called.call(), called.result());
        } else if (happening instanceof Happening.Passed passed && passed.side() == side) {
            passedNs += passed.ns();
        } else if (happening instanceof Happening.Entered entered && entered.side() == side) {
            state(entered.state().replace('_', '-'));
        }
        // Nothing else is seen at this end.
    }

    private void line(String action) {
        BigDecimal seconds = BigDecimal.valueOf(passedNs, 9);
        String time = passedNs == 0 ? "0" : seconds.stripTrailingZeros().toPlainString();
        events.append('+').append(time).append(' ').append(action).append('\n');
        passedNs = 0;
    }

    /** Before there is a segment, the script has no socket whose state could be asked. */
    private void state(String state) {
        if (ownBaseKnown || peerBaseKnown) {
            line("= " + state);
        }
    }

    // Segments.

    private Segment parse(WirePacket packet) {
        ByteBuffer octets = ByteBuffer.wrap(packet.octets);
        if (ip.parse(octets, 0, packet.octets.length) != Verdict.OK
                || segment.parse(ip, true) != Verdict.OK) {
            throw new AssertionError("an endpoint has sent something malformed");
        }
        return segment;
    }

    private String outbound(Segment seg) {
        finished |= seg.hasFin();
        if (seg.hasSyn()) {
            initialNumbers.add(seg.seq());
            boolean over = reset || (finished && peerFinished);
            if (ownBaseKnown && over && seg.seq() != ownBase) {
                peerBase = seg.hasAck() ? seg.ack() - 1 : peerBase;
                ownBaseKnown = false;
            }
            if (!ownBaseKnown) {
                ownBase = seg.seq();
                ownBaseKnown = true;
                forgetTheEnd();
            }
        }
        return describe(seg, seg.hasSyn(), ownBase, peerBase, false);
    }

    private void forgetTheEnd() {
        reset = false;
        finished = false;
        peerFinished = false;
    }

    private String inbound(Segment seg) {
        reset |= seg.hasRst();
        peerFinished |= seg.hasFin();
        if (seg.hasSyn() && !peerBaseKnown) {
            peerBase = seg.seq();
            peerBaseKnown = true;
        }
        boolean literal = !seg.hasSyn() && !peerBaseKnown;
        return describe(seg, seg.hasSyn() || literal, peerBase, ownBase, literal);
    }

    /** A SYN's numbers are those of the wire, all others relative. */
    private static String describe(
            Segment seg, boolean absolute, int seqBase, int ackBase, boolean literal) {
        StringBuilder text = new StringBuilder();
        Segment.appendFlags(text, seg.flags());
        long seq = Integer.toUnsignedLong(absolute ? seg.seq() : seg.seq() - seqBase);
        int length = seg.textLength();
        text.append(' ').append(seq).append(':').append((seq + length) & 0xFFFF_FFFFL);
        text.append('(').append(length).append(')').append(literal ? "!" : "");
        if (seg.hasAck()) {
            int ack = absolute ? seg.ack() : seg.ack() - ackBase;
            text.append(" ack ").append(Integer.toUnsignedLong(ack));
        }
        text.append(" win ").append(seg.window());
        if ((seg.flags() & TcpHeader.SYN) != 0) {
            text.append(" <mss ").append(seg.options().mss()).append('>');
        }
        return text.toString();
    }

    // Calls.

    private void call(Call call, int result) {
        switch (call) {
            case LISTEN -> listen();
            case CONNECT -> connect();
            case ACCEPT -> {
                descriptor++;
                line("accept(%d, ..., ...) = %d".formatted(LISTENER, descriptor));
            }
            case SEND -> transfer("write", 1, result);
            case READ -> transfer("read", 16, result);
            case HALF_CLOSE -> line("shutdown(%d, SHUT_WR) = 0".formatted(descriptor));
            case CLOSE -> line("close(%d) = 0".formatted(descriptor));
            case ABORT -> {
                line(
                        "setsockopt(%d, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0"
                                .formatted(descriptor));
                line("close(%d) = 0".formatted(descriptor));
            }
        }
    }

    private void transfer(String name, int length, int result) {
        int returned =
                switch (result) {
                    case Witness.END_OF_STREAM -> 0;
                    case Witness.FAILED -> -1;
                    default -> result;
                };
        line("%s(%d, ..., %d) = %d".formatted(name, descriptor, length, returned));
    }

    private void listen() {
        socket(LISTENER);
        line("listen(%d, 4) = 0".formatted(LISTENER));
    }

    private void connect() {
        descriptor++;
        ownBaseKnown = false;
        peerBaseKnown = false;
        peerBase = 0;
        forgetTheEnd();
        socket(descriptor);
        line("connect(%d, ..., ...) = -1 EINPROGRESS".formatted(descriptor));
    }

    private void socket(int number) {
        line("socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = " + number);
        option(number, "SOL_TCP, TCP_NODELAY", 1);
        option(number, "SOL_SOCKET, SO_SNDBUF", ExploredHost.SEND_BUFFER);
        option(number, "SOL_SOCKET, SO_RCVBUF", bounds.receiveOctets());
        line("bind(%d, ..., ...) = 0".formatted(number));
    }

    private void option(int number, String option, int value) {
        line("setsockopt(%d, %s, [%d], 4) = 0".formatted(number, option, value));
    }
}
