package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;

/** Super-packets, with the kernel's segmentation and the kernel's TCP at the other end. */
@Timeout(60)
class TunOffloadTest {

    private static final int MSS = 1000;
    private static final int MOST_TRIES = 50;

    private static NetworkNamespace namespace;

    @BeforeAll
    static void makeNamespace() {
        namespace = Lab.namespace();
        namespace.exec("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        namespace.exec("sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1");
    }

    @AfterAll
    static void removeNamespace() {
        if (namespace != null) {
            namespace.close();
        }
    }

    private static Transport open(String name, int network, boolean offload) {
        return TunTransport.open(
                TunOptions.named(name)
                        .netns(namespace.name())
                        .offload(offload)
                        .address("10.9." + network + ".1/24")
                        .address("fd00:" + network + "::1/64"));
    }

    /**
     * The kernel routes a super-packet from an offloading device to a plain one, and has to cut it
     * there.
     */
    @ParameterizedTest
    @CsvSource({"10.9.1.2, 10.9.2.2", "fd00:1::2, fd00:2::2"})
    void theKernelCutsASuperPacketIntoGoodSegments(String from, String to) {
        byte[] text = pattern(10_500);
        try (Transport offloading = open("fwon", 1, true);
                Transport plain = open("fwoff", 2, false)) {
            PeerOfTheKernel peer = new PeerOfTheKernel(offloading, from, to);
            int flags = TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN;

            byte[] arrived = new byte[text.length];
            BitSet parts = new BitSet();
            Runnable sending = () -> peer.send(5000, 7000, flags, text, MSS);
            sending.run();
            while (parts.cardinality() < 11) {
                Segment segment = nextSegment(plain, to, sending);
                int i = (segment.seq() - 5000) / MSS;
                assertThat(segment.seq()).isEqualTo(5000 + i * MSS);
                assertThat(segment.ack()).isEqualTo(7000);
                assertThat(segment.textLength()).isEqualTo(i < 10 ? MSS : 500);
                assertThat(segment.hasFin()).isEqualTo(i == 10);
                assertThat(segment.hasPsh()).isEqualTo(i == 10);
                segment.buffer().get(segment.textOffset(), arrived, i * MSS, segment.textLength());
                parts.set(i);
            }
            assertThat(arrived).isEqualTo(text);
        }
    }

    /** The next segment for an address; what is sent goes again when nothing comes. */
    private static Segment nextSegment(Transport transport, String to, Runnable sending) {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Segment segment = nextSegment(transport, IpAddress.parse(to));
            if (segment != null) {
                return segment;
            }
            sending.run();
        }
        throw new AssertionError("sent " + MOST_TRIES + " times, nothing has arrived at " + to);
    }

    /** The next segment for an address, its checksum verified; null when none comes. */
    private static Segment nextSegment(Transport transport, IpAddress to) {
        IpView ip = new IpView();
        Segment segment = new Segment();
        PacketBatch batch = new PacketBatch(1);
        while (Wire.receive(transport, batch, PeerOfTheKernel.REPEAT_NS)) {
            byte[] packet = Wire.octets(batch.get(0));
            batch.clear();
            // The kernel also says what it has to say about its own IPv6 neighbourhood.
            if (ip.parse(ByteBuffer.wrap(packet), 0, packet.length) == Verdict.OK
                    && ip.destinationLow() == to.low()
                    && ip.destinationHigh() == to.high()) {
                assertThat(segment.parse(ip, false)).isEqualTo(Verdict.OK);
                return segment;
            }
        }
        return null;
    }

    @ParameterizedTest
    @CsvSource({"10.9.1.2, 10.9.1.1", "fd00:1::2, fd00:1::1"})
    void theKernelsTcpTakesAndGivesSuperPackets(String near, String far) {
        try (Transport tun = open("fwon", 1, true)) {
            PeerOfTheKernel peer = new PeerOfTheKernel(tun, near, far);
            exchange(peer, near, pattern(400_000), pattern(30_000));
            assertThat(peer.largestSegmentSize()).as("gso_size of received packets").isPositive();
            assertThat(peer.longestPacket()).as("octets of received packets").isGreaterThan(4000);
            assertThat(peer.checksumsLeftToUs()).isPositive();
        }
    }

