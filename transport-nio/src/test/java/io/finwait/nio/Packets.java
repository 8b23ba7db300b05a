package io.finwait.nio;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Small packets, and their way through a transport. */
final class Packets {

    private static final int EXPERIMENTAL = 253;

    private Packets() {}

    /** An IPv6 packet without anything in it. */
    static byte[] packetV6(String from, String to) {
        byte[] octets = new byte[Ipv6.HEADER_LENGTH];
        IpAddress source = IpAddress.parse(from);
        IpAddress destination = IpAddress.parse(to);
        Ipv6.write(
                ByteBuffer.wrap(octets),
                0,
                0,
                0,
                0,
                64,
                EXPERIMENTAL,
                /* sourceHigh= */ source.high(),
                /* sourceLow= */ source.low(),
                /* destinationHigh= */ destination.high(),
                /* destinationLow= */ destination.low());
        return octets;
    }

    /** An IPv4 packet of a length with a number in its identification. */
    static byte[] packet(String from, String to, int number, int length) {
        byte[] octets = new byte[length];
        int source = (int) IpAddress.parse(from).low();
        int destination = (int) IpAddress.parse(to).low();
        Ipv4.write(
                ByteBuffer.wrap(octets),
                0,
                length,
                0,
                number,
                64,
                EXPERIMENTAL,
                source,
                destination);
        return octets;
    }

    /** Sends a packet, which must find room. */
    static void send(Transport transport, byte[] octets, long nowNs) {
        Packet packet = transport.claim(octets.length);
        packet.buffer().put(packet.offset(), octets);
        transport.commit(packet, nowNs);
    }

    /** Copies of what one receive brings. */
    static List<byte[]> receive(Transport transport, long nowNs) {
        PacketBatch batch = new PacketBatch(64);
        transport.receive(batch, nowNs);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            Packet packet = batch.get(i);
            byte[] octets = new byte[packet.length()];
            packet.buffer().get(packet.offset(), octets);
            packets.add(octets);
        }
        return packets;
    }

    /**
     * Waits for so many packets, in bounded steps; the time that the transport is told stands
     * still.
     */
    static List<byte[]> receive(Transport transport, int count, long nowNs) {
        List<byte[]> packets = new ArrayList<>();
        for (int step = 0; step < 200 && packets.size() < count; step++) {
            packets.addAll(receive(transport, nowNs));
            if (packets.size() < count) {
                transport.await(50_000_000);
            }
        }
        return packets;
    }
}
