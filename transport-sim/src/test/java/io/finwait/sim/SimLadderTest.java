package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.picture.Ladder;
import io.finwait.picture.TextLadder;
import io.finwait.spi.Packet;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimLadderTest {

    private static final long MS = 1_000_000;
    private static final int SYN = TcpHeader.SYN;
    private static final int ACK = TcpHeader.ACK;
    private static final int FIN = TcpHeader.FIN;

    private final SimNetwork network =
            SimNetwork.seeded(1).links(LinkModel.perfect().delay(20 * MS));
    private final SimTransport client = network.attach("client", IpAddress.parse("10.0.0.1"));
    private final SimTransport server = network.attach("server", IpAddress.parse("10.0.0.2"));
    private final Ladder ladder = new Ladder("client", "server");

    @BeforeEach
    void draw() {
        network.observe(new SimLadder(ladder, "client", "server"));
    }

    @Test
    void everyFateIsDrawn() {
        network.from("client").matching(Segments.fin()).first().drop();
        network.from("server").matching(Segments.fin()).first().holdUntil(2_000 * MS);
        network.from("client").matching(Segments.pureAck()).first().duplicateAt(3_000 * MS);

        send(client, SYN, 100, 0);
        network.runFor(20 * MS);
        send(server, SYN | ACK, 300, 101);
        network.runFor(20 * MS);
        send(client, FIN | ACK, 101, 301);
        network.runFor(40 * MS);
        send(client, FIN | ACK, 101, 301);
        send(server, FIN | ACK, 301, 101);
        network.runFor(40 * MS);
        send(client, ACK, 102, 301);
        network.runFor(4_000 * MS);

        assertThat(new TextLadder().render(ladder))
                .isEqualTo(
                        """
                            time       client                                               server
                               0              |-- SYN  seq 0 ---------------------------->|
                           20 ms              |<----------------- SYN, ACK  seq 0 ack 1 --|
                           40 ms              |-- FIN, ACK  seq 1 ack 1 ---X              |
                           80 ms              |-- FIN, ACK  seq 1 ack 1  again --~ (a)    |
                           80 ms              |           (b) ~-- FIN, ACK  seq 1 ack 1 --|
                          100 ms              |   (a) ~-- FIN, ACK  seq 1 ack 1  again -->|
                          120 ms              |-- ACK  seq 2 ack 1 (c) ------------------>|
                                              :                … 1.86 s …                 :
                             2 s              |<-- FIN, ACK  seq 1 ack 1 --~ (b)          |
                                              :                  … 1 s …                  :
                             3 s              |       (c) ~-- copy of ACK  seq 2 ack 1 -->|
                        """);
    }

    @Test
    void aDamagedSegmentSaysSo() {
        network.from("client").corrupt(33, 1);
        send(client, SYN, 100, 0);
        assertThat(new TextLadder().render(ladder)).contains("SYN  seq 0  damaged");
    }

    @Test
    void packetsOfOthersAreNotDrawn() {
        SimTransport stranger = network.attach("stranger", IpAddress.parse("10.0.0.3"));
        send(stranger, SYN, 100, 0);
        assertThat(ladder.events()).isEmpty();
    }

    /** From the client's address to the server's, or back: who sends decides. */
    private void send(SimTransport from, int flags, int seq, int ack) {
        boolean fromServer = from.equals(server);
        int client = (int) IpAddress.parse("10.0.0.1").low();
        int server = (int) IpAddress.parse("10.0.0.2").low();
        int length = Ipv4.HEADER_LENGTH + TcpHeader.LENGTH;
        Packet packet = from.claim(length);
        int at = packet.offset();
        Ipv4.write(
                packet.buffer(),
                at,
                length,
                0,
                0,
                64,
                Protocol.TCP,
                fromServer ? server : client,
                fromServer ? client : server);
        int tcp = at + Ipv4.HEADER_LENGTH;
        int sourcePort = fromServer ? 80 : 40_000;
        int destinationPort = fromServer ? 40_000 : 80;
        TcpHeader.write(
                packet.buffer(),
                tcp,
                sourcePort,
                destinationPort,
                seq,
                ack,
                TcpHeader.LENGTH,
                flags,
                65_535);
        long sum =
                Checksum.pseudoHeader(
                        0,
                        IpAddress.v4Low(client),
                        0,
                        IpAddress.v4Low(server),
                        Protocol.TCP,
                        TcpHeader.LENGTH);
        sum = Checksum.add(packet.buffer(), tcp, TcpHeader.LENGTH, sum);
        TcpHeader.checksum(packet.buffer(), tcp, Checksum.finish(sum));
        from.commit(packet, network.nowNs());
    }
}
