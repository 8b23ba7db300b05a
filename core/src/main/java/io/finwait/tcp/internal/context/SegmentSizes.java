package io.finwait.tcp.internal.context;

import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.TcpHeader;

/**
 * The lengths of headers, and how much text fits behind them (RFC 9293 §3.7.1, RFC 6691), in
 * octets.
 */
public final class SegmentSizes {

    /** The timestamps option with two NOPs before it. */
    public static final int TIMESTAMPS_OCTETS = 12;

    private static final int LARGEST_WINDOW_SCALE = 14;

    private final EndpointConfig config;
    private final WireProfile profile;
    private final int mtu;

    SegmentSizes(EndpointConfig config, WireProfile profile, int mtu) {
        this.config = config;
        this.profile = profile;
        this.mtu = mtu;
    }

    /** The IP header of a packet to the remote end. */
    public static int ipHeader(FourTuple tuple) {
        return tuple.isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
    }

    /** The options that every segment of an open connection carries. */
    public static int fixedOptions(Tcb tcb) {
        return tcb.rcv.timestamps ? TIMESTAMPS_OCTETS : 0;
    }

    /** The text of a segment with these options, in a packet of a given size. */
    public static int textOf(Tcb tcb, int packet) {
        return packet - ipHeader(tcb) - TcpHeader.LENGTH - fixedOptions(tcb);
    }

    /** The MSS that we offer: what fits into the MTU without options. */
    public int mssToOffer(FourTuple tuple) {
        int fits = mtu - ipHeader(tuple) - TcpHeader.LENGTH;
        return config.maxSegmentSize() == 0 ? fits : Math.min(fits, config.maxSegmentSize());
    }

    /** The smallest shift with which the window field can express the largest buffer. */
    public int windowScaleToOffer() {
        if (profile.windowScale() >= 0) {
            return profile.windowScale();
        }
        int shift = 0;
        while (shift < LARGEST_WINDOW_SCALE
                && config.largestReceiveBufferOctets() >>> shift > 0xFFFF) {
            shift++;
        }
        return shift;
    }
}
