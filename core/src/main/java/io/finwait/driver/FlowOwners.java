package io.finwait.driver;

import io.finwait.icmp.IcmpError;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.tcp.FlowShare;
import io.finwait.wire.IpView;
import io.finwait.wire.Protocol;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;

/**
 * Whose a received packet or frame is. A TCP segment is the owner's of its connection, an ICMP
 * error that of the connection which it quotes. What tells of neighbours, answers of ARP and of
 * neighbour discovery, is for everybody, because each one has asked. Everything else, such as
 * pings and questions, goes to the first, so that it is answered once. Nothing is trusted here:
 * who gets a packet checks it again.
 */
final class FlowOwners {

    /** Everybody gets it. */
    static final int ALL = -1;

    private static final int ETHERNET_HEADER = 14;
    private static final int VLAN_TAG = 4;
    private static final int VLAN = 0x8100;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int ARP = 0x0806;
    private static final int ARP_OPERATION = 6;
    private static final int ARP_REPLY = 2;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int PORTS = 4;

    private final FlowShare share;
    private final boolean frames;
    private final IpView ip = new IpView();
    private final IcmpError icmp = new IcmpError();

    FlowOwners(FlowShare share, Medium medium) {
        this.share = share;
        frames = medium == Medium.ETHERNET;
    }

    int ownerOf(Packet packet) {
        ByteBuffer b = packet.buffer();
        return frames
                ? ownerOfFrame(b, packet.offset(), packet.length())
                : ownerOfPacket(b, packet.offset(), packet.length());
    }

    private int ownerOfFrame(ByteBuffer b, int at, int length) {
        if (length < ETHERNET_HEADER + VLAN_TAG) {
            return 0;
        }
        int header = ETHERNET_HEADER;
        int type = b.getShort(at + header - 2) & 0xFFFF;
        if (type == VLAN) {
            header += VLAN_TAG;
            type = b.getShort(at + header - 2) & 0xFFFF;
        }
        if (type == ARP) {
            int operation = header + ARP_OPERATION;
            boolean reply = length >= operation + 2 && b.getShort(at + operation) == ARP_REPLY;
            return reply ? ALL : 0;
        }
        return type == IPV4 || type == IPV6 ? ownerOfPacket(b, at + header, length - header) : 0;
    }

    private int ownerOfPacket(ByteBuffer b, int at, int length) {
        if (ip.parse(b, at, length) != Verdict.OK) {
            return 0;
        }
        int payload = ip.payloadOffset();
        if (ip.protocol() == Protocol.TCP) {
            if (ip.payloadLength() < PORTS) {
                return 0;
            }
            int remotePort = b.getShort(payload) & 0xFFFF;
            int localPort = b.getShort(payload + 2) & 0xFFFF;
            return share.ownerOf(localPort, ip.sourceHigh(), ip.sourceLow(), remotePort);
        }
        boolean v6 = ip.protocol() == Protocol.ICMPV6;
        if (frames && v6 && ip.payloadLength() > 0) {
            if ((b.get(payload) & 0xFF) == NEIGHBOUR_ADVERTISEMENT) {
                return ALL;
            }
        }
        if (icmp.parse(ip) == IcmpError.Kind.NONE) {
            return 0;
        }
        return share.ownerOf(icmp.localPort, icmp.remoteHigh, icmp.remoteLow, icmp.remotePort);
    }
}
