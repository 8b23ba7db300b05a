package io.finwait.nio;

import static io.finwait.nio.Packets.packet;
import static io.finwait.nio.Packets.packetV6;
import static io.finwait.nio.Packets.receive;
import static io.finwait.nio.Packets.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Who is at the other end of a datagram link, and what such a link loses. */
@Timeout(60)
class UdpTransportTest {

    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private UdpTransport opened(UdpTransport transport) {
        opened.add(transport);
        return transport;
    }

    private UdpTransport many() {
        return opened(UdpTransport.withMany(ANY_PORT, 1400));
    }

    private UdpTransport to(UdpTransport peer) {
        return opened(UdpTransport.between(ANY_PORT, peer.localAddress(), 1400));
    }

    @Test
    void severalPeersAreToldApartByTheirInnerAddresses() {
        UdpTransport hub = many();
        UdpTransport second = to(hub);
        UdpTransport third = to(hub);
        send(second, packet("10.0.0.2", "10.0.0.1", 2, 20), 0);
        send(third, packet("10.0.0.3", "10.0.0.1", 3, 20), 0);
        assertThat(receive(hub, 2, 0)).hasSize(2);

        byte[] toThird = packet("10.0.0.1", "10.0.0.3", 33, 20);
        byte[] toSecond = packet("10.0.0.1", "10.0.0.2", 22, 20);
        send(hub, toThird, 0);
        send(hub, toSecond, 0);
        assertThat(receive(second, 1, 0)).containsExactly(toSecond);
        assertThat(receive(third, 1, 0)).containsExactly(toThird);
    }

    /**
     * One sender, two inner addresses, one of each kind: both are heard of, whichever spoke last.
     */
    @Test
    void aPeerWithTwoInnerAddressesIsReachedAtBoth() {
        UdpTransport hub = many();
        UdpTransport dual = to(hub);
        UdpTransport other = to(hub);
        send(dual, packet("10.0.0.2", "10.0.0.1", 2, 20), 0);
        send(dual, packetV6("fd00::2", "fd00::1"), 0);
        send(dual, packet("10.0.0.4", "10.0.0.1", 4, 20), 0);
        assertThat(receive(hub, 3, 0)).hasSize(3);
        List<byte[]> answers =
                List.of(
                        packet("10.0.0.1", "10.0.0.2", 22, 20),
                        packetV6("fd00::1", "fd00::2"),
                        packet("10.0.0.1", "10.0.0.4", 44, 20));
        answers.forEach(answer -> send(hub, answer, 0));
        assertThat(receive(dual, 3, 0)).containsExactlyElementsOf(answers);

        // And when another one has spoken in between.
        send(other, packet("10.0.0.3", "10.0.0.1", 3, 20), 0);
        assertThat(receive(hub, 1, 0)).hasSize(1);
        answers.forEach(answer -> send(hub, answer, 0));
        assertThat(receive(dual, 3, 0)).containsExactlyElementsOf(answers);
        assertThat(receive(other, 0)).isEmpty();
        assertThat(hub.statistics().sendDrops()).isZero();
    }

