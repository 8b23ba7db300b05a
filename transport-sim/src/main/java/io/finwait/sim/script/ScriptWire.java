package io.finwait.sim.script;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;

/** Writes IP packets between the two addresses of a script. */
final class ScriptWire {

    private static final int TIME_TO_LIVE = 255;

    private final IpAddress local;
    private final IpAddress remote;

    ScriptWire(IpAddress local, IpAddress remote) {
        this.local = local;
        this.remote = remote;
    }

    IpAddress local() {
        return local;
    }

    IpAddress remote() {
        return remote;
    }

    boolean isV4() {
        return local.isV4();
    }

    int ipHeaderLength() {
        return isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
    }

    /**
     * A packet to the socket under test; the payload is written behind the header by the caller.
     */
    ByteBuffer packet(int protocol, int payloadLength, IpInfo info) {
        ByteBuffer b = ByteBuffer.allocate(ipHeaderLength() + payloadLength);
        header(b, 0, protocol, payloadLength, info, true);
        return b;
    }

    /** Writes an IP header; {@code inward}: to the socket under test. */
    void header(ByteBuffer b, int at, int protocol, int payload, IpInfo info, boolean inward) {
        IpAddress from = inward ? remote : local;
        IpAddress to = inward ? local : remote;
        int tos = Math.max(info.typeOfService(), 0) | ecn(info.ecn());
        int ttl = info.timeToLive() < 0 ? TIME_TO_LIVE : info.timeToLive();
        if (isV4()) {
            int total = Ipv4.HEADER_LENGTH + payload;
            Ipv4.write(b, at, total, tos, 0, ttl, protocol, (int) from.low(), (int) to.low());
        } else {
            int label = Math.max(info.flowLabel(), 0);
            Ipv6.write(
                    b,
                    at,
                    payload,
                    tos,
                    label,
                    ttl,
                    protocol,
                    from.high(),
                    from.low(),
                    to.high(),
                    to.low());
        }
    }

    /** The two bits of RFC 3168 §5. */
    static int ecn(String word) {
        return switch (word) {
            case "ect1" -> 1;
            case "ect0" -> 2;
            case "ce" -> 3;
            default -> 0;
        };
    }

    /** Completes the checksum of a segment to the socket under test. */
    void checksumTcp(ByteBuffer b, int at, int length) {
        TcpHeader.checksum(b, at, 0);
        TcpHeader.checksum(b, at, checksum(b, at, length, Protocol.TCP));
    }

    /** The checksum over a pseudo header and {@code length} octets. */
    int checksum(ByteBuffer b, int at, int length, int protocol) {
        long pseudo =
                Checksum.pseudoHeader(
                        remote.high(), remote.low(), local.high(), local.low(), protocol, length);
        return Checksum.finish(Checksum.add(b, at, length, pseudo));
    }
}
