package io.finwait.raw;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Loses the first ACK that acknowledges the FIN of each peer, on whichever of several queues;
 * connections are told apart by the peer's port. For IPv4 without offload.
 */
final class LostLastAcks {

    private static final int IP_HEADER = 20;
    private static final int FLAGS = IP_HEADER + 13;
    private static final int FIN = 1;
    private static final int ACK = 0x10;

    private final Set<Integer> closing = ConcurrentHashMap.newKeySet();
    private final Set<Integer> lost = ConcurrentHashMap.newKeySet();

    /** Of how many connections an ACK was lost. */
    int count() {
        return lost.size();
    }

    Transport on(Transport queue) {
        return new Losing(queue);
    }

    private static int port(ByteBuffer b, int at) {
        return b.getShort(at) & 0xFFFF;
    }

    private final class Losing extends ForwardingTransport {

        Losing(Transport below) {
            super(below);
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            int before = into.size();
            int count = super.receive(into, nowNs);
            for (int i = before; i < into.size(); i++) {
                Packet packet = into.get(i);
                ByteBuffer b = packet.buffer();
                int at = packet.offset();
                boolean v4 = b.get(at) == 0x45 && packet.length() >= 2 * IP_HEADER;
                if (v4 && (b.get(at + FLAGS) & FIN) != 0) {
                    closing.add(port(b, at + IP_HEADER));
                }
            }
            return count;
        }

        @Override
        public void commit(Packet packet, long nowNs) {
            ByteBuffer b = packet.buffer();
            int at = packet.offset();
            int port = port(b, at + IP_HEADER + 2);
            if (b.get(at + FLAGS) == ACK && closing.contains(port) && lost.add(port)) {
                abandon(packet);
            } else {
                super.commit(packet, nowNs);
            }
        }
    }
}
