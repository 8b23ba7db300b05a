package io.finwait.tcp.internal.output;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

/**
 * Segments that answer a segment and belong to no TCB. They are sent at once, or dropped and counted
 * when the transport has no room, like anything on a link.
 */
public final class StatelessAnswers {

    private static final long SECOND_NS = 1_000_000_000L;

    private final TcpEndpoint endpoint;
    private final SegmentWriter writer;
    private long second;
    private boolean counting;
    private int resetsInSecond;

    public StatelessAnswers(TcpEndpoint endpoint, SegmentWriter writer) {
        this.endpoint = endpoint;
        this.writer = writer;
    }

    /**
     * The reset of RFC 9293 §3.10.7.1: {@code <SEQ=SEG.ACK><CTL=RST>}, or without ACK {@code
     * <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>}. A reset is never answered.
     */
    public void reset(Segment seg) {
        if (seg.hasRst()) {
            return;
        }
        if (limited()) {
            endpoint.counters.add(Counter.RESETS_LIMITED);
            return;
        }
        if (!begin(seg, TcpHeader.LENGTH)) {
            return;
        }
        endpoint.watch.resetSent(seg, State.CLOSED);
        if (seg.hasAck()) {
            finish(seg, seg.ack(), 0, TcpHeader.LENGTH, TcpHeader.RST, 0);
        } else {
            finish(seg, 0, seg.end(), TcpHeader.LENGTH, TcpHeader.RST | TcpHeader.ACK, 0);
        }
    }

    /** {@code <SEQ><ACK><CTL=RST,ACK>} in answer to a segment, for a connection that was there. */
    public void resetAcknowledging(Segment seg, int seq, int ack) {
        if (begin(seg, TcpHeader.LENGTH)) {
            endpoint.watch.resetSent(seg, State.TIME_WAIT);
            finish(seg, seq, ack, TcpHeader.LENGTH, TcpHeader.RST | TcpHeader.ACK, 0);
        }
    }

    /** {@code <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>} for an orphan that is a record. */
    public void reset(TimeWaitEntry entry) {
        boolean room =
                writer.begin(
                        entry.localHigh(),
                        entry.localLow(),
                        entry.remoteHigh(),
                        entry.remoteLow(),
                        TcpHeader.LENGTH);
        if (!room) {
            endpoint.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
            return;
        }
        endpoint.watch.resetSent(entry);
        writer.finish(
                entry.localPort(),
                entry.remotePort(),
                entry.sndNxt(),
                entry.rcvNxt(),
                TcpHeader.LENGTH,
                TcpHeader.RST | TcpHeader.ACK,
                0,
                0,
                endpoint.now);
    }

    /** {@code <SEQ><ACK><CTL=ACK>} in answer to a segment, with timestamps when there are some. */
    public void acknowledge(
            Segment seg,
            int seq,
            int ack,
            int window,
            boolean timestamps,
            int timestampValue,
            int timestampEcho) {
        int header = TcpHeader.LENGTH + (timestamps ? 12 : 0);
        if (!begin(seg, header)) {
            return;
        }
        if (timestamps) {
            TcpOptions.writeTimestamps(
                    writer.buffer(), writer.optionsAt(), timestampValue, timestampEcho);
        }
        finish(seg, seq, ack, header, TcpHeader.ACK, window);
    }

    /** A bucket of resets a second, so that a scan can't make us a reflector. */
    private boolean limited() {
        if (!counting || endpoint.now - second >= SECOND_NS) {
            counting = true;
            second = endpoint.now;
            resetsInSecond = 0;
        }
        return ++resetsInSecond > endpoint.config.resetsPerSecond();
    }

    private boolean begin(Segment seg, int tcpLength) {
        boolean room =
                writer.begin(
                        seg.destinationHigh(),
                        seg.destinationLow(),
                        seg.sourceHigh(),
                        seg.sourceLow(),
                        tcpLength);
        if (!room) {
            endpoint.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
        }
        return room;
    }

    private void finish(Segment seg, int seq, int ack, int header, int flags, int window) {
        writer.finish(
                seg.destinationPort(),
                seg.sourcePort(),
                seq,
                ack,
                header,
                flags,
                window,
                0,
                endpoint.now);
    }
}
