package io.finwait.raw;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/** Packets for tests: made, sent, received, copied. */
final class Wire {

    private static final int SOURCE = 0x0A090002;
    private static final int DESTINATION = 0x0A090001;

    /** Nothing of what tests do may take longer; only a failing test ever waits for it. */
    static final long LONG_NS = 10_000_000_000L;

    private Wire() {}

    /**
     * An IPv4 packet of UDP without a good UDP header, of this many octets, that holds a pattern.
     */
    static byte[] packet(int octets, int seed) {
        ByteBuffer packet = ByteBuffer.allocate(octets);
        for (int i = Ipv4.HEADER_LENGTH; i < octets; i++) {
            packet.put(i, (byte) (seed * 31 + i));
        }
        Ipv4.write(packet, 0, octets, 0, seed, 64, Protocol.UDP, SOURCE, DESTINATION);
        return packet.array();
    }

    /** Sends octets as one packet; false when the transport has no room. */
    static boolean send(Transport transport, byte[] octets) {
        Packet packet = transport.claim(octets.length);
        if (packet == null) {
            return false;
        }
        packet.buffer().put(packet.offset(), octets);
        transport.commit(packet, 0);
        return true;
    }

    /** The octets of a received packet. */
    static byte[] octets(Packet packet) {
        byte[] octets = new byte[packet.length()];
        packet.buffer().get(packet.offset(), octets);
        return octets;
    }

    /** Waits for a packet, whatever it is. */
    static byte[] next(Transport transport) {
        PacketBatch batch = new PacketBatch(1);
        receive(transport, batch);
        return octets(batch.get(0));
    }

    /** Receives at least one packet, or fails. */
    static void receive(Transport transport, PacketBatch batch) {
        if (!receive(transport, batch, LONG_NS)) {
            throw new AssertionError("nothing was received");
        }
    }

    /** Receives at least one packet; false when none has come within this time. */
    static boolean receive(Transport transport, PacketBatch batch, long patienceNs) {
        long start = System.nanoTime();
        while (transport.receive(batch, 0) == 0) {
            long left = start + patienceNs - System.nanoTime();
            if (left < 0) {
                return false;
            }
            transport.await(left);
        }
        return true;
    }
}
