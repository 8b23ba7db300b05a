package io.finwait.sim.net;

import io.finwait.sim.PassingPacket;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Segment;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a NAT or firewall remembers of connections: when something passed last. */
final class NatTable {

    /** Both directions of a connection, the lower address first. */
    private record Flow(IpAddress a, int portOfA, IpAddress b, int portOfB) {

        static Flow of(Segment s) {
            IpAddress from = new IpAddress(s.sourceHigh(), s.sourceLow());
            IpAddress to = new IpAddress(s.destinationHigh(), s.destinationLow());
            return from.compareTo(to) < 0
                    ? new Flow(from, s.sourcePort(), to, s.destinationPort())
                    : new Flow(to, s.destinationPort(), from, s.sourcePort());
        }
    }

    private final List<String> hosts;
    private final long idleNs;
    private final Map<Flow, Long> lastNs = new HashMap<>();

    NatTable(List<String> hosts, long idleNs) {
        this.hosts = hosts;
        this.idleNs = idleNs;
    }

    /** Tells whether a packet is of a connection that has been forgotten. */
    boolean matches(PassingPacket packet) {
        if (!packet.hasSegment()
                || !hosts.contains(packet.packet().from())
                || !hosts.contains(packet.packet().to())) {
            return false;
        }
        Flow flow = Flow.of(packet.segment());
        long now = packet.nowNs();
        boolean begins = packet.segment().hasSyn() && !packet.segment().hasAck();
        // A connection older than the table may pass and is known from then on.
        Long last = lastNs.get(flow);
        if (begins || last == null || now - last < idleNs) {
            lastNs.put(flow, now);
            return false;
        }
        return true;
    }
}
