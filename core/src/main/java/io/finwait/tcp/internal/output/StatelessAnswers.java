package io.finwait.tcp.internal.output;

import io.finwait.icmp.IcmpUnreachable;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.SegmentSizes;
import io.finwait.tcp.internal.profile.SynOffer;
import io.finwait.tcp.internal.profile.SynOptions;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;
import io.finwait.wire.Unreachable;

import java.nio.ByteBuffer;

/**
 * Answers to segments that belong to no TCB. They are sent at once; when the transport has no room
 * they are dropped and counted.
 */
public final class StatelessAnswers {

    private static final int HOPS = 64;

    private final Context context;
    private final SegmentWriter writer;
    private final FourTuple tuple = new FourTuple();
    private final ByteBuffer layout = ByteBuffer.allocate(SynOptions.MOST_OCTETS);
    private final ResetLimit resetLimit;
    private final IcmpUnreachable unreachable;
    private final ByteBuffer quoted = ByteBuffer.allocate(Ipv6.HEADER_LENGTH + TcpHeader.LENGTH);

    public StatelessAnswers(Context context, SegmentWriter writer, IcmpUnreachable unreachable) {
        this.unreachable = unreachable;
        this.context = context;
        this.writer = writer;
        resetLimit = new ResetLimit(context.config.resetsPerSecond(), context.config.random());
    }

    /**
     * The reset of RFC 9293 §3.10.7.1: {@code <SEQ=SEG.ACK><CTL=RST>}, or without ACK {@code
     * <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>}, to a stranger. A reset is never answered.
     */
    public void reset(Segment seg) {
        if (seg.hasRst()) {
            return;
        }
        if (resetLimit.isReached(seg.sourceHigh(), seg.sourceLow(), context.clock.lastNs())) {
            context.counters.add(Counter.RESETS_LIMITED);
            return;
        }
        resetPeer(seg);
    }

    /**
     * The same to the peer of a connection, or of one that is being opened from here. Strangers,
     * who may spend what is given to an address in its name, must not silence these (T-19).
     */
    public void resetPeer(Segment seg) {
        if (seg.hasRst()) {
            return;
        }
        if (!begin(seg, TcpHeader.LENGTH)) {
            return;
        }
        context.watch.resetSent(seg, State.CLOSED);
        if (seg.hasAck()) {
            finish(seg.ack(), 0, TcpHeader.LENGTH, TcpHeader.RST, 0);
        } else {
            finish(0, seg.end(), TcpHeader.LENGTH, TcpHeader.RST | TcpHeader.ACK, 0);
        }
    }

    /**
     * {@code <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>} to a SYN that has waited for an answer. The
     * user has refused it, and may refuse as many as come.
     *
     * @param end SEG.SEQ+SEG.LEN
     */
    public void refuse(FourTuple sockets, int end) {
        if (begin(sockets, TcpHeader.LENGTH)) {
            context.watch.resetSent(sockets, State.CLOSED);
            finish(0, end, TcpHeader.LENGTH, TcpHeader.RST | TcpHeader.ACK, 0);
        }
    }

