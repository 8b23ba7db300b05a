package io.finwait.nio.gateway;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/**
 * Passes TCP on to the endpoint, and shows everything else to another first. Until there is one all
 * packets wait in the transport: a SYN that the endpoint saw before it listens would be refused.
 */
final class PacketGate extends ForwardingTransport {

    /** Null until everything is there that takes packets. */
    private Others others;

    private PacketBatch batch = new PacketBatch(64);

    /** Takes packets that are not TCP. */
    interface Others {

        /**
         * Takes a packet, or leaves it to the endpoint.
         *
         * @return true when it is done with
         */
        boolean take(Packet packet);
    }

    /** Null until then too. */
    private SocketWatch sockets;

    PacketGate(Transport below) {
        super(below);
    }

    /**
     * Opens the gate, and sets who takes what is not TCP and who is waited for besides, null for
     * nobody; on the driver's thread.
     */
    void open(Others who, SocketWatch watch) {
        others = who;
        sockets = watch;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int room = into.room();
        if (room == 0 || others == null) {
            return 0;
        }
        batch.clear();
        if (batch.room() != room) {
            batch = new PacketBatch(room);
        }
        int received = super.receive(batch, nowNs);
        int passed = 0;
        for (int i = 0; i < received; i++) {
            Packet packet = batch.get(i);
            if (isTcp(packet) || !others.take(packet)) {
                into.add(packet);
                passed++;
            }
        }
        return passed;
    }

    @Override
    public void await(long timeoutNs) {
        super.await(sockets == null ? timeoutNs : sockets.waitBegins(timeoutNs));
    }

    @Override
    public void close() {
        if (sockets != null) {
            sockets.close();
        }
        super.close();
    }

    private static boolean isTcp(Packet packet) {
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        if (packet.length() >= Ipv6.HEADER_LENGTH && (b.get(at) & 0xF0) == 0x60) {
            return Ipv6.nextHeader(b, at) == Protocol.TCP;
        }
        return packet.length() < Ipv4.HEADER_LENGTH || Ipv4.protocol(b, at) == Protocol.TCP;
    }
}
