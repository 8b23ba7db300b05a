package io.finwait.trace.capture;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;

/**
 * A TCP segment as a capture shows it; reused from packet to packet. Unlike a receiver's parser it
 * reads what a receiver would refuse: packets that the capture has cut, super-packets whose length
 * field is 0, checksums that the card had not yet filled in.
 */
public final class SeenSegment {

    private static final int V4_HEADER = 20;
    private static final int V6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    private static final int TCP = 6;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;

    private static final int OPTION_END = 0;
    private static final int OPTION_NOP = 1;
    private static final int OPTION_MSS = 2;
    private static final int OPTION_WINDOW_SCALE = 3;
    private static final int OPTION_SACK = 5;
    private static final int OPTION_TIMESTAMPS = 8;
    private static final int MOST_SACK_BLOCKS = 4;

    /** The kinds of packets that are no readable TCP segment. */
    public enum Kind {
        /** A TCP segment: all fields mean something. */
        TCP,
        /** Another protocol, or no IP at all. */
        OTHER,
        /** A fragment of an IP packet whose first one was not seen before it. */
        FRAGMENT,
        /** The capture holds less than the headers. */
        CUT
    }

    long number;
    int interfaceNumber;
    long timeNs;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;
    int seq;
    int ack;
    int flags;
    int window;
    int textLength;
    int timeToLive;
    int ipIdentification;
    int mss;
    int windowScale;
    private int sackBlocks;
    private final int[] sackEdges = new int[2 * MOST_SACK_BLOCKS];
    boolean timestamps;
    int timestamp;
    int echo;
    boolean checksumKnown;
    boolean checksumGood;
    private int ipEnd;
    private final Fragments fragments = new Fragments();

    /** Makes an empty one, to be filled by {@link #read}. */
    public SeenSegment() {}

    /** Reads a captured packet. Only for {@link Kind#TCP} do the fields mean anything. */
    public Kind read(CapturedPacket packet) {
        int at = LinkLayer.ipOffset(packet);
        if (at == LinkLayer.NONE) {
            return Kind.OTHER;
        }
        number = packet.number();
        interfaceNumber = packet.interfaceNumber();
        timeNs = packet.timeNs();
        ByteBuffer b = packet.buffer();
        int end = packet.offset() + packet.length();
        int whole = packet.offset() + packet.originalLength();
        return (b.get(at) >>> 4 & 0xF) == 4 ? readV4(b, at, end, whole) : readV6(b, at, end, whole);
    }

    private Kind readV4(ByteBuffer b, int at, int end, int whole) {
        if (end - at < V4_HEADER) {
            return Kind.CUT;
        }
        int header = (b.get(at) & 0xF) * 4;
        if (header < V4_HEADER) {
            return Kind.OTHER;
        }
        if (b.get(at + 9) != TCP) {
            return Kind.OTHER;
        }
        int total = b.getShort(at + 2) & 0xFFFF;
        // Offload leaves 0 where a super-packet is longer than the field can say.
        ipEnd = total == 0 ? whole : Math.min(at + total, whole);
        timeToLive = b.get(at + 8) & 0xFF;
        ipIdentification = b.getShort(at + 4) & 0xFFFF;
        sourceHigh = 0;
        sourceLow = IpAddress.v4Low(b.getInt(at + 12));
        destinationHigh = 0;
        destinationLow = IpAddress.v4Low(b.getInt(at + 16));
        int fragment = b.getShort(at + 6);
        int offset = (fragment & 0x1FFF) * 8;
        boolean more = (fragment & 0x2000) != 0;
        return readPart(b, at + header, end, offset, more, ipIdentification);
    }

