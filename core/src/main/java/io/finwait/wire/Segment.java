package io.finwait.wire;

import java.nio.ByteBuffer;

/**
 * One TCP segment, read in place; reused from segment to segment. {@code SEG.SEQ}, {@code SEG.ACK},
 * {@code SEG.LEN} and {@code SEG.WND} are RFC 9293's (§3.3.1).
 */
public final class Segment {

    private final TcpOptions options = new TcpOptions();
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int sourcePort;
    private int destinationPort;
    private int seq;
    private int ack;
    private int flags;
    private int window;
    private int urgentPointer;
    private int textOffset;
    private int textLength;
    private boolean marked;

    /**
     * Reads the TCP segment that a packet carries. On anything but {@link Verdict#OK} the fields
     * mean nothing. Malformed options are skipped (RFC 9293 MUST-7), they do not spoil the segment.
     *
     * @param checksumIsGood true when the carrier has verified the checksum
     */
    public Verdict parse(IpView ip, boolean checksumIsGood) {
        if (ip.protocol() != Protocol.TCP) {
            return Verdict.OTHER_PROTOCOL;
        }
        int at = ip.payloadOffset();
        int length = ip.payloadLength();
        if (length < TcpHeader.LENGTH) {
            return Verdict.TRUNCATED;
        }
        ByteBuffer b = ip.buffer();
        // The fixed header in few reads, since every read of a buffer checks its bounds.
        long first = b.getLong(at);
        long second = b.getLong(at + 8);
        int header = (int) (second >>> 26) & 0x3C;
        if (header < TcpHeader.LENGTH || header > length) {
            return Verdict.BAD_HEADER_LENGTH;
        }
        if (!checksumIsGood
                && Checksum.finish(Checksum.add(b, at, length, ip.pseudoHeaderSum())) != 0) {
            return Verdict.BAD_CHECKSUM;
        }
        buffer = b;
        sourceHigh = ip.sourceHigh();
        sourceLow = ip.sourceLow();
        destinationHigh = ip.destinationHigh();
        destinationLow = ip.destinationLow();
        sourcePort = (int) (first >>> 48);
        destinationPort = (int) (first >>> 32) & 0xFFFF;
        if (sourcePort == 0 || destinationPort == 0) {
            return Verdict.BAD_PORT;
        }
        seq = (int) first;
        ack = (int) (second >>> 32);
        flags = (int) (second >>> 16) & 0xFF;
        window = (int) second & 0xFFFF;
        urgentPointer = TcpHeader.urgentPointer(b, at);
        textOffset = at + header;
        textLength = length - header;
        marked = (ip.typeOfService() & EcnBits.MASK) == EcnBits.CONGESTION_EXPERIENCED;
        options.parse(b, at + TcpHeader.LENGTH, header - TcpHeader.LENGTH);
        return Verdict.OK;
    }

    /** The buffer that holds the text. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** First long of the source address. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** Second long of the source address. */
    public long sourceLow() {
        return sourceLow;
    }

    /** First long of the destination address. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** Second long of the destination address. */
    public long destinationLow() {
        return destinationLow;
    }

    /** Source port, 1 to 65,535. */
    public int sourcePort() {
        return sourcePort;
    }

    /** Destination port, 1 to 65,535. */
    public int destinationPort() {
        return destinationPort;
    }

    /** SEG.SEQ: the number of the first octet, or of the SYN. */
    public int seq() {
        return seq;
    }

    /** SEG.ACK; means nothing without {@link #hasAck()}. */
    public int ack() {
        return ack;
    }

    /** SEG.LEN: octets of text, SYN and FIN counted. */
    public int length() {
        return textLength + ((flags & TcpHeader.SYN) >>> 1) + (flags & TcpHeader.FIN);
    }

    /** The number behind the last one that the segment takes: SEG.SEQ + SEG.LEN. */
    public int end() {
        return seq + length();
    }

