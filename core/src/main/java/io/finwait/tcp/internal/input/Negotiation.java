package io.finwait.tcp.internal.input;

import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.SegmentSizes;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpOptions;

/** What two ends agree on by the options of their SYNs. */
final class Negotiation {

    private static final int DEFAULT_MSS_V4 = 536;
    private static final int DEFAULT_MSS_V6 = 1220;
    private static final int SMALLEST_MSS = 64;

    private final Context context;

    Negotiation(Context context) {
        this.context = context;
    }

    /** Takes what the peer's SYN says: its number, its options and its window. */
    void synReceived(Tcb tcb, Segment seg) {
        tcb.rcv.synchronize(seg.seq());
        TcpOptions options = seg.options();
        agree(
                tcb,
                offeredMss(tcb, options.mss()),
                options.hasTimestamps(),
                options.timestampValue(),
                options.windowScale(),
                options.sackPermitted());
        if (tcb.passive) {
            EcnHandshake.passive(context, tcb, seg.asksForEcn());
        } else {
            EcnHandshake.active(tcb, seg);
        }
        tcb.snd.updateWindow(seg.window(), seg.seq(), tcb.snd.una);
        if (seg.textLength() > 0 && !tcb.passive) {
            holdTextOfSyn(tcb, seg);
        }
    }

    /**
     * Text on the SYN of a peer that we called is kept until the handshake is complete; our ACK of
     * the SYN acknowledges nothing else. A stranger's is not: an octet would hold a block for as
     * long as a handshake lasts. It comes again, since it is not acknowledged.
     */
    private void holdTextOfSyn(Tcb tcb, Segment seg) {
        int octets = Math.min(seg.textLength(), tcb.rcv.capacity);
        tcb.rcv.buffer.write(0, seg.buffer(), seg.textOffset(), octets);
        tcb.rcv.arrivedAhead(tcb.rcv.nxt, tcb.rcv.nxt + octets);
    }

    /** The MSS that a SYN offers, or the one that counts where it offers none. */
    static int offeredMss(FourTuple pair, int offered) {
        if (offered != 0) {
            return offered;
        }
        return pair.isV4() ? DEFAULT_MSS_V4 : DEFAULT_MSS_V6;
    }

    /**
     * Takes the options of the peer's SYN: an option is in use when both ends have offered it.
     *
     * @param stamped whether the segment that brought the SYN, or its cookie, has a timestamp
     * @param timestamp its TSval, when it has one
     * @param scale of the peer's window, or below 0 for none
     */
    void agree(Tcb tcb, int offered, boolean stamped, int timestamp, int scale, boolean sack) {
        int mss = Math.min(Math.max(offered, SMALLEST_MSS), context.sizes.mssToOffer(tcb));
        tcb.rcv.timestamps = context.config.timestamps() && stamped;
        if (tcb.rcv.timestamps) {
            tcb.rcv.tsRecent = timestamp;
            tcb.rcv.tsRecentAtNs = context.nowNs();
            mss -= SegmentSizes.TIMESTAMPS_OCTETS;
        }
        tcb.windowScaling = context.config.windowScaling() && scale >= 0;
        if (tcb.windowScaling) {
            tcb.snd.windowScale = scale;
            tcb.rcv.windowScale = context.sizes.windowScaleToOffer();
        }
        tcb.sackPermitted = context.config.selectiveAcknowledgments() && sack;
        int fits = tcb.pathMtu > 0 ? SegmentSizes.textOf(tcb, tcb.pathMtu) : Integer.MAX_VALUE;
        tcb.agreeOn(mss, fits, context.nowNs());
    }
}