    private Kind readV6(ByteBuffer b, int at, int end, int whole) {
        if (end - at < V6_HEADER) {
            return Kind.CUT;
        }
        int payload = b.getShort(at + 4) & 0xFFFF;
        ipEnd = payload == 0 ? whole : Math.min(at + V6_HEADER + payload, whole);
        timeToLive = b.get(at + 7) & 0xFF;
        ipIdentification = -1;
        sourceHigh = b.getLong(at + 8);
        sourceLow = b.getLong(at + 16);
        destinationHigh = b.getLong(at + 24);
        destinationLow = b.getLong(at + 32);
        int next = b.get(at + 6) & 0xFF;
        int header = at + V6_HEADER;
        int offset = 0;
        boolean more = false;
        int identification = 0;
        while (next != TCP) {
            if (next != HOP_BY_HOP
                    && next != ROUTING
                    && next != DESTINATION_OPTIONS
                    && next != FRAGMENT) {
                return Kind.OTHER;
            }
            if (end - header < 8) {
                return Kind.CUT;
            }
            if (next == FRAGMENT) {
                offset = b.getShort(header + 2) & 0xFFF8;
                more = (b.getShort(header + 2) & 1) != 0;
                identification = b.getInt(header + 4);
            }
            int length = next == FRAGMENT ? 8 : 8 + 8 * (b.get(header + 1) & 0xFF);
            next = b.get(header) & 0xFF;
            header += length;
        }
        return readPart(b, header, end, offset, more, identification);
    }

    /**
     * Reads a segment, or a fragment of one: its text is as long as what the fragment has of it.
     */
    private Kind readPart(
            ByteBuffer b, int at, int end, int offset, boolean more, int identification) {
        if (offset == 0 && !more) {
            return readTcp(b, at, end);
        }
        Fragments.Key key =
                new Fragments.Key(
                        interfaceNumber,
                        sourceHigh,
                        sourceLow,
                        destinationHigh,
                        destinationLow,
                        identification);
        Kind kind;
        if (offset == 0) {
            kind = readTcp(b, at, end);
            if (kind == Kind.TCP) {
                fragments.first(key, this, ipEnd - at - textLength);
            }
        } else {
            readOptions(b, at, at);
            kind = fragments.later(key, this, offset, ipEnd - at, more) ? Kind.TCP : Kind.FRAGMENT;
        }
        // The checksum is that of the whole.
        checksumKnown = false;
        checksumGood = false;
        return kind;
    }

    private Kind readTcp(ByteBuffer b, int at, int end) {
        if (end - at < TCP_HEADER) {
            return Kind.CUT;
        }
        int header = (b.get(at + 12) >>> 4 & 0xF) * 4;
        if (header < TCP_HEADER || at + header > ipEnd) {
            return Kind.OTHER;
        }
        sourcePort = b.getShort(at) & 0xFFFF;
        destinationPort = b.getShort(at + 2) & 0xFFFF;
        seq = b.getInt(at + 4);
        ack = b.getInt(at + 8);
        flags = b.get(at + 13) & 0xFF;
        window = b.getShort(at + 14) & 0xFFFF;
        textLength = ipEnd - at - header;
        readOptions(b, at + TCP_HEADER, Math.min(at + header, end));
        checksumKnown = ipEnd <= end;
        checksumGood = checksumKnown && sum(b, at) == 0;
        return Kind.TCP;
    }

    private int sum(ByteBuffer b, int at) {
        int length = ipEnd - at;
        long pseudo =
                Checksum.pseudoHeader(
                        sourceHigh, sourceLow, destinationHigh, destinationLow, TCP, length);
        return Checksum.finish(Checksum.add(b, at, length, pseudo));
    }

