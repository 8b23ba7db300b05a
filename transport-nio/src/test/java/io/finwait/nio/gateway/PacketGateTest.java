package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.nio.UdpTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.Ipv4;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What stands between a transport and the endpoint of a gateway. */
@Timeout(60)
class PacketGateTest {

    /** An endpoint that sees a SYN before it listens refuses it. */
    @Test
    void packetsWaitUntilSomebodyTakesThem() throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (UdpTransport below = UdpTransport.withFirst(anyPort, 1400);
                UdpTransport peer = UdpTransport.between(anyPort, below.localAddress(), 1400)) {
            Packet packet = peer.claim(Ipv4.HEADER_LENGTH + 20);
            packet.buffer().put(packet.offset(), (byte) 0x45);
            packet.buffer().put(packet.offset() + 9, (byte) 6);
            peer.commit(packet, System.nanoTime());

            PacketGate gate = new PacketGate(below);
            PacketBatch batch = new PacketBatch(4);
            below.await(20_000_000_000L);
            assertThat(gate.receive(batch, System.nanoTime())).isZero();
            assertThat(batch.size()).isZero();

            gate.open(other -> false, null);
            assertThat(gate.receive(batch, System.nanoTime())).isOne();
        }
    }
}
