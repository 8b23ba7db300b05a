package io.finwait.nio.gateway;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;

import java.nio.ByteBuffer;

/** Sends a packet that is larger than the MTU in parts (RFC 791 §3.2, RFC 8200 §4.5). */
final class FragmentSender {

    private static final int FRAGMENT_HEADER = 44;
    private static final int FRAGMENT_HEADER_LENGTH = 8;
    private static final int MORE_OF_V4 = 0x2000;
    private static final int HOPS = 64;

    private final Transport transport;
    private int identification;

    FragmentSender(Transport transport) {
        this.transport = transport;
    }

    /**
     * Sends a packet in parts.
     *
     * @param whole the packet, its header first, which has no options and no extensions
     * @return false when there was no room for all of them; the receiver can't use the others
     */
    boolean send(ByteBuffer whole, long nowNs) {
        boolean v6 = (whole.get(0) & 0xF0) == 0x60;
        int header = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        int own = v6 ? header + FRAGMENT_HEADER_LENGTH : header;
        // All parts but the last are multiples of eight octets.
        int room = (transport.capabilities().mtu() - own) & ~7;
        identification++;
        for (int from = header; from < whole.limit(); from += room) {
            int octets = Math.min(room, whole.limit() - from);
            Packet packet = transport.claim(own + octets);
            if (packet == null) {
                return false;
            }
            boolean more = from + octets < whole.limit();
            ByteBuffer b = packet.buffer();
            int at = packet.offset();
            b.put(at, whole, 0, header);
            b.put(at + own, whole, from, octets);
            if (v6) {
                part6(b, at, whole, octets, from - header, more);
            } else {
                part4(b, at, octets, from - header, more);
            }
            transport.commit(packet, nowNs);
        }
        return true;
    }

    private void part4(ByteBuffer b, int at, int octets, int offset, boolean more) {
        Ipv4.totalLength(b, at, Ipv4.HEADER_LENGTH + octets);
        b.putShort(at + 4, (short) identification);
        b.putShort(at + 6, (short) ((more ? MORE_OF_V4 : 0) | (offset >> 3)));
        Ipv4.writeChecksum(b, at);
    }

    private void part6(
            ByteBuffer b, int at, ByteBuffer whole, int octets, int offset, boolean more) {
        Ipv6.write(
                b,
                at,
                FRAGMENT_HEADER_LENGTH + octets,
                0,
                0,
                HOPS,
                FRAGMENT_HEADER,
                Ipv6.sourceHigh(whole, 0),
                Ipv6.sourceLow(whole, 0),
                Ipv6.destinationHigh(whole, 0),
                Ipv6.destinationLow(whole, 0));
        int extension = at + Ipv6.HEADER_LENGTH;
        b.put(extension, (byte) Ipv6.nextHeader(whole, 0));
        b.put(extension + 1, (byte) 0);
        b.putShort(extension + 2, (short) (offset | (more ? 1 : 0)));
        b.putInt(extension + 4, identification);
    }
}