    /** SEG.WND as it stands in the header, unscaled. */
    public int window() {
        return window;
    }

    /** The urgent pointer; means nothing without {@link #hasUrg()}. */
    public int urgentPointer() {
        return urgentPointer;
    }

    /** The eight control bits. */
    public int flags() {
        return flags;
    }

    /** True when FIN is set. */
    public boolean hasFin() {
        return (flags & TcpHeader.FIN) != 0;
    }

    /** True when SYN is set. */
    public boolean hasSyn() {
        return (flags & TcpHeader.SYN) != 0;
    }

    /** True when RST is set. */
    public boolean hasRst() {
        return (flags & TcpHeader.RST) != 0;
    }

    /** True when PSH is set. */
    public boolean hasPsh() {
        return (flags & TcpHeader.PSH) != 0;
    }

    /** True when ACK is set. */
    public boolean hasAck() {
        return (flags & TcpHeader.ACK) != 0;
    }

    /** True when URG is set. */
    public boolean hasUrg() {
        return (flags & TcpHeader.URG) != 0;
    }

    /** True when ECE is set. */
    public boolean hasEce() {
        return (flags & TcpHeader.ECE) != 0;
    }

    /** True when CWR is set. */
    public boolean hasCwr() {
        return (flags & TcpHeader.CWR) != 0;
    }

    /**
     * True for a SYN that asks for ECN: an "ECN-setup SYN packet" of RFC 3168 §6.1.1, or one that
     * asks for accurate ECN and takes the plain one too (RFC 9768 §3.1.1).
     */
    public boolean asksForEcn() {
        int asks = TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR;
        return (flags & (asks | TcpHeader.ACK)) == asks;
    }

    /** True for a SYN,ACK that agrees to ECN: an "ECN-setup SYN-ACK packet" of RFC 3168 §6.1.1. */
    public boolean agreesToEcn() {
        int agrees = TcpHeader.SYN | TcpHeader.ACK | TcpHeader.ECE;
        return (flags & (agrees | TcpHeader.CWR)) == agrees;
    }

    /** True when a router has marked its packet with "congestion experienced" (RFC 3168 §5). */
    public boolean isMarked() {
        return marked;
    }

    /** Index of the first octet of text in {@link #buffer()}. */
    public int textOffset() {
        return textOffset;
    }

    /** Octets of text, without SYN and FIN. */
    public int textLength() {
        return textLength;
    }

    /** The options of the segment. */
    public TcpOptions options() {
        return options;
    }

    /**
     * A line as tcpdump writes it, for logs and failures: {@code F. 101:101(0) ack 7 win 65535}.
     */
    @Override
    public String toString() {
        return describe(flags, seq, textLength, ack, window);
    }

    /** A line in the notation of packetdrill: flags, numbers as unsigned, window. */
    public static String describe(int flags, int seq, int textLength, int ack, int window) {
        StringBuilder text = new StringBuilder(48);
        appendFlags(text, flags);
        long first = seq & 0xFFFF_FFFFL;
        text.append(' ').append(first).append(':').append((first + textLength) & 0xFFFF_FFFFL);
        text.append('(').append(textLength).append(')');
        if ((flags & TcpHeader.ACK) != 0) {
            text.append(" ack ").append(ack & 0xFFFF_FFFFL);
        }
        return text.append(" win ").append(window).toString();
    }

    /** Appends the control bits in packetdrill's letters: S F R P U E W, and a dot for ACK. */
    public static void appendFlags(StringBuilder text, int flags) {
        int before = text.length();
        char[] letters = {'F', 'S', 'R', 'P', '.', 'U', 'E', 'W'};
        int[] order = {1, 0, 2, 3, 5, 6, 7, 4};
        for (int bit : order) {
            if ((flags & 1 << bit) != 0) {
                text.append(letters[bit]);
            }
        }
        if (text.length() == before) {
            text.append('-');
        }
    }
}