    /** The exchange does not depend on a machine that loses nothing. */
    @Test
    void theExchangeEndsWellWhenPacketsAreLost() {
        try (Lossy tun = new Lossy(open("fwon", 1, true))) {
            PeerOfTheKernel peer = new PeerOfTheKernel(tun, "10.9.1.2", "10.9.1.1");
            exchange(peer, "10.9.1.2", pattern(300_000), pattern(30_000));
            assertThat(tun.longOneLost).isTrue();
            assertThat(tun.lost).as("packets lost").isGreaterThan(2);
        }
    }

    private static void exchange(PeerOfTheKernel peer, String near, byte[] request, byte[] answer) {
        CompletableFuture<byte[]> kernel =
                CompletableFuture.supplyAsync(() -> talk(near, request, answer.length));
        try {
            peer.accept();
            assertThat(peer.receive(request.length)).isEqualTo(request);
            peer.sendText(answer, MSS);
        } catch (AssertionError e) {
            // What the kernel's side has met tells more than the silence that followed.
            if (kernel.isCompletedExceptionally()) {
                e.addSuppressed(kernel.exceptionNow());
            }
            throw e;
        }
        assertThat(kernel.join()).isEqualTo(answer);
    }

    /** Loses the first packet that we send, each second behind it, and the first long one. */
    private static final class Lossy extends ForwardingTransport {

        private int sent;
        private int lost;
        private boolean longOneLost;

        Lossy(Transport below) {
            super(below);
        }

        @Override
        public void commit(Packet packet, long nowNs) {
            boolean firstLongOne = packet.length() > 10_000 && !longOneLost;
            if (sent++ % 2 == 0 || firstLongOne) {
                longOneLost |= firstLongOne;
                lost++;
                abandon(packet);
            } else {
                super.commit(packet, nowNs);
            }
        }
    }

    /** What the kernel's side does: connect, write, and read the answer. */
    private static byte[] talk(String to, byte[] request, int answerLength) {
        return namespace.call(
                () -> {
                    try (Socket socket = new Socket()) {
                        int patienceMs = (int) (Wire.LONG_NS / 1_000_000);
                        socket.setSoTimeout(patienceMs);
                        socket.connect(new InetSocketAddress(to, PeerOfTheKernel.PORT), patienceMs);
                        socket.getOutputStream().write(request);
                        return socket.getInputStream().readNBytes(answerLength);
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({"10.9.1.2, 10.9.2.2", "fd00:1::2, fd00:2::2"})
    void aPacketWithoutOffloadPassesAnOffloadingDeviceAsItIs(String from, String to) {
        try (Transport offloading = open("fwon", 1, true);
                Transport plain = open("fwoff", 2, false)) {
            PeerOfTheKernel peer = new PeerOfTheKernel(offloading, from, to);
            Runnable sending = () -> peer.send(1, 2, TcpHeader.ACK, pattern(500), 0);
            sending.run();
            Segment segment = nextSegment(plain, to, sending);
            assertThat(segment.textLength()).isEqualTo(500);
        }
    }

    @ParameterizedTest
    @CsvSource({"10.9.1.2, 10.9.2.2", "fd00:1::2, fd00:2::2"})
    void theKernelCompletesTheChecksumOfASinglePacket(String from, String to) {
        try (Transport offloading = open("fwon", 1, true);
                Transport plain = open("fwoff", 2, false)) {
            PeerOfTheKernel peer = new PeerOfTheKernel(offloading, from, to);
            Runnable sending =
                    () -> {
                        Packet packet = peer.segment(1, 2, TcpHeader.ACK, pattern(501), 0);
                        peer.leaveChecksumToTheKernel(packet);
                        offloading.commit(packet, 0);
                    };
            sending.run();
            Segment segment = nextSegment(plain, to, sending);
            assertThat(segment.textLength()).isEqualTo(501);
        }
    }

    private static byte[] pattern(int octets) {
        byte[] pattern = new byte[octets];
        for (int i = 0; i < octets; i++) {
            pattern[i] = (byte) (i * 7 + (i >>> 8));
        }
        return pattern;
    }
}
