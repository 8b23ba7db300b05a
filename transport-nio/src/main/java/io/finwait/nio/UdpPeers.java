package io.finwait.nio;

import io.finwait.spi.Packet;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Maps the inner addresses of a datagram link without a fixed peer to outer addresses: for each
 * inner source address it keeps the outer address of the last datagram, so that there may be many
 * peers, and peers may move.
 *
 * <p>Nothing proves who sent a datagram: whoever reaches the port can claim any inner address.
 */
final class UdpPeers {

    /** How many peers are remembered; the one that was silent longest is forgotten first. */
    static final int MOST = 4096;

    private final Map<IpAddress, SocketAddress> byInner =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<IpAddress, SocketAddress> eldest) {
                    return size() > MOST;
                }
            };
    private final boolean onlyFirst;
    private SocketAddress last;
    private long lastHigh;
    private long lastLow;

    /**
     * Knows nobody yet.
     *
     * @param onlyFirst true: whoever is heard first is the only peer, for every inner address
     */
    UdpPeers(boolean onlyFirst) {
        this.onlyFirst = onlyFirst;
    }

    /**
     * Notes the sender of a datagram.
     *
     * @param from the sender's outer address
     * @param b the datagram from index 0
     * @param length its octets
     * @return false for a stranger, or for what can't be a packet: it is to be dropped
     */
    boolean heard(SocketAddress from, ByteBuffer b, int length) {
        if (onlyFirst && last != null) {
            return from.equals(last);
        }
        if (!isPacket(b, 0, length)) {
            return false;
        }
        if (onlyFirst) {
            last = from;
            return true;
        }
        boolean v4 = isV4(b, 0);
        long high = v4 ? 0 : Ipv6.sourceHigh(b, 0);
        long low = v4 ? IpAddress.v4Low(Ipv4.source(b, 0)) : Ipv6.sourceLow(b, 0);
        if (!from.equals(last) || high != lastHigh || low != lastLow) {
            byInner.put(new IpAddress(high, low), from);
            last = from;
            lastHigh = high;
            lastLow = low;
        }
        return true;
    }

    /**
     * Where a packet goes by its inner destination address, or null when that was never heard of.
     */
    SocketAddress of(Packet packet) {
        if (onlyFirst) {
            return last;
        }
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        if (!isPacket(b, at, packet.length())) {
            return null;
        }
        boolean v4 = isV4(b, at);
        long high = v4 ? 0 : Ipv6.destinationHigh(b, at);
        long low = v4 ? IpAddress.v4Low(Ipv4.destination(b, at)) : Ipv6.destinationLow(b, at);
        if (last != null && high == lastHigh && low == lastLow) {
            return last;
        }
        return byInner.get(new IpAddress(high, low));
    }

    /** True when the octets can hold an IP header, so that there is an address to be read. */
    private static boolean isPacket(ByteBuffer b, int at, int length) {
        if (length < Ipv4.HEADER_LENGTH) {
            return false;
        }
        return switch (b.get(at) >>> 4 & 0xF) {
            case 4 -> true;
            case 6 -> length >= Ipv6.HEADER_LENGTH;
            default -> false;
        };
    }

    private static boolean isV4(ByteBuffer b, int at) {
        return (b.get(at) >>> 4 & 0xF) == 4;
    }
}