    private void readOptions(ByteBuffer b, int begin, int end) {
        mss = 0;
        windowScale = -1;
        timestamps = false;
        sackBlocks = 0;
        int at = begin;
        while (at < end) {
            int kind = b.get(at) & 0xFF;
            if (kind == OPTION_END) {
                return;
            }
            if (kind == OPTION_NOP) {
                at++;
                continue;
            }
            int length = at + 1 < end ? b.get(at + 1) & 0xFF : 0;
            if (length < 2 || at + length > end) {
                return;
            }
            if (kind == OPTION_MSS && length == 4) {
                mss = b.getShort(at + 2) & 0xFFFF;
            } else if (kind == OPTION_WINDOW_SCALE && length == 3) {
                windowScale = b.get(at + 2) & 0xFF;
            } else if (kind == OPTION_SACK) {
                readSack(b, at + 2, length - 2);
            } else if (kind == OPTION_TIMESTAMPS && length == 10) {
                timestamps = true;
                timestamp = b.getInt(at + 2);
                echo = b.getInt(at + 6);
            }
            at += length;
        }
    }

    private void readSack(ByteBuffer b, int at, int length) {
        sackBlocks = Math.min(length / 8, MOST_SACK_BLOCKS);
        for (int i = 0; i < 2 * sackBlocks; i++) {
            sackEdges[i] = b.getInt(at + 4 * i);
        }
    }

    /** True when the SYN bit is set. */
    public boolean hasSyn() {
        return (flags & TcpHeader.SYN) != 0;
    }

    /** True when the FIN bit is set. */
    public boolean hasFin() {
        return (flags & TcpHeader.FIN) != 0;
    }

    /** True when the RST bit is set. */
    public boolean hasRst() {
        return (flags & TcpHeader.RST) != 0;
    }

    /** True when the ACK bit is set. */
    public boolean hasAck() {
        return (flags & TcpHeader.ACK) != 0;
    }

    /** Its place in the file; the first packet is number 1. */
    public long number() {
        return number;
    }

    /** The number of the interface that captured it, from 0. */
    public int interfaceNumber() {
        return interfaceNumber;
    }

    /** IPv4's identification, 0 to 65,535; -1 for IPv6, which has none. */
    public int ipIdentification() {
        return ipIdentification;
    }

    /** When it was captured, in nanoseconds since 1970-01-01 UTC. */
    public long timeNs() {
        return timeNs;
    }

    /** The upper half of the source address, as in {@link IpAddress}. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** The lower half of the source address. */
    public long sourceLow() {
        return sourceLow;
    }

    /** The upper half of the destination address. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** The lower half of the destination address. */
    public long destinationLow() {
        return destinationLow;
    }

    /** The source port. */
    public int sourcePort() {
        return sourcePort;
    }

    /** The destination port. */
    public int destinationPort() {
        return destinationPort;
    }

    /** The sequence number. */
    public int seq() {
        return seq;
    }

    /** The acknowledgment number; means nothing without {@link #hasAck()}. */
    public int ack() {
        return ack;
    }

    /** The flags as they stand in the header's fourteenth octet. */
    public int flags() {
        return flags;
    }

    /** The window field, not scaled. */
    public int window() {
        return window;
    }

    /** Octets of text on the wire; the capture may hold fewer. */
    public int textLength() {
        return textLength;
    }

    /** Octets that it takes of the sequence space: text, SYN and FIN. */
    public int length() {
        return textLength + (hasSyn() ? 1 : 0) + (hasFin() ? 1 : 0);
    }

    /** False when the whole segment was captured and its checksum is wrong. */
    public boolean isDamaged() {
        return checksumKnown && !checksumGood;
    }

    /** Time to live, or IPv6's hop limit. */
    public int timeToLive() {
        return timeToLive;
    }

    /** The maximum segment size option, or 0. */
    public int mss() {
        return mss;
    }

    /** How many SACK blocks there are (RFC 2018), 0 to 4. */
    public int sackBlocks() {
        return sackBlocks;
    }

    /** The first octet of a SACK block. */
    public int sackLeft(int block) {
        return sackEdges[2 * block];
    }

    /** The first octet behind a SACK block. */
    public int sackRight(int block) {
        return sackEdges[2 * block + 1];
    }

    /** The window scale option, or -1. */
    public int windowScale() {
        return windowScale;
    }
}
