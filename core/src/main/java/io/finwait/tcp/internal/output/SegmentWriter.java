package io.finwait.tcp.internal.output;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.context.EndpointCounters;
import io.finwait.tcp.internal.context.SegmentSizes;
import io.finwait.wire.Checksum;
import io.finwait.wire.EcnBits;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Writes IP and TCP headers into a packet of the transport. {@link #begin} claims the packet, the
 * caller writes options and text behind the TCP header, and {@link #finish} completes it.
 */
public final class SegmentWriter {

    private static final int TIME_TO_LIVE = 64;

    private final Transport transport;
    private final boolean checksumOffload;
    private final EndpointCounters counters;

    private final ArrayDeque<Packet> held = new ArrayDeque<>();
    private boolean holds;

    private Packet packet;
    private ByteBuffer buffer;
    private int ipLength;
    private int tcpAt;
    private int typeOfService;
    private final FourTuple to = new FourTuple();

    public SegmentWriter(Transport transport, EndpointCounters counters) {
        this.transport = transport;
        this.checksumOffload = transport.capabilities().checksumOffload();
        this.counters = counters;
    }

    /**
     * Begins a segment.
     *
     * @param tcpLength octets of header, options and text
     * @return false when the transport has no room
     */
    public boolean begin(FourTuple tuple, int tcpLength) {
        ipLength = SegmentSizes.ipHeader(tuple);
        packet = transport.claim(ipLength + tcpLength);
        if (packet == null) {
            return false;
        }
        buffer = packet.buffer();
        tcpAt = packet.offset() + ipLength;
        typeOfService = EcnBits.NOT_CAPABLE;
        to.set(tuple);
        return true;
    }

    /** A router may mark the segment begun. */
    void mayBeMarked() {
        typeOfService = EcnBits.CAPABLE;
    }

    /** The buffer of the segment begun. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Index of the first octet behind the fixed header of the segment begun. */
    int optionsAt() {
        return tcpAt + TcpHeader.LENGTH;
    }

    /**
     * Writes the headers and sends the segment begun.
     *
     * @param segmentSize octets of text in each segment of a super-packet, or 0
     */
    void finish(
            int seq,
            int ack,
            int headerLength,
            int flags,
            int window,
            int segmentSize,
            long nowNs) {
        TcpHeader.write(
                buffer, tcpAt, to.localPort, to.remotePort, seq, ack, headerLength, flags, window);
        int tcpLength = packet.length() - ipLength;
        writeIpHeader(tcpLength);
        long sum =
                Checksum.pseudoHeader(
                        to.localHigh,
                        to.localLow,
                        to.remoteHigh,
                        to.remoteLow,
                        Protocol.TCP,
                        tcpLength);
        if (checksumOffload) {
            TcpHeader.checksum(buffer, tcpAt, Checksum.fold(sum));
            packet.checksumOffloaded(true).segmentSize(segmentSize);
        } else {
            int checksum = Checksum.finish(Checksum.add(buffer, tcpAt, tcpLength, sum));
            TcpHeader.checksum(buffer, tcpAt, checksum);
        }
        counters.add(Counter.PACKETS_OUT);
        Packet finished = packet;
        packet = null;
        if (holds) {
            held.addLast(finished);
        } else {
            transport.commit(finished, nowNs);
        }
    }

    /**
     * Gives back the packet of a segment that was begun and, because of an exception, not finished.
     */
    void abandon() {
        Packet begun = packet;
        if (begun != null) {
            packet = null;
            transport.abandon(begun);
        }
    }

    /**
     * Holds all segments back until {@link #letGo}, so that observers are told of their cause
     * before they leave.
     */
    public void hold() {
        holds = true;
    }

    /** Sends the segments that were held back, in their order. */
    public void letGo(long nowNs) {
        holds = false;
        while (!held.isEmpty()) {
            transport.commit(held.pollFirst(), nowNs);
        }
    }

    private void writeIpHeader(int payload) {
        int at = packet.offset();
        if (ipLength == Ipv4.HEADER_LENGTH) {
            Ipv4.write(
                    buffer,
                    at,
                    ipLength + payload,
                    typeOfService,
                    0,
                    TIME_TO_LIVE,
                    Protocol.TCP,
                    (int) to.localLow,
                    (int) to.remoteLow);
        } else {
            Ipv6.write(
                    buffer,
                    at,
                    payload,
                    typeOfService,
                    0,
                    TIME_TO_LIVE,
                    Protocol.TCP,
                    to.localHigh,
                    to.localLow,
                    to.remoteHigh,
                    to.remoteLow);
        }
    }
}
