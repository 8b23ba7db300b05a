package io.finwait.icmp;

import io.finwait.wire.Checksum;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/**
 * An ICMP error about a TCP segment (RFC 792, RFC 4443), with the quoted addresses, ports and
 * sequence number of the segment. Reused from message to message. TCP must check whether it has
 * sent that segment and whether it is outstanding (RFC 5927 §4.1).
 */
public final class IcmpError extends FourTuple {

    /** The kinds of errors, by the classes of RFC 9293 §3.9.2.2. */
    public enum Kind {
        /** Not an error about a TCP segment, or not well-formed. */
        NONE,
        /** A message without effect: source quench (RFC 6633), redirects and the like. */
        IGNORED,
        /** Net or host unreachable, time exceeded, parameter problem: the condition may pass. */
        SOFT,
        /** Protocol or port unreachable: nobody at the peer's address listens. */
        HARD,
        /** The packet was too big for a link (RFC 1191, RFC 8201): see {@link #mtu()}. */
        TOO_BIG
    }

    private static final int HEADER_LENGTH = 8;
    private static final int QUOTED_TCP = 8;

    /**
     * Used when a router reports no MTU: the packet size that every host must accept (RFC 1191 §5).
     */
    private static final int UNTOLD_MTU = 576;

    private Kind kind = Kind.NONE;
    private String message = "";
    private int mtu;
    private int sequence;
    private int packetLength;

    /**
     * Reads the ICMP message in a packet.
     *
     * @return its kind; on {@link Kind#NONE} the other fields mean nothing
     */
    public Kind parse(IpView ip) {
        boolean v6 = ip.version() == 6;
        int at = ip.payloadOffset();
        int length = ip.payloadLength();
        kind = Kind.NONE;
        if (ip.protocol() != (v6 ? Protocol.ICMPV6 : Protocol.ICMP) || length < HEADER_LENGTH) {
            return kind;
        }
        ByteBuffer b = ip.buffer();
        long pseudo = v6 ? ip.pseudoHeaderSum() : 0;
        if (Checksum.finish(Checksum.add(b, at, length, pseudo)) != 0) {
            return kind;
        }
        boolean quotes =
                v6
                        ? quotesV6(b, at + HEADER_LENGTH, length - HEADER_LENGTH)
                        : quotesV4(b, at + HEADER_LENGTH, length - HEADER_LENGTH);
        if (quotes) {
            int type = b.get(at) & 0xFF;
            int code = b.get(at + 1) & 0xFF;
            kind = v6 ? kindV6(b, at, type, code) : kindV4(b, at, type, code);
        }
        return kind;
    }

    private Kind kindV4(ByteBuffer b, int at, int type, int code) {
        return switch (type) {
            case 3 ->
                    switch (code) {
                        case 2 -> is(Kind.HARD, "Protocol not available");
                        case 3 -> is(Kind.HARD, "Connection refused");
                        case 4 -> tooBig(b.getShort(at + 6) & 0xFFFF);
                        case 0, 6, 9, 11 -> is(Kind.SOFT, "Network is unreachable");
                        default -> is(Kind.SOFT, "No route to host");
                    };
            case 11 -> is(Kind.SOFT, "Time exceeded on the way");
            case 12 -> is(Kind.SOFT, "Protocol error");
            default -> is(Kind.IGNORED, "");
        };
    }

    private Kind kindV6(ByteBuffer b, int at, int type, int code) {
        return switch (type) {
            case 1 ->
                    switch (code) {
                        case 4 -> is(Kind.HARD, "Connection refused");
                        case 0 -> is(Kind.SOFT, "Network is unreachable");
                        default -> is(Kind.SOFT, "No route to host");
                    };
            case 2 -> tooBig(b.getInt(at + 4) & Integer.MAX_VALUE);
            case 3 -> is(Kind.SOFT, "Time exceeded on the way");
            case 4 ->
                    code == 1
                            ? is(Kind.HARD, "Protocol not available")
                            : is(Kind.SOFT, "Protocol error");
            default -> is(Kind.IGNORED, "");
        };
    }

    private Kind is(Kind what, String inWords) {
        message = inWords;
        return what;
    }

    private Kind tooBig(int told) {
        mtu = told == 0 ? UNTOLD_MTU : told;
        return is(Kind.TOO_BIG, "Message too long");
    }

    /**
     * Reads the quoted header of our packet. Routers may have changed it, so its checksum is not
     * verified.
     */
    private boolean quotesV4(ByteBuffer b, int at, int length) {
        if (length < Ipv4.HEADER_LENGTH || (b.get(at) & 0xF0) != 0x40) {
            return false;
        }
        int header = Ipv4.headerLength(b, at);
        if (header < Ipv4.HEADER_LENGTH
                || length < header + QUOTED_TCP
                || Ipv4.isFragment(b, at)
                || Ipv4.protocol(b, at) != Protocol.TCP) {
            return false;
        }
        localHigh = 0;
        localLow = IpAddress.v4Low(Ipv4.source(b, at));
        remoteHigh = 0;
        remoteLow = IpAddress.v4Low(Ipv4.destination(b, at));
        packetLength = Ipv4.totalLength(b, at);
        quotedTcp(b, at + header);
        return true;
    }

    private boolean quotesV6(ByteBuffer b, int at, int length) {
        if (length < Ipv6.HEADER_LENGTH + QUOTED_TCP
                || (b.get(at) & 0xF0) != 0x60
                || Ipv6.nextHeader(b, at) != Protocol.TCP) {
            return false;
        }
        localHigh = Ipv6.sourceHigh(b, at);
        localLow = Ipv6.sourceLow(b, at);
        remoteHigh = Ipv6.destinationHigh(b, at);
        remoteLow = Ipv6.destinationLow(b, at);
        packetLength = Ipv6.HEADER_LENGTH + Ipv6.payloadLength(b, at);
        quotedTcp(b, at + Ipv6.HEADER_LENGTH);
        return true;
    }

    private void quotedTcp(ByteBuffer b, int at) {
        localPort = b.getShort(at) & 0xFFFF;
        remotePort = b.getShort(at + 2) & 0xFFFF;
        sequence = b.getInt(at + 4);
    }

    /** The usual text for the error, such as "No route to host". */
    public String message() {
        return message;
    }

    /** The MTU that a {@link Kind#TOO_BIG} error reports, in octets; it is not verified. */
    public int mtu() {
        return mtu;
    }

    /** The length of the quoted packet by its header, in octets; it is not verified. */
    public int packetLength() {
        return packetLength;
    }

    /** The quoted sequence number. */
    public int sequence() {
        return sequence;
    }
}
