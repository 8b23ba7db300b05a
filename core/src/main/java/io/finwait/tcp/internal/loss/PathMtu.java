package io.finwait.tcp.internal.loss;

import io.finwait.icmp.IcmpError;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.SegmentSizes;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;

/**
 * The path MTU of a connection (RFC 1191, RFC 8201). It begins with the MTU of our own link,
 * becomes smaller when ICMP reports so, and returns to that of the link after ten minutes, since
 * routes change. Nothing is shared between connections, so a forged message harms only one. A path
 * that silently drops packets that are too big (RFC 4821, RFC 8899) is not detected.
 */
public final class PathMtu {

    /**
     * The smallest MTU of a link in use (RFC 1191 §7). A message that reports less is forged to
     * make us send many small packets.
     */
    private static final int SMALLEST_V4 = 296;

    /**
     * The packet size that every IPv4 host must accept, the plateau above {@link #SMALLEST_V4} (RFC
     * 1191 §5).
     */
    private static final int PLATEAU_V4 = 576;

    /**
     * Every IPv6 link carries packets of this size; a message that reports less is ignored (RFC
     * 8201 §4).
     */
    private static final int SMALLEST_V6 = 1280;

    /** How long a reduced path MTU holds (RFC 1191 §6.3, RFC 8201 §4). */
    private static final long LIFE_NS = 600L * 1_000_000_000L;

    private final Context context;

    public PathMtu(Context context) {
        this.context = context;
    }

    /**
     * A packet was too big: segments become smaller, and the outstanding ones are retransmitted at
     * once. The congestion window stays, since the packet was not lost to congestion (RFC 8201
     * §5.4). No sequence number changes, not even that of the FIN.
     *
     * @param error the message, which may be forged; its quoted sequence number is outstanding
     */
    public void tooBig(Tcb tcb, IcmpError error) {
        boolean v4 = tcb.isV4();
        int mtu = v4 ? believedV4(tcb, error) : error.mtu();
        int mss = SegmentSizes.textOf(tcb, mtu);
        boolean smaller =
                tcb.state == State.SYN_SENT
                        ? tcb.pathMtu == 0 || mtu < tcb.pathMtu
                        : mss < tcb.snd.mss;
        if (!smaller || (!v4 && mtu < SMALLEST_V6)) {
            context.counters.add(Counter.ICMP_IGNORED);
            return;
        }
        context.counters.add(Counter.PATH_MTU_REDUCTIONS);
        tcb.pathMtu = mtu;
        tcb.pathMtuUntilNs = context.nowNs() + LIFE_NS;
        if (tcb.state == State.SYN_SENT) {
            return;
        }
        Snd snd = tcb.snd;
        snd.mss = mss;
        if (tcb.state != State.SYN_RECEIVED) {
            tcb.againBecause = Retransmission.PATH_MTU;
            tcb.retransmitOwed = true;
            snd.cursor = snd.una + Math.min(mss, snd.flight());
            context.wantsOutput(tcb);
        }
    }

    /**
     * A router that reports an MTU as large as the packet that it has dropped is wrong: the next
     * lower plateau is tried instead (RFC 1191 §5). This applies only if one of our packets can
     * have had the quoted length: its text, even with the longest options, must not reach beyond
     * SND.NXT.
     */
    private static int believedV4(Tcb tcb, IcmpError error) {
        int packet = error.packetLength();
        int text = packet - Ipv4.HEADER_LENGTH - TcpHeader.MAX_LENGTH;
        boolean wasSent = Seq.leq(error.sequence() + text, tcb.snd.nxt);
        if (error.mtu() >= packet && packet > SMALLEST_V4 && wasSent) {
            return packet > PLATEAU_V4 ? PLATEAU_V4 : SMALLEST_V4;
        }
        return Math.max(error.mtu(), SMALLEST_V4);
    }

    /**
     * Called before sending: when the reduced path MTU has expired, restores the agreed MSS. This
     * needs no timer, since the size matters only when something is sent.
     */
    public void age(Tcb tcb) {
        if (tcb.pathMtu != 0 && context.nowNs() - tcb.pathMtuUntilNs >= 0) {
            tcb.pathMtu = 0;
            tcb.snd.mss = tcb.snd.agreedMss;
        }
    }
}
