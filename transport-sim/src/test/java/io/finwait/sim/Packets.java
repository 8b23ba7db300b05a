package io.finwait.sim;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Segments as octets, and sending and receiving them by hand. */
final class Packets {

    static final int CLIENT_PORT = 40_000;
    static final int SERVER_PORT = 80;

    private Packets() {}

    /** A segment from 10.0.0.1:40000 to an address, port 80, with good checksums. */
    static byte[] segment(String to, int flags, long seq, long ack, int textLength) {
        int length = Ipv4.HEADER_LENGTH + TcpHeader.LENGTH + textLength;
        byte[] octets = new byte[length];
        ByteBuffer b = ByteBuffer.wrap(octets);
        int source = (int) IpAddress.parse("10.0.0.1").low();
        int destination = (int) IpAddress.parse(to).low();
        Ipv4.write(b, 0, length, 0, 0, 64, Protocol.TCP, source, destination);
        int at = Ipv4.HEADER_LENGTH;
        TcpHeader.write(
                b,
                at,
                CLIENT_PORT,
                SERVER_PORT,
                (int) seq,
                (int) ack,
                TcpHeader.LENGTH,
                flags,
                65_535);
        IpView ip = new IpView();
        ip.parse(b, 0, length);
        long sum = Checksum.add(b, at, length - at, ip.pseudoHeaderSum());
        b.putShort(at + 16, (short) Checksum.finish(sum));
        return octets;
    }

    /** A segment to 10.0.0.2. */
    static byte[] segment(int flags, long seq, int textLength) {
        return segment("10.0.0.2", flags, seq, 1, textLength);
    }

    /** A segment of text that is told from others by its number. */
    static byte[] text(long seq) {
        return segment(TcpHeader.ACK, seq, 10);
    }

    /** Sends at the network's present time; there must be room. */
    static void send(SimTransport from, byte[] octets) {
        Packet packet = from.claim(octets.length);
        packet.buffer().put(packet.offset(), octets);
        from.commit(packet, from.network().nowNs());
    }

    /** Receives all that has arrived. */
    static List<byte[]> receive(Transport at, long nowNs) {
        List<byte[]> received = new ArrayList<>();
        PacketBatch batch = new PacketBatch(32);
        while (true) {
            batch.clear();
            if (at.receive(batch, nowNs) == 0) {
                return received;
            }
            for (int i = 0; i < batch.size(); i++) {
                byte[] octets = new byte[batch.get(i).length()];
                batch.get(i).buffer().get(batch.get(i).offset(), octets);
                received.add(octets);
            }
        }
    }

    /** The sequence numbers of the segments that have arrived. */
    static List<Long> sequences(SimTransport at) {
        return receive(at, at.network().nowNs()).stream().map(Packets::sequence).toList();
    }

    static long sequence(byte[] octets) {
        return TcpHeader.sequence(ByteBuffer.wrap(octets), Ipv4.HEADER_LENGTH) & 0xFFFF_FFFFL;
    }
}
