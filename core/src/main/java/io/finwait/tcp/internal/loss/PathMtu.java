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
 * What a connection knows of the largest packet on its way (RFC 1191, RFC 8201). It begins with
 * what our own link carries, gets smaller when ICMP says so, and after ten minutes begins anew:
 * routes change. Nothing is shared between connections, so that a lie told to one hurts no other. A
 * path that drops what is too big and says nothing (RFC 4821, RFC 8899) is not found out.
 */
public final class PathMtu {

    /**
     * No link in use carries less (RFC 1191 §7); a smaller one is told to make us send many
     * packets.
     */
    private static final int SMALLEST_V4 = 296;

    /** What every IPv4 host takes: the plateau above {@link #SMALLEST_V4} (RFC 1191 §5). */
    private static final int PLATEAU_V4 = 576;

    /** RFC 8201 §4: every IPv6 link carries this, and who tells less is not to be believed. */
    private static final int SMALLEST_V6 = 1280;

    /** How long a reduced path MTU is believed (RFC 1191 §6.3, RFC 8201 §4). */
    private static final long LIFE_NS = 600L * 1_000_000_000L;

    private final Context context;

    public PathMtu(Context context) {
        this.context = context;
    }

    /**
     * A packet was too big. Segments get smaller, and what was sent goes again at once. The
     * congestion window stays: a link was too narrow, not too full (RFC 8201 §5.4). Numbers stay as
     * they were, the FIN's as well.
     *
     * @param error what was told; its quoted number is outstanding, and anybody may have told it
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
     * Who tells what the packet would have fitted into has dropped it all the same: the next
     * plateau below it is tried (RFC 1191 §5). That packet must be one of ours: with all options it
     * would still have had no more text than was sent.
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
     * Before something is sent: when what was told is too old, segments are as large as both ends
     * agreed on. That needs no timer, since it matters to nobody before.
     */
    public void age(Tcb tcb) {
        if (tcb.pathMtu != 0 && context.nowNs() - tcb.pathMtuUntilNs >= 0) {
            tcb.pathMtu = 0;
            tcb.snd.mss = tcb.snd.agreedMss;
        }
    }
}
