package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.nio.UdpTransport;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/** Datagrams and pings through a gateway, in packets written and read by hand. */
@Timeout(60)
class GatewayDatagramsTest {

    private static final IpAddress CLIENT = IpAddress.parse("10.0.2.15");
    private static final IpAddress HOST = GatewayLab.HOST;
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final UdpTransport below = UdpTransport.withFirst(ANY_PORT, 1400);
    private final Gateway gateway =
            Gateway.over(below)
                    .router(Policy.standard().map(HOST, 0, ANY_PORT))
                    .maxDatagramFlows(4)
                    .open();
    private final UdpTransport client = UdpTransport.between(ANY_PORT, below.localAddress(), 1400);
    private final DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress());

    GatewayDatagramsTest() throws IOException {}

    @AfterEach
    void close() {
        int unused = gateway.shutdown(Duration.ZERO).join();
        client.close();
        server.close();
    }

    private void send(int protocol, byte[] message) {
        int length = Ipv4.HEADER_LENGTH + message.length;
        Packet packet = client.claim(length);
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        Ipv4.write(b, at, length, 0, 0, 64, protocol, (int) CLIENT.low(), (int) HOST.low());
        b.put(at + Ipv4.HEADER_LENGTH, message);
        client.commit(packet, System.nanoTime());
    }

    private static byte[] udp(int from, int to, byte[] text, int wrong) {
        int length = 8 + text.length;
        ByteBuffer b = ByteBuffer.allocate(length);
        b.putShort((short) from).putShort((short) to).putShort((short) length).putShort((short) 0);
        b.put(text);
        long pseudo = Checksum.pseudoHeader(0, CLIENT.low(), 0, HOST.low(), Protocol.UDP, length);
        int sum = Checksum.finish(Checksum.add(b, 0, length, pseudo)) ^ wrong;
        return b.putShort(6, (short) sum).array();
    }

    /** The next packet, header included. */
    private byte[] receive() {
        return receive(client);
    }

    private static byte[] receive(UdpTransport from) {
        PacketBatch batch = new PacketBatch(1);
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (from.receive(batch, System.nanoTime()) == 0) {
            assertThat(System.nanoTime() - deadline).isNegative();
            from.await(100_000_000);
        }
        Packet packet = batch.get(0);
        byte[] octets = new byte[packet.length()];
        packet.buffer().get(packet.offset(), octets);
        return octets;
    }

    @Test
    void datagramsGoThereAndBack() throws IOException {
        send(Protocol.UDP, udp(5000, server.getLocalPort(), new byte[] {1, 2, 3}, 0));
        DatagramPacket question = new DatagramPacket(new byte[100], 100);
        server.receive(question);
        assertThat(Arrays.copyOf(question.getData(), question.getLength()))
                .containsExactly(1, 2, 3);
        server.send(new DatagramPacket(new byte[] {9, 8}, 2, question.getSocketAddress()));
        ByteBuffer answer = ByteBuffer.wrap(receive());
        assertThat(answer.getInt(12)).isEqualTo((int) HOST.low());
        assertThat(answer.getInt(16)).isEqualTo((int) CLIENT.low());
        assertThat(answer.getShort(20) & 0xFFFF).isEqualTo(server.getLocalPort());
        assertThat(answer.getShort(22)).isEqualTo((short) 5000);
        assertThat(answer.getShort(24)).isEqualTo((short) 10);
        long pseudo = Checksum.pseudoHeader(0, HOST.low(), 0, CLIENT.low(), Protocol.UDP, 10);
        assertThat(Checksum.finish(Checksum.add(answer, 20, 10, pseudo))).isZero();
        assertThat(answer.get(28)).isEqualTo((byte) 9);
    }

    /** A sum of 0 would say that there is none (RFC 768). */
    @Test
    void aSumOfZeroIsWrittenAsOnes() throws IOException {
        send(Protocol.UDP, udp(5000, server.getLocalPort(), new byte[] {1}, 0));
        DatagramPacket question = new DatagramPacket(new byte[100], 100);
        server.receive(question);
        ByteBuffer b = ByteBuffer.allocate(10);
        b.putShort((short) server.getLocalPort()).putShort((short) 5000).putShort((short) 10);
        long pseudo = Checksum.pseudoHeader(0, HOST.low(), 0, CLIENT.low(), Protocol.UDP, 10);
        // These two octets make the sum of everything else all ones.
        short rest = (short) Checksum.finish(Checksum.add(b, 0, 10, pseudo));
        byte[] text = {(byte) (rest >> 8), (byte) rest};
        server.send(new DatagramPacket(text, 2, question.getSocketAddress()));
        ByteBuffer answer = ByteBuffer.wrap(receive());
        assertThat(answer.getShort(26) & 0xFFFF).isEqualTo(0xFFFF);
    }

    @Test
    void whoeverWasSilentLongestMakesPlace() throws IOException {
        DatagramPacket question = new DatagramPacket(new byte[100], 100);
        int[] froms = {5001, 5002, 5003, 5004, 5001, 5005, 5001, 5002};
        int[] seen = new int[froms.length];
        for (int i = 0; i < froms.length; i++) {
            send(Protocol.UDP, udp(froms[i], server.getLocalPort(), new byte[] {1}, 0));
            server.receive(question);
            seen[i] = question.getPort();
        }
        assertThat(seen[6]).as("used again before the fifth came").isEqualTo(seen[0]);
        assertThat(seen[7]).as("its socket was closed").isNotEqualTo(seen[1]);
    }

    /** As answers of DNS may be. */
    @Test
    void anAnswerThatIsLargerThanAPacketComesInParts() throws IOException {
        send(Protocol.UDP, udp(5000, server.getLocalPort(), new byte[] {1}, 0));
        DatagramPacket question = new DatagramPacket(new byte[100], 100);
        server.receive(question);
        byte[] answer = new byte[4_000];
        for (int i = 0; i < answer.length; i++) {
            answer[i] = (byte) (i * 7);
        }
        server.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
        byte[] whole = new byte[8 + answer.length];
        int identification = -1;
        for (int from = 0; from < whole.length; ) {
            ByteBuffer part = ByteBuffer.wrap(receive());
            int octets = part.limit() - Ipv4.HEADER_LENGTH;
            assertThat(part.limit()).isLessThanOrEqualTo(1400);
            assertThat(Checksum.finish(Checksum.add(part, 0, Ipv4.HEADER_LENGTH, 0))).isZero();
            assertThat(Ipv4.dontFragment(part, 0)).isFalse();
            assertThat((part.getShort(6) & 0x1FFF) * 8).isEqualTo(from);
            boolean more = (part.getShort(6) & 0x2000) != 0;
            assertThat(more).isEqualTo(from + octets < whole.length);
            assertThat(from == 0 || Ipv4.identification(part, 0) == identification).isTrue();
            identification = Ipv4.identification(part, 0);
            part.get(Ipv4.HEADER_LENGTH, whole, from, octets);
            from += octets;
        }
        assertThat(Arrays.copyOfRange(whole, 8, whole.length)).isEqualTo(answer);
        ByteBuffer udp = ByteBuffer.wrap(whole);
        long pseudo =
                Checksum.pseudoHeader(0, HOST.low(), 0, CLIENT.low(), Protocol.UDP, whole.length);
        assertThat(Checksum.finish(Checksum.add(udp, 0, whole.length, pseudo))).isZero();
        assertThat(gateway.statistics().get(Count.DATAGRAMS_DOWN)).isEqualTo(1);
    }

    /** RFC 8200 §4.5: a header of its own says what part it is. */
    @Test
    void partsOverIpv6() {
        int octets = 3_001;
        ByteBuffer whole = ByteBuffer.allocate(Ipv6.HEADER_LENGTH + octets);
        Ipv6.write(whole, 0, octets, 0, 0, 64, Protocol.UDP, 1, 2, 3, 4);
        for (int i = 0; i < octets; i++) {
            whole.put(Ipv6.HEADER_LENGTH + i, (byte) (i * 7));
        }
        try (UdpTransport far = UdpTransport.withFirst(ANY_PORT, 1400);
                UdpTransport near = UdpTransport.between(ANY_PORT, far.localAddress(), 1400)) {
            assertThat(new FragmentSender(near).send(whole, System.nanoTime())).isTrue();
            // 1,352 octets of text are behind both headers.
            assertPart(whole, receive(far), 0, 1_352, true);
            assertPart(whole, receive(far), 1_352, 1_352, true);
            assertPart(whole, receive(far), 2_704, 297, false);
        }
    }

    private static void assertPart(
            ByteBuffer whole, byte[] octets, int from, int length, boolean more) {
        ByteBuffer part = ByteBuffer.wrap(octets);
        assertThat(octets).hasSize(Ipv6.HEADER_LENGTH + 8 + length);
        assertThat(Ipv6.payloadLength(part, 0)).isEqualTo(8 + length);
        assertThat(Ipv6.nextHeader(part, 0)).isEqualTo(44);
        assertThat(Ipv6.sourceLow(part, 0)).isEqualTo(2);
        assertThat(Ipv6.destinationLow(part, 0)).isEqualTo(4);
        assertThat(part.get(40)).isEqualTo((byte) Protocol.UDP);
        assertThat(part.getShort(42) & 0xFFF8).isEqualTo(from);
        assertThat(part.getShort(42) & 7).isEqualTo(more ? 1 : 0);
        assertThat(part.getInt(44)).isEqualTo(1);
        assertThat(part.slice(48, length)).isEqualTo(whole.slice(40 + from, length));
    }

    /** They are not put together: each is counted. */
    @Test
    void aQuestionInPartsIsDropped() throws IOException {
        byte[] whole = udp(5000, server.getLocalPort(), new byte[2_000], 0);
        int length = Ipv4.HEADER_LENGTH + 1_000;
        Packet packet = client.claim(length);
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        Ipv4.write(b, at, length, 0, 7, 64, Protocol.UDP, (int) CLIENT.low(), (int) HOST.low());
        b.putShort(at + 6, (short) 0x2000);
        Ipv4.writeChecksum(b, at);
        b.put(at + Ipv4.HEADER_LENGTH, whole, 0, 1_000);
        client.commit(packet, System.nanoTime());
        send(Protocol.UDP, udp(5000, server.getLocalPort(), new byte[] {7}, 0));
        DatagramPacket good = new DatagramPacket(new byte[100], 100);
        server.receive(good);
        assertThat(good.getLength()).isEqualTo(1);
        assertThat(gateway.statistics().get(Count.DATAGRAMS_DROPPED)).isEqualTo(1);
        assertThat(gateway.statistics().get(Count.DATAGRAMS_UP)).isEqualTo(1);
    }

    @Test
    void aClosedPortIsToldByIcmp() {
        server.close();
        int port = freePort();
        byte[] datagram = udp(5000, port, new byte[] {1}, 0);
        send(Protocol.UDP, datagram);
        ByteBuffer icmp = ByteBuffer.wrap(receive());
        assertThat(icmp.get(9)).isEqualTo((byte) Protocol.ICMP);
        assertThat(icmp.get(20)).isEqualTo((byte) 3);
        assertThat(icmp.get(21)).isEqualTo((byte) 3);
        assertThat(icmp.getInt(28 + 12)).isEqualTo((int) CLIENT.low());
        assertThat(icmp.getShort(48)).isEqualTo((short) 5000);
        assertThat(icmp.getShort(50) & 0xFFFF).isEqualTo(port);
    }

    private static int freePort() {
        try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theOldestPairMakesPlace() throws IOException {
        for (int port = 5000; port < 5010; port++) {
            send(Protocol.UDP, udp(port, server.getLocalPort(), new byte[] {1}, 0));
            server.receive(new DatagramPacket(new byte[100], 100));
        }
        assertThat(gateway.statistics().datagramFlows()).isEqualTo(4);
        assertThat(gateway.statistics().get(Count.DATAGRAMS_UP)).isEqualTo(10);
    }

    /** Whatever a hostile client sends, the next good datagram goes through. */
    @Test
    void malformedOnesAreDropped() throws IOException {
        int port = server.getLocalPort();
        send(Protocol.UDP, udp(5000, port, new byte[] {1}, 0x1234));
        send(Protocol.UDP, new byte[] {1, 2, 3});
        byte[] lying = udp(5000, port, new byte[] {1}, 0);
        lying[5] = 60;
        send(Protocol.UDP, lying);
        lying[5] = 3;
        send(Protocol.UDP, lying);
        send(Protocol.UDP, udp(5000, port, new byte[] {7}, 0));
        DatagramPacket good = new DatagramPacket(new byte[100], 100);
        server.receive(good);
        assertThat(good.getData()[0]).isEqualTo((byte) 7);
        assertThat(gateway.statistics().get(Count.DATAGRAMS_DROPPED)).isEqualTo(4);
    }

    @Test
    void itsOwnAddressAnswersPings() {
        byte[] ping = {8, 0, 0, 0, 0, 7, 0, 1, 'p', 'i'};
        ByteBuffer b = ByteBuffer.wrap(ping);
        b.putShort(2, (short) Checksum.finish(Checksum.add(b, 0, ping.length, 0)));
        send(Protocol.ICMP, ping);
        ByteBuffer pong = ByteBuffer.wrap(receive());
        assertThat(pong.get(20)).isZero();
        assertThat(pong.getShort(24)).isEqualTo((short) 7);
    }
}
