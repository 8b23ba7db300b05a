package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The arithmetic of lengths at its edges: the smallest and largest MTU, MSS and super-packet, with
 * and without options, over IPv4 and IPv6 (RFC 9293 §3.7.1, RFC 6691). Whatever they are, text
 * passes and connections close, and no segment is longer than what it may be.
 */
class SegmentSizesTest {

    private static final int LARGEST = 65_535;
    private static final int SMALLEST_V6 = 1_280;
    private static final long MS = 1_000_000L;
    private static final int[] MTUS = {
        576, 577, 1_280, 1_281, 1_500, 9_000, 32_768, 65_507, 65_508, 65_534, 65_535
    };

    /** Sees every packet that one end sends. */
    private static final class Gauge extends ForwardingTransport {

        private final int mtu;
        private final boolean offload;
        private final int mostText;
        private int withText;

        Gauge(Transport below, int mostText) {
            super(below);
            mtu = below.capabilities().mtu();
            offload = below.capabilities().segmentationOffload();
            this.mostText = mostText;
        }

        @Override
        public void commit(Packet packet, long nowNs) {
            ByteBuffer b = packet.buffer();
            int ip = (b.get(packet.offset()) >>> 4 & 0xF) == 4 ? 20 : 40;
            int tcp = (b.get(packet.offset() + ip + 12) >>> 4 & 0xF) * 4;
            int text = packet.length() - ip - tcp;
            int segment = packet.segmentSize() > 0 ? packet.segmentSize() : text;
            assertThat(ip + tcp + segment).as("octets of a segment").isLessThanOrEqualTo(mtu);
            assertThat(segment).as("octets of text").isLessThanOrEqualTo(mostText);
            assertThat(packet.length()).isLessThanOrEqualTo(offload ? LARGEST : mtu);
            withText += text > 0 ? (text + segment - 1) / segment : 0;
            super.commit(packet, nowNs);
        }
    }

    static Stream<Arguments> everyEdge() {
        return IntStream.of(MTUS)
                .boxed()
                .flatMap(
                        mtu ->
                                Stream.of(0, 64, 65, 536, mtu - 41, mtu - 40, LARGEST - 40)
                                        .distinct()
                                        .filter(mss -> mss == 0 || mss >= 64)
                                        .flatMap(mss -> combinations(mtu, mss)));
    }

    private static Stream<Arguments> combinations(int mtu, int mss) {
        return IntStream.range(0, 8)
                .filter(bits -> (bits & 1) == 0 || mtu >= SMALLEST_V6)
                .mapToObj(
                        bits ->
                                Arguments.of(
                                        mtu,
                                        mss,
                                        (bits & 1) != 0,
                                        (bits & 2) != 0,
                                        (bits & 4) != 0));
    }

    @ParameterizedTest(name = "MTU {0}, MSS {1}, IPv6 {2}, offload {3}, options {4}")
    @MethodSource("everyEdge")
    void textPassesAndTheConnectionCloses(
            int mtu, int mss, boolean v6, boolean offload, boolean options) throws IOException {
        DirectLink[] ends =
                DirectLink.pair(
                        new Capabilities(
                                mtu,
                                0,
                                offload ? LARGEST : mtu,
                                offload,
                                offload,
                                true,
                                true,
                                false));
        int fits = mtu - (v6 ? 60 : 40);
        int mostText = (mss == 0 ? fits : Math.min(mss, fits)) - (options ? 12 : 0);
        Gauge gauge = new Gauge(ends[0], mostText);
        TcpEndpoint client = endpoint(v6 ? "fd00::1" : "10.0.0.1", mss, options, gauge);
        TcpEndpoint server = endpoint(v6 ? "fd00::2" : "10.0.0.2", mss, options, ends[1]);

        int octets = transfer(client, server, IpAddress.parse(v6 ? "fd00::2" : "10.0.0.2"));

        int least = (octets + mostText - 1) / mostText;
        assertThat(gauge.withText).as("segments").isBetween(least, least + least / 10 + 8);
    }

    private static TcpEndpoint endpoint(
            String address, int mss, boolean options, Transport transport) {
        EndpointConfig.Builder config =
                EndpointConfig.at(address)
                        .seed(1)
                        .timestamps(options)
                        .selectiveAcknowledgments(options)
                        .windowScaling(options)
                        .maxSegmentSize(mss);
        return new TcpEndpoint(config.build(), transport);
    }

    /** Sends text one way and closes both; returns how many octets that were. */
    private static int transfer(TcpEndpoint client, TcpEndpoint server, IpAddress address)
            throws IOException {
        Listener listener = server.listen(80, 1);
        Connection ours = client.connect(address, 80);
        Connection theirs = null;
        int octets = 100_003;
        ByteBuffer text = ByteBuffer.allocate(octets);
        for (int i = 0; i < octets; i++) {
            text.put(i, (byte) (i * 31 + (i >> 8)));
        }
        ByteBuffer read = ByteBuffer.allocate(octets + 1);
        boolean closed = false;
        boolean ended = false;
        for (int ms = 0; ms < 60_000 && !ended; ms++) {
            long now = ms * MS;
            client.doWork(now);
            server.doWork(now);
            if (theirs == null) {
                theirs = listener.accept();
            }
            if (theirs != null && text.hasRemaining()) {
                ours.send(text);
                if (!text.hasRemaining()) {
                    ours.shutdownOutput();
                }
            }
            if (theirs != null && !closed && theirs.receive(read) < 0) {
                theirs.close();
                closed = true;
            }
            ended = theirs != null && ours.hasEnded() && theirs.hasEnded();
        }
        assertThat(ended).as("ended; %s octets came", read.position()).isTrue();
        assertThat(read.flip()).isEqualTo(text.flip());
        assertThat(ours.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(theirs.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        return octets;
    }

    @Test
    void anMtuBelowWhatEveryHostMustTakeIsRefused() {
        assertThatThrownBy(() -> Capabilities.plain(68))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mtu 68 is out of range; choose 576 to 65535 octets");
        assertThatThrownBy(() -> Capabilities.plain(65_536))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
