package io.finwait.tcp.internal.endpoint;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.tcp.internal.context.Demultiplexer;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/**
 * Looks at all packets of a batch before the first one is processed, and reads the memory that
 * their connections will need. Each of these reads may miss the cache. Since they don't depend on
 * each other, the processor waits for many at the same time instead of for one after the other.
 * Nothing is decided or changed here; a misleading packet costs only a useless read.
 */
public final class ReadAhead {

    /**
     * How many packets are looked at together: as many as the innermost cache can hold the data of.
     */
    static final int AT_ONCE = 16;

    /**
     * With fewer connections than this, their data is in the second-level cache or close to it, and
     * looking ahead costs more than it saves (measured; see decision 0010).
     */
    static final int WORTHWHILE_CONNECTIONS = 4096;

    /** Packets longer than this are taken to carry text: IPv6, TCP and timestamps are shorter. */
    private static final int LONGEST_WITHOUT_TEXT = 80;

    private final Demultiplexer demultiplexer;
    private final FourTuple tuple = new FourTuple();
    private final int worthwhile;

    /** The hashes of the packets' pairs of sockets; undefined where {@code hashed} is false. */
    private final int[] hashes;

    private final boolean[] hashed;

    private final Tcb[] candidates = new Tcb[AT_ONCE];

    /** A sum of all values read, so that the compiler can't remove the reads. */
    private int seen;

    /**
     * For batches of up to a number of packets.
     *
     * @param worthwhile how many connections there must be, {@link #WORTHWHILE_CONNECTIONS} mostly
     */
    ReadAhead(Demultiplexer demultiplexer, int batch, int worthwhile) {
        this.demultiplexer = demultiplexer;
        this.worthwhile = worthwhile;
        hashes = new int[batch];
        hashed = new boolean[batch];
    }

    /**
     * Reads for some packets of a batch, each step for all of them. With few instructions between
     * two reads, the processor has many reads under way.
     */
    void look(PacketBatch batch, int from, int to) {
        boolean looks = demultiplexer.size() >= worthwhile && to - from > 1;
        for (int i = from; i < to; i++) {
            hashed[i] = looks && hash(i, batch.get(i));
        }
        if (!looks) {
            return;
        }
        for (int i = from; i < to; i++) {
            candidates[i - from] = hashed[i] ? demultiplexer.firstCandidate(hashes[i]) : null;
        }
        int sum = 0;
        for (int i = 0; i < to - from; i++) {
            sum += candidates[i] == null ? 0 : candidates[i].touch();
        }
        for (int i = 0; i < to - from; i++) {
            boolean text = batch.get(from + i).length() > LONGEST_WITHOUT_TEXT;
            sum += candidates[i] == null ? 0 : candidates[i].touchParts(text);
            candidates[i] = null;
        }
        seen = sum;
    }

    /** The TCB of the pair of sockets of a packet of the batch, or null. */
    Tcb find(int place, FourTuple pair) {
        return hashed[place] ? demultiplexer.find(hashes[place], pair) : demultiplexer.find(pair);
    }

    /**
     * Computes the hash if the header has its usual length, so that the place of the ports is
     * known.
     */
    private boolean hash(int place, Packet packet) {
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        int length = packet.length();
        if (length >= Ipv4.HEADER_LENGTH + 4 && b.get(at) == 0x45) {
            int ports = b.getInt(at + Ipv4.HEADER_LENGTH);
            tuple.set(
                    0,
                    IpAddress.v4Low(Ipv4.destination(b, at)),
                    0,
                    IpAddress.v4Low(Ipv4.source(b, at)),
                    ports & 0xFFFF,
                    ports >>> 16);
            hashes[place] = demultiplexer.hash(tuple);
            return Ipv4.protocol(b, at) == Protocol.TCP;
        }
        if (length >= Ipv6.HEADER_LENGTH + 4 && (b.get(at) & 0xF0) == 0x60) {
            int ports = b.getInt(at + Ipv6.HEADER_LENGTH);
            tuple.set(
                    Ipv6.destinationHigh(b, at),
                    Ipv6.destinationLow(b, at),
                    Ipv6.sourceHigh(b, at),
                    Ipv6.sourceLow(b, at),
                    ports & 0xFFFF,
                    ports >>> 16);
            hashes[place] = demultiplexer.hash(tuple);
            return Ipv6.nextHeader(b, at) == Protocol.TCP;
        }
        return false;
    }

    /** The sum of all values read; it has no meaning. */
    int seen() {
        return seen;
    }
}
