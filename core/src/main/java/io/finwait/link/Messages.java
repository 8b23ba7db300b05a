package io.finwait.link;

import io.finwait.link.EthernetCounters.Counter;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv6;

/**
 * Sends what hosts of a link say about their addresses: ARP for IPv4, neighbour discovery for IPv6.
 * Each method answers false when there was no room, so that it may be tried again.
 */
final class Messages {

    private final Transport below;
    private final FrameHeader header;
    private final EthernetCounters counters;

    Messages(Transport below, FrameHeader header, EthernetCounters counters) {
        this.below = below;
        this.header = header;
        this.counters = counters;
    }

    /**
     * Asks who has an address.
     *
     * @param to the neighbour's Ethernet address, where only that one is asked; 0: all are
     * @param fromHigh the address in whose name we ask; of a probe, nobody's: 0
     */
    boolean ask(long high, long low, long to, long fromHigh, long fromLow, long nowNs) {
        boolean sent;
        if (IpAddress.isV4(high, low)) {
            long all = to == 0 ? MacAddress.BROADCAST : to;
            sent = arp(all, Arp.REQUEST, (int) fromLow, to, (int) low, nowNs);
        } else {
            long groupLow = Discovery.groupLow(low);
            boolean nobody = fromHigh == 0 && fromLow == 0;
            sent =
                    discovery(
                            to == 0 ? Discovery.groupMac(groupLow) : to,
                            Discovery.SOLICITATION,
                            0,
                            high,
                            low,
                            nobody ? 0 : Discovery.SOURCE_OPTION,
                            fromHigh,
                            fromLow,
                            to == 0 ? Discovery.ALL_NODES_HIGH : high,
                            to == 0 ? groupLow : low,
                            nowNs);
        }
        if (sent) {
            counters.add(Counter.QUESTIONS);
        }
        return sent;
    }

    /** Tells everybody that an address is ours (RFC 5227 §2.3, RFC 4861 §7.2.6). */
    boolean announce(long high, long low, long nowNs) {
        if (IpAddress.isV4(high, low)) {
            return arp(MacAddress.BROADCAST, Arp.REQUEST, (int) low, 0, (int) low, nowNs);
        }
        return advertise(
                Discovery.groupMac(Discovery.ALL_NODES_LOW),
                Discovery.FLAG_OVERRIDE,
                high,
                low,
                Discovery.ALL_NODES_HIGH,
                Discovery.ALL_NODES_LOW,
                nowNs);
    }

    /** Answers an ARP request (RFC 826). */
    boolean answer(Arp request, long nowNs) {
        long to = request.senderMac();
        return arp(
                to,
                Arp.REPLY,
                /* senderIp= */ request.targetIp(),
                to,
                /* targetIp= */ request.senderIp(),
                nowNs);
    }

    /**
     * Answers a neighbour solicitation; one that comes from nobody, to all (RFC 4861 §7.2.4).
     *
     * @param from the Ethernet address that it came from
     */
    boolean answer(Discovery asked, long from, long nowNs) {
        long high = asked.targetHigh();
        long low = asked.targetLow();
        if (asked.isFromNobody()) {
            return announce(high, low, nowNs);
        }
        return advertise(
                asked.mac() == 0 ? from : asked.mac(),
                Discovery.FLAG_SOLICITED | Discovery.FLAG_OVERRIDE,
                high,
                low,
                asked.sourceHigh(),
                asked.sourceLow(),
                nowNs);
    }

    private boolean advertise(
            long to, int flags, long high, long low, long toHigh, long toLow, long nowNs) {
        return discovery(
                to,
                Discovery.ADVERTISEMENT,
                flags,
                high,
                low,
                Discovery.TARGET_OPTION,
                high,
                low,
                toHigh,
                toLow,
                nowNs);
    }

    private boolean arp(
            long to, int operation, int senderIp, long targetMac, int targetIp, long nowNs) {
        Packet frame = below.claim(header.length() + Arp.LENGTH);
        if (frame == null) {
            return false;
        }
        int at = frame.offset();
        header.write(frame.buffer(), at, to, FrameHeader.ARP);
        Arp.write(
                frame.buffer(),
                at + header.length(),
                operation,
                header.mac(),
                senderIp,
                targetMac,
                targetIp);
        below.commit(frame, nowNs);
        return true;
    }

    private boolean discovery(
            long to,
            int type,
            int flags,
            long targetHigh,
            long targetLow,
            int option,
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            long nowNs) {
        int octets = Ipv6.HEADER_LENGTH + (option == 0 ? Discovery.BARE : Discovery.LENGTH);
        Packet frame = below.claim(header.length() + octets);
        if (frame == null) {
            return false;
        }
        int at = frame.offset();
        header.write(frame.buffer(), at, to, FrameHeader.IPV6);
        Discovery.write(
                frame.buffer(),
                at + header.length(),
                type,
                flags,
                targetHigh,
                targetLow,
                option,
                header.mac(),
                fromHigh,
                fromLow,
                toHigh,
                toLow);
        below.commit(frame, nowNs);
        return true;
    }
}