    /**
     * ICMP's "destination unreachable" to the peer of a SYN, within the limit of resets (RFC 1812
     * §4.3.2.8, RFC 4443 §2.4 (f)). It quotes the headers that the SYN has had, as far as is known.
     *
     * @param seq of the SYN
     */
    public void unreachable(FourTuple sockets, int seq, Unreachable why) {
        long nowNs = context.clock.lastNs();
        if (resetLimit.isReached(sockets.remoteHigh, sockets.remoteLow, nowNs)) {
            context.counters.add(Counter.RESETS_LIMITED);
            return;
        }
        int ip = SegmentSizes.ipHeader(sockets);
        int length = ip + TcpHeader.LENGTH;
        if (sockets.isV4()) {
            int from = (int) sockets.remoteLow;
            int to = (int) sockets.localLow;
            Ipv4.write(quoted, 0, length, 0, 0, HOPS, Protocol.TCP, from, to);
        } else {
            Ipv6.write(
                    quoted,
                    0,
                    TcpHeader.LENGTH,
                    0,
                    0,
                    HOPS,
                    Protocol.TCP,
                    sockets.remoteHigh,
                    sockets.remoteLow,
                    sockets.localHigh,
                    sockets.localLow);
        }
        int syn = TcpHeader.SYN;
        int from = sockets.remotePort;
        TcpHeader.write(quoted, ip, from, sockets.localPort, seq, 0, TcpHeader.LENGTH, syn, 0);
        IpAddress local = sockets.localAddress();
        for (IpAddress own : context.config.addresses()) {
            if (own.isV4() == local.isV4()) {
                local = own;
                break;
            }
        }
        boolean sent = unreachable.send(local, quoted, 0, length, why, nowNs);
        context.counters.add(sent ? Counter.PACKETS_OUT : Counter.ANSWERS_WITHOUT_ROOM);
    }

    /** {@code <SEQ=ISS><ACK=SEG.SEQ+1><CTL=SYN,ACK>} in answer to a SYN that is not kept. */
    public void synAck(Segment seg, int iss, int window, SynOffer offer) {
        // The shortest layout: a spoofed SYN must not bring its victim more than it has cost.
        int options = SynOptions.LINUX.write(layout, 0, offer);
        int header = TcpHeader.LENGTH + options;
        if (begin(seg, header)) {
            writer.buffer().put(writer.optionsAt(), layout, 0, options);
            int flags = TcpHeader.SYN | TcpHeader.ACK | (offer.ecn ? TcpHeader.ECE : 0);
            finish(iss, seg.seq() + 1, header, flags, window);
        }
    }

    /**
     * Answers a segment with {@code <SEQ><ACK><CTL=RST,ACK>} on behalf of an entry in TIME-WAIT.
     */
    public void resetAcknowledging(Segment seg, int seq, int ack) {
        if (begin(seg, TcpHeader.LENGTH)) {
            context.watch.resetSent(seg, State.TIME_WAIT);
            finish(seq, ack, TcpHeader.LENGTH, TcpHeader.RST | TcpHeader.ACK, 0);
        }
    }

    /**
     * Sends {@code <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>} for an orphan in the TIME-WAIT table.
     */
    public void reset(TimeWaitEntry entry) {
        if (begin(entry, TcpHeader.LENGTH)) {
            context.watch.resetSent(entry);
            int flags = TcpHeader.RST | TcpHeader.ACK;
            finish(entry.sndNxt(), entry.rcvNxt(), TcpHeader.LENGTH, flags, 0);
        }
    }

    /**
     * Answers a segment with {@code <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>} of an entry, and with
     * timestamps if the connection used them.
     */
    public void acknowledge(Segment seg, TimeWaitEntry entry) {
        int options = entry.hasTimestamps() ? SegmentSizes.TIMESTAMPS_OCTETS : 0;
        int header = TcpHeader.LENGTH + options;
        if (!begin(seg, header)) {
            return;
        }
        if (entry.hasTimestamps()) {
            TcpOptions.writeTimestamps(
                    writer.buffer(),
                    writer.optionsAt(),
                    context.timestampFor(seg),
                    entry.tsRecent());
        }
        finish(entry.sndNxt(), entry.rcvNxt(), header, TcpHeader.ACK, entry.window());
    }

    private boolean begin(Segment seg, int tcpLength) {
        return begin(tuple.ofReceiver(seg), tcpLength);
    }

    private boolean begin(FourTuple to, int tcpLength) {
        boolean room = writer.begin(to, tcpLength);
        if (!room) {
            context.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
        }
        return room;
    }

    private void finish(int seq, int ack, int header, int flags, int window) {
        writer.finish(seq, ack, header, flags, window, 0, context.clock.lastNs());
    }
}
