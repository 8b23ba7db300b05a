package io.finwait.tcp.internal.output;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Counters.Counter;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Puts IP and TCP headers into room of the transport. A segment is begun, its options and text are
 * written behind the header, and it is finished; without room nothing has moved.
 */
public final class SegmentWriter {

    private static final int TIME_TO_LIVE = 64;

    private final Transport transport;
    private final boolean checksumOffload;
    private final Counters counters;

    private final ArrayDeque<Packet> held = new ArrayDeque<>();
    private boolean holds;

    private Packet packet;
    private ByteBuffer buffer;
    private int ipLength;
    private int tcpAt;
    private long localHigh;
    private long localLow;
    private long remoteHigh;
    private long remoteLow;

    public SegmentWriter(Transport transport, Counters counters) {
        this.transport = transport;
        this.checksumOffload = transport.capabilities().checksumOffload();
        this.counters = counters;
    }

    /** Octets of the IP header for an address. */
    public static int ipHeaderLength(long high, long low) {
        return IpAddress.isV4(high, low) ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
    }

    /**
     * Begins a segment from one of our addresses.
     *
     * @param tcpLength octets of header, options and text
     * @return false when the transport has no room
     */
    boolean begin(long fromHigh, long fromLow, long toHigh, long toLow, int tcpLength) {
        ipLength = ipHeaderLength(toHigh, toLow);
        packet = transport.claim(ipLength + tcpLength);
        if (packet == null) {
            return false;
        }
        buffer = packet.buffer();
        tcpAt = packet.offset() + ipLength;
        localHigh = fromHigh;
        localLow = fromLow;
        remoteHigh = toHigh;
        remoteLow = toLow;
        return true;
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
            int localPort,
            int remotePort,
            int seq,
            int ack,
            int headerLength,
            int flags,
            int window,
            int segmentSize,
            long nowNs) {
        TcpHeader.write(
                buffer, tcpAt, localPort, remotePort, seq, ack, headerLength, flags, window);
        int tcpLength = packet.length() - ipLength;
        writeIpHeader(tcpLength);
        long sum =
                Checksum.pseudoHeader(
                        localHigh, localLow, remoteHigh, remoteLow, Protocol.TCP, tcpLength);
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

    /** Gives back the room of a segment that was begun and, since something has thrown, not finished. */
    void abandon() {
        Packet begun = packet;
        if (begun != null) {
            packet = null;
            transport.abandon(begun);
        }
    }

    /** From now on segments wait for {@link #letGo}: what made them is to be told before they leave. */
    public void hold() {
        holds = true;
    }

    /** Sends what was held, in its order. */
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
                    0,
                    0,
                    TIME_TO_LIVE,
                    Protocol.TCP,
                    (int) localLow,
                    (int) remoteLow);
        } else {
            Ipv6.write(
                    buffer,
                    at,
                    payload,
                    0,
                    0,
                    TIME_TO_LIVE,
                    Protocol.TCP,
                    localHigh,
                    localLow,
                    remoteHigh,
                    remoteLow);
        }
    }
}
