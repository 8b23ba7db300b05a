package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.InOrder;
import org.mockito.Mockito;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

class TapTransportTest {

    private static final int DATA_AND_FIN =
            TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN | TcpHeader.CWR;

    private final Transport below = Mockito.mock(Transport.class);
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void itCarriesPackets() {
        Mockito.when(below.capabilities()).thenReturn(Capabilities.plain(1_500));
    }

    @Test
    void packetsAreShownWhereTheyLieBeforeTheyGoDown() {
        ByteBuffer octets = Packets.fromClient(TcpHeader.SYN, 100, 0, 0);
        Packet packet = new Packet(octets, 0, octets.capacity());
        PacketTap tap = Mockito.mock(PacketTap.class);
        Transport transport = new TapTransport(below, tap);

        transport.commit(packet, 77);

        InOrder order = Mockito.inOrder(tap, below);
        order.verify(tap).packet(77, PacketDirection.SENT, octets, 0, octets.capacity());
        order.verify(below).commit(packet, 77);
    }

    @Test
    void onlyThePacketsThatThisReceiveAddedAreShown() {
        ByteBuffer octets = Packets.fromServer(TcpHeader.ACK, 1, 1, 3);
        PacketBatch batch = new PacketBatch(4);
        batch.add(new Packet(octets, 0, octets.capacity()));
        Mockito.when(below.receive(batch, 5))
                .thenAnswer(
                        call -> {
                            batch.add(new Packet(octets, 0, octets.capacity()));
                            return 1;
                        });

        int added = new TapTransport(below, this::remember).receive(batch, 5);

        assertThat(added).isEqualTo(1);
        assertThat(seen).containsExactly("5 RECEIVED . 1:4(3) ack 1 win 65535");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void aSuperPacketIsShownAsTheSegmentsThatTheWireCarries(int version) {
        ByteBuffer octets = Packets.tcp(version, true, DATA_AND_FIN, 1_000, 1, 2_500);
        octets.putShort(version == 4 ? 36 : 56, (short) 0);
        ByteBuffer before =
                ByteBuffer.allocate(octets.capacity()).put(0, octets, 0, octets.capacity());
        Packet packet = new Packet(octets, 0, octets.capacity());
        packet.segmentSize(1_000).checksumOffloaded(true);

        new TapTransport(below, this::remember).commit(packet, 1);

        assertThat(seen)
                .containsExactly(
                        "1 SENT W. 1000:2000(1000) ack 1 win 65535",
                        "1 SENT . 2000:3000(1000) ack 1 win 65535",
                        "1 SENT FP. 3000:3500(500) ack 1 win 65535");
        assertThat(octets).as("the packet itself is not touched").isEqualTo(before);
    }

    @Test
    void anOffloadedChecksumIsCompletedInWhatTheTapSees() {
        ByteBuffer octets = Packets.fromClient(TcpHeader.ACK, 1, 1, 0);
        octets.putShort(36, (short) 0x1234);
        Packet packet = new Packet(octets, 0, octets.capacity()).checksumOffloaded(true);

        new TapTransport(below, this::remember).commit(packet, 1);

        assertThat(seen).containsExactly("1 SENT . 1:1(0) ack 1 win 65535");
        assertThat(octets.getShort(36)).isEqualTo((short) 0x1234);
    }

    @Test
    void theSegmentsOfASuperPacketCountTheirIdentification() {
        ByteBuffer octets = Packets.fromClient(TcpHeader.ACK, 1, 1, 30);
        Packet packet = new Packet(octets, 0, octets.capacity()).segmentSize(10);
        List<Integer> identifications = new ArrayList<>();
        PacketTap tap =
                (now, direction, b, offset, length) ->
                        identifications.add(Ipv4.identification(b, offset));

        new TapTransport(below, tap).commit(packet, 1);

        assertThat(identifications).containsExactly(7, 8, 9);
    }

    @Test
    void whatCannotBeReadIsShownAsItIs() {
        ByteBuffer octets = ByteBuffer.allocate(24).put(0, (byte) 0x45);
        Packet packet = new Packet(octets, 0, 24).segmentSize(8).checksumOffloaded(true);
        List<Integer> lengths = new ArrayList<>();

        new TapTransport(below, (now, direction, b, offset, length) -> lengths.add(length))
                .commit(packet, 1);

        assertThat(lengths).containsExactly(24);
    }

    @Test
    void aTapThatThrowsIsNotAskedAgainAndCostsNoPacket() {
        ByteBuffer octets = Packets.fromClient(TcpHeader.SYN, 100, 0, 0);
        Packet packet = new Packet(octets, 0, octets.capacity());
        int[] calls = {0};
        PacketTap tap =
                (now, direction, b, offset, length) -> {
                    calls[0]++;
                    throw new IllegalStateException("a broken tap");
                };
        Transport transport = new TapTransport(below, tap);

        transport.commit(packet, 1);
        transport.commit(packet, 2);
        transport.await(3);

        assertThat(calls[0]).isEqualTo(1);
        Mockito.verify(below).commit(packet, 1);
        Mockito.verify(below).commit(packet, 2);
        Mockito.verify(below).await(3);
    }

    @Test
    void everythingElseGoesToTheTransportBelow() {
        Capabilities capabilities = Capabilities.plain(1_500);
        Packet packet = new Packet();
        Mockito.when(below.capabilities()).thenReturn(capabilities);
        Mockito.when(below.claim(40)).thenReturn(packet);
        Mockito.when(below.nextDeadlineNs()).thenReturn(99L);
        PacketTap tap = Mockito.mock(PacketTap.class);
        Transport transport = new TapTransport(below, tap);

        assertThat(transport.capabilities()).isSameAs(capabilities);
        assertThat(transport.claim(40)).isSameAs(packet);
        assertThat(transport.claim(41)).isNull();
        assertThat(transport.nextDeadlineNs()).isEqualTo(99);
        transport.abandon(packet);
        transport.await(8);
        transport.wakeup();
        transport.close();

        Mockito.verify(below).abandon(packet);
        Mockito.verify(below).wakeup();
        Mockito.verify(below).close();
        InOrder order = Mockito.inOrder(tap, below);
        order.verify(tap).idle();
        order.verify(below).await(8);
    }

    @Test
    void twoTapsSeeTheSame() {
        ByteBuffer octets = Packets.fromClient(TcpHeader.SYN, 100, 0, 0);
        Packet packet = new Packet(octets, 0, octets.capacity());
        new TapTransport(below, PacketTap.both(this::remember, this::remember)).commit(packet, 1);
        assertThat(seen).hasSize(2).containsOnly("1 SENT S 100:100(0) win 65535");
    }

    @Test
    void ofTwoTapsBothAreToldOfAPauseAndBothMayAllocate() {
        PacketTap quiet = Mockito.mock(PacketTap.class);
        PacketTap busy = Mockito.mock(PacketTap.class);
        PacketTap.both(quiet, busy).idle();
        InOrder order = Mockito.inOrder(quiet, busy);
        order.verify(quiet).idle();
        order.verify(busy).idle();
        Mockito.when(busy.allocates()).thenReturn(true);
        assertThat(PacketTap.both(quiet, quiet).allocates()).isFalse();
        assertThat(PacketTap.both(quiet, busy).allocates()).isTrue();
        assertThat(PacketTap.both(busy, quiet).allocates()).isTrue();
        PacketTap unknown = (nowNs, direction, b, offset, length) -> {};
        assertThat(unknown.allocates()).as("unless it says otherwise").isTrue();
    }

    @Test
    void aTransportPromisesNoMoreThanItsTap() {
        PacketTap quiet = Mockito.mock(PacketTap.class);
        PacketTap busy = (nowNs, direction, b, offset, length) -> {};
        Capabilities none = new Capabilities(1_500, 0, 1_500, false, false, true, true, false);
        Mockito.when(below.capabilities()).thenReturn(none);
        assertThat(new TapTransport(below, quiet).capabilities()).isEqualTo(none);
        Capabilities tapped = new TapTransport(below, busy).capabilities();
        assertThat(tapped.allocates()).isTrue();
        assertThat(tapped.mtu()).isEqualTo(none.mtu());
    }

    /** Writes down what passes; checksums must be good, or the segment is not read. */
    private void remember(
            long nowNs, PacketDirection direction, ByteBuffer b, int offset, int length) {
        IpView ip = new IpView();
        Segment segment = new Segment();
        Verdict verdict = ip.parse(b, offset, length);
        if (verdict == Verdict.OK) {
            verdict = segment.parse(ip, false);
        }
        seen.add(nowNs + " " + direction + " " + (verdict == Verdict.OK ? segment : verdict));
    }
}
