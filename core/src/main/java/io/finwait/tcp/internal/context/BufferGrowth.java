package io.finwait.tcp.internal.context;

import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;

/**
 * Grows send and receive buffers to what a round trip carries, within a budget of the endpoint. A
 * buffer smaller than the bandwidth-delay product leaves the path idle, while a large buffer for
 * every connection would reserve memory that most never use.
 *
 * <p>Growing takes no memory by itself: blocks are taken when octets come. The budget bounds how
 * many octets peers and users can make the endpoint hold.
 */
public final class BufferGrowth {

    /** A round trip shorter than a tick of the timestamp clock is measured as 0. */
    private static final long SHORTEST_ROUND_NS = Clock.TIMESTAMP_TICK_NS;

    /** What is left to others is at least so many times what a buffer has got. */
    private static final long SHARE = 4;

    private final EndpointConfig config;
    private final Clock clock;
    private final BlockPool blocks;
    private long granted;

    BufferGrowth(EndpointConfig config, Clock clock, BlockPool blocks) {
        this.config = config;
        this.clock = clock;
        this.blocks = blocks;
    }

    /** By how many octets the buffers of all connections have grown. */
    public long granted() {
        return granted;
    }

    /**
     * The user has read. The octets read in a round trip show how fast the peer sends, which the
     * window limits (dynamic right-sizing; Fisk and Feng, 2001). A peer in slow start has sent
     * twice that meanwhile, and will send four times as much before it hears of a window offered
     * now: a buffer of that never holds it up, and lets out no burst when the window jumps.
     */
    public void read(Tcb tcb, int octets) {
        Rcv rcv = tcb.rcv;
        if (rcv.capacity >= config.largestReceiveBufferOctets()) {
            return;
        }
        rcv.readInRound += octets;
        if (!clock.isRunning()) {
            clock.owe(tcb);
            return;
        }
        long elapsed = clock.nowNs() - rcv.roundBeganNs;
        if (elapsed < SHORTEST_ROUND_NS || elapsed < tcb.rtt.smoothedNs()) {
            return;
        }
        long wanted = 4L * rcv.readInRound;
        rcv.readInRound = 0;
        rcv.roundBeganNs = clock.nowNs();
        int most = config.largestReceiveBufferOctets();
        int more = grant(Math.min(wanted, most) - rcv.capacity, rcv.grownBy);
        rcv.capacity += more;
        rcv.grownBy += more;
    }

    /**
     * The user has more to send than fits: grows the buffer to twice the window, for the octets in
     * flight and as many that wait to follow them.
     */
    public void wanted(Tcb tcb) {
        Snd snd = tcb.snd;
        int most = config.largestSendBufferOctets();
        long onItsWay = Math.min(tcb.cwnd(), snd.wnd);
        int more = grant(Math.min(2 * onItsWay, most) - snd.capacity, snd.grownBy);
        snd.capacity += more;
        snd.grownBy += more;
    }

    /**
     * A buffer never gets more than a quarter of what is left to all others, so that some is always
     * left: with n that want all, each has B/(n+4) of a budget B, and a newcomer finds four times
     * that (dynamic thresholds; Choudhury and Hahne, 1998). Under pressure none grows.
     */
    private int grant(long wanted, int grownBy) {
        if (blocks.isUnderPressure()) {
            return 0;
        }
        long left = config.bufferBudgetOctets() - granted;
        // Once it has grown by g more, g + grownBy is to be a quarter of left - g.
        long share = (left - SHARE * grownBy) / (SHARE + 1);
        int octets = (int) Math.max(0, Math.min(wanted, share));
        granted += octets;
        return octets;
    }

    /** A connection has ended: gives its part of the budget back. */
    public void gone(Tcb tcb) {
        granted -= tcb.rcv.grownBy + tcb.snd.grownBy;
        tcb.rcv.grownBy = 0;
        tcb.snd.grownBy = 0;
    }
}