    /** Ready and failing, for ever: a thread that asks again at once would do nothing else. */
    @Test
    void aSocketThatKeepsFailingIsAskedAgainAfterPauses() {
        UdpTransport hub = many();
        UdpTransport failing = to(hub);
        ReadableByteChannel real = failing.reading;
        int[] asked = {0};
        failing.reading =
                new ReadableByteChannel() {
                    @Override
                    public int read(ByteBuffer into) throws IOException {
                        asked[0]++;
                        throw new IOException("Cannot allocate memory");
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        long now = Long.MAX_VALUE;
        List<Long> pausesMs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            receive(failing, now);
            assertThat(failing.key.interestOps()).isZero();
            pausesMs.add((failing.nextDeadlineNs() - now) / 1_000_000);
            int before = asked[0];
            receive(failing, failing.nextDeadlineNs() - 1);
            assertThat(asked[0]).isEqualTo(before);
            now = failing.nextDeadlineNs();
        }
        assertThat(pausesMs).containsExactly(10L, 20L, 40L, 80L);
        failing.reading = real;
        receive(failing, now);
        assertThat(failing.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(failing.key.interestOps()).isEqualTo(SelectionKey.OP_READ);
    }

    /** "No route to host" and the like are told once: what stands behind them comes at once. */
    @Test
    void anErrorThatIsToldOnceIsNoPause() {
        UdpTransport hub = many();
        UdpTransport failing = to(hub);
        send(failing, packet("10.0.0.2", "10.0.0.1", 2, 20), 0);
        assertThat(receive(hub, 1, 0)).hasSize(1);
        byte[] answer = packet("10.0.0.1", "10.0.0.2", 3, 20);
        send(hub, answer, 0);
        ReadableByteChannel real = failing.reading;
        failing.reading =
                new ReadableByteChannel() {
                    @Override
                    public int read(ByteBuffer into) throws IOException {
                        failing.reading = real;
                        throw new IOException("No route to host");
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        assertThat(receive(failing, 1, 0)).containsExactly(answer);
        assertThat(failing.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aPeerThatMovesIsFollowed() {
        UdpTransport hub = many();
        UdpTransport before = to(hub);
        send(before, packet("10.0.0.2", "10.0.0.1", 1, 20), 0);
        assertThat(receive(hub, 1, 0)).hasSize(1);
        UdpTransport after = to(hub);
        send(after, packet("10.0.0.2", "10.0.0.1", 2, 20), 0);
        assertThat(receive(hub, 1, 0)).hasSize(1);

        byte[] answer = packet("10.0.0.1", "10.0.0.2", 3, 20);
        send(hub, answer, 0);
        assertThat(receive(after, 1, 0)).containsExactly(answer);
        assertThat(receive(before, 0)).isEmpty();
    }

    @Test
    void noMorePeersAreRememberedThanThereIsRoomFor() {
        UdpTransport hub = many();
        UdpTransport all = to(hub);
        for (int i = 0; i < UdpPeers.MOST; i++) {
            hear(hub, all, "10.1." + (i >> 8) + "." + (i & 255));
        }
        hear(hub, all, "10.1.0.0");
        hear(hub, all, "10.2.0.0");
        send(hub, packet("10.0.0.1", "10.1.0.1", 0, 20), 0);
        assertThat(hub.statistics().sendDrops()).as("the one silent longest").isEqualTo(1);
        send(hub, packet("10.0.0.1", "10.1.0.0", 0, 20), 0);
        assertThat(hub.statistics().sendDrops()).as("heard lately").isEqualTo(1);
    }

    private static void hear(UdpTransport hub, UdpTransport all, String from) {
        send(all, packet(from, "10.0.0.1", 0, 20), 0);
        assertThat(receive(hub, 1, 0)).hasSize(1);
    }

    @Test
    void aPacketForAnAddressThatWasNeverHeardFromIsLostAndCounted() {
        UdpTransport hub = many();
        send(hub, packet("10.0.0.1", "10.0.0.9", 1, 20), 0);
        assertThat(hub.statistics().sendDrops()).isEqualTo(1);
        assertThat(hub.statistics().packetsSent()).isZero();
    }

    @Test
    void withTheFirstPeerOthersAreStrangers() {
        UdpTransport near = opened(UdpTransport.withFirst(ANY_PORT, 1400));
        UdpTransport first = to(near);
        UdpTransport stranger = to(near);
        byte[] hello = packet("10.0.0.2", "10.0.0.1", 1, 20);
        send(first, hello, 0);
        assertThat(receive(near, 1, 0)).containsExactly(hello);
        send(stranger, packet("10.0.0.2", "10.0.0.1", 2, 20), 0);
        byte[] more = packet("10.0.0.2", "10.0.0.1", 3, 20);
        send(first, more, 0);
        assertThat(receive(near, 1, 0)).containsExactly(more);
        assertThat(near.statistics().receiveDrops()).isEqualTo(1);

        byte[] answer = packet("10.0.0.1", "10.0.0.7", 4, 20);
        send(near, answer, 0);
        assertThat(receive(first, 1, 0)).containsExactly(answer);
    }

    @Test
    void aFixedPeerIsTheOnlyOne() throws IOException {
        UdpTransport near;
        try (DatagramSocket peer = new DatagramSocket(ANY_PORT);
                DatagramSocket stranger = new DatagramSocket(ANY_PORT)) {
            InetSocketAddress peerAddress = (InetSocketAddress) peer.getLocalSocketAddress();
            near = opened(UdpTransport.between(ANY_PORT, peerAddress, 1400));
            byte[] packet = packet("10.0.0.2", "10.0.0.1", 1, 20);
            stranger.send(new DatagramPacket(new byte[20], 20, near.localAddress()));
            peer.send(new DatagramPacket(packet, 20, near.localAddress()));
            assertThat(receive(near, 1, 0)).containsExactly(packet);
        }
        assertThat(receive(near, 0)).isEmpty();
    }

    @Test
    void aDatagramThatNoPacketFitsIsDroppedAndThoseBehindItAreNot() throws IOException {
        UdpTransport hub = opened(UdpTransport.withMany(ANY_PORT, 576));
        byte[] good = packet("10.0.0.2", "10.0.0.1", 1, 576);
        try (DatagramSocket peer = new DatagramSocket(ANY_PORT)) {
            int[] lengths = {0, 1, 19, 577, 9000};
            for (int length : lengths) {
                byte[] junk = new byte[length];
                Arrays.fill(junk, (byte) 0x45);
                peer.send(new DatagramPacket(junk, length, hub.localAddress()));
            }
            peer.send(new DatagramPacket(new byte[100], 100, hub.localAddress()));
            peer.send(new DatagramPacket(good, good.length, hub.localAddress()));
            assertThat(receive(hub, 1, 0)).containsExactly(good);
        }
        assertThat(hub.statistics().receiveDrops()).isEqualTo(6);
    }

    @Test
    void aPeerThatIsNotThereYetIsALossAndNoError() throws IOException {
        int port;
        try (DatagramSocket free = new DatagramSocket(ANY_PORT)) {
            port = free.getLocalPort();
        }
        InetSocketAddress later = new InetSocketAddress(ANY_PORT.getAddress(), port);
        UdpTransport near = opened(UdpTransport.between(ANY_PORT, later, 1400));
        for (int i = 0; i < 10; i++) {
            send(near, packet("10.0.0.1", "10.0.0.2", i, 20), 0);
            near.await(1_000_000);
            assertThat(receive(near, 0)).isEmpty();
        }
        UdpTransport peer = opened(UdpTransport.between(later, near.localAddress(), 1400));
        byte[] packet = packet("10.0.0.1", "10.0.0.2", 11, 20);
        send(near, packet, 0);
        assertThat(receive(peer, 1, 0)).containsExactly(packet);
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        UdpTransport taken = many();
        assertThatThrownBy(() -> UdpTransport.withMany(taken.localAddress(), 1400))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(String.valueOf(taken.localAddress().getPort()))
                .hasMessageContaining("choose a free port");
    }

    @Test
    void anMtuThatNoDatagramHoldsIsRefused() {
        assertThatThrownBy(() -> UdpTransport.withMany(ANY_PORT, 65_508))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 65507");
        assertThatThrownBy(() -> UdpTransport.withMany(ANY_PORT, 575))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("576");
    }
}
