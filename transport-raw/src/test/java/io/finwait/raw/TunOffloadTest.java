package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Super-packets, with the kernel's segmentation and the kernel's TCP at the other end. */
@Timeout(60)
class TunOffloadTest {

    private static final int MSS = 1000;

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
            peer.send(5000, 7000, flags, text, MSS);

            ByteArrayOutputStream arrived = new ByteArrayOutputStream();
            for (int i = 0; i <= 10; i++) {
                Segment segment = nextSegment(plain, IpAddress.parse(to));
                assertThat(segment.seq()).isEqualTo(5000 + i * MSS);
                assertThat(segment.ack()).isEqualTo(7000);
                assertThat(segment.textLength()).isEqualTo(i < 10 ? MSS : 500);
                assertThat(segment.hasFin()).isEqualTo(i == 10);
                assertThat(segment.hasPsh()).isEqualTo(i == 10);
                byte[] part = new byte[segment.textLength()];
                segment.buffer().get(segment.textOffset(), part);
                arrived.writeBytes(part);
            }
            assertThat(arrived.toByteArray()).isEqualTo(text);
        }
    }

    /** The next segment for an address; its checksum is verified. */
    private static Segment nextSegment(Transport transport, IpAddress to) {
        IpView ip = new IpView();
        Segment segment = new Segment();
        while (true) {
            byte[] packet = Wire.next(transport);
            // The kernel also says what it has to say about its own IPv6 neighbourhood.
            if (ip.parse(ByteBuffer.wrap(packet), 0, packet.length) == Verdict.OK
                    && ip.destinationLow() == to.low()
                    && ip.destinationHigh() == to.high()) {
                assertThat(segment.parse(ip, false)).isEqualTo(Verdict.OK);
                return segment;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"10.9.1.2, 10.9.1.1", "fd00:1::2, fd00:1::1"})
    void theKernelsTcpTakesAndGivesSuperPackets(String near, String far) {
        byte[] request = pattern(400_000);
        byte[] answer = pattern(30_000);
        try (Transport tun = open("fwon", 1, true)) {
            PeerOfTheKernel peer = new PeerOfTheKernel(tun, near, far);
            CompletableFuture<byte[]> kernel =
                    CompletableFuture.supplyAsync(() -> talk(near, request, answer.length));
            peer.accept();
            assertThat(peer.receive(request.length)).isEqualTo(request);
            assertThat(peer.largestSegmentSize()).as("gso_size of received packets").isPositive();
            assertThat(peer.longestPacket()).as("octets of received packets").isGreaterThan(4000);
            assertThat(peer.checksumsLeftToUs()).isPositive();
            peer.sendText(answer, MSS);
            assertThat(kernel.join()).isEqualTo(answer);
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
            peer.send(1, 2, TcpHeader.ACK, pattern(500), 0);
            Segment segment = nextSegment(plain, IpAddress.parse(to));
            assertThat(segment.textLength()).isEqualTo(500);
        }
    }

    @ParameterizedTest
    @CsvSource({"10.9.1.2, 10.9.2.2", "fd00:1::2, fd00:2::2"})
    void theKernelCompletesTheChecksumOfASinglePacket(String from, String to) {
        try (Transport offloading = open("fwon", 1, true);
                Transport plain = open("fwoff", 2, false)) {
            PeerOfTheKernel peer = new PeerOfTheKernel(offloading, from, to);
            Packet packet = peer.segment(1, 2, TcpHeader.ACK, pattern(501), 0);
            peer.leaveChecksumToTheKernel(packet);
            offloading.commit(packet, 0);
            Segment segment = nextSegment(plain, IpAddress.parse(to));
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
