package io.finwait.tcp.internal;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/**
 * Looks at all packets of a batch before the first one is processed, and reads what their connections
 * will need. Each of these reads may miss the cache; since none depends on another packet's, the
 * processor waits for many at a time, where segment by segment it would wait for one after the other.
 * Nothing is decided here and nothing changes: a packet that is not what it seems costs a useless read.
 */
final class ReadAhead {

    /** With fewer connections than this, what they need is in the cache anyway. */
    private static final int WORTHWHILE_CONNECTIONS = 32;

    private final Demultiplexer demultiplexer;

    /** What was read comes together here, so that the compiler can't leave the reads out. */
    private int seen;

    ReadAhead(Demultiplexer demultiplexer) {
        this.demultiplexer = demultiplexer;
    }

    /** Reads for the packets of a batch. */
    void look(PacketBatch batch) {
        if (demultiplexer.size() < WORTHWHILE_CONNECTIONS || batch.size() < 2) {
            return;
        }
        int sum = 0;
        for (int i = 0; i < batch.size(); i++) {
            sum += look(batch.get(i));
        }
        seen = sum;
    }

    private int look(Packet packet) {
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        int length = packet.length();
        if (length >= Ipv4.HEADER_LENGTH + 4
                && b.get(at) == 0x45
                && Ipv4.protocol(b, at) == Protocol.TCP) {
            return look(
                    0,
                    IpAddress.v4Low(Ipv4.destination(b, at)),
                    0,
                    IpAddress.v4Low(Ipv4.source(b, at)),
                    b.getInt(at + Ipv4.HEADER_LENGTH));
        }
        if (length >= Ipv6.HEADER_LENGTH + 4
                && (b.get(at) & 0xF0) == 0x60
                && Ipv6.nextHeader(b, at) == Protocol.TCP) {
            return look(
                    Ipv6.destinationHigh(b, at),
                    Ipv6.destinationLow(b, at),
                    Ipv6.sourceHigh(b, at),
                    Ipv6.sourceLow(b, at),
                    b.getInt(at + Ipv6.HEADER_LENGTH));
        }
        return 0;
    }

    private int look(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        Tcb tcb =
                demultiplexer.firstCandidate(
                        localHigh, localLow, remoteHigh, remoteLow, ports & 0xFFFF, ports >>> 16);
        return tcb == null ? 0 : tcb.touch();
    }

    /** The sum of what was read; of no use. */
    int seen() {
        return seen;
    }
}
