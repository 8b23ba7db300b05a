package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.spi.TransportUri;
import io.finwait.spi.Transports;
import io.finwait.trace.TapProvider;
import io.finwait.trace.TapTransport;
import io.finwait.trace.TraceProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Decorators by URI: around any transport, also around each other. */
class DecoratorProvidersTest {

    private static void send(Transport from) {
        Packet packet = from.claim(40);
        packet.buffer().put(packet.offset(), new byte[40]);
        packet.buffer().put(packet.offset(), (byte) 0x45);
        from.commit(packet, 0);
    }

    private static int receivedBy(Transport to) {
        return to.receive(new PacketBatch(16), 0);
    }

    @Test
    void theDecoratorTakesItsParametersAndLeavesTheOthers() {
        TransportUri uri = TransportUri.parse("faults:udp://h:1?peer=h:2&loss=5%&mtu=600");
        assertThat(uri.decorated("loss", "delay")).isEqualTo("udp://h:1?peer=h:2&mtu=600");
        assertThat(TransportUri.parse("trace:unix:/tmp/s").decorated()).isEqualTo("unix:/tmp/s");
        assertThat(TransportUri.parse("trace:faults:sim://n/h?loss=1").decorated())
                .isEqualTo("faults:sim://n/h?loss=1");
    }

    @Test
    void faultsByUriSpoilOneWayOnly() {
        try (Transport near = Transports.open("faults:sim://oneway/near?loss=100%&way=out");
                Transport far = Transports.open("sim://oneway/far")) {
            assertThat(near).isInstanceOf(FaultTransport.class);
            send(near);
            assertThat(receivedBy(far)).isZero();
            send(far);
            assertThat(receivedBy(near)).isOne();
        }
    }

    @Test
    void aTapByUriWritesACaptureThatIsWholeAfterClose(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("x.pcapng");
        try (Transport near = Transports.open("trace:tap:sim://tapped/near?pcap=" + file);
                Transport far = Transports.open("sim://tapped/far")) {
            assertThat(near).isInstanceOf(TapTransport.class);
            send(near);
            assertThat(receivedBy(far)).isOne();
        }
        // Section header, interface description, and one packet of 40 octets in 32 octets of frame.
        assertThat(Files.size(file)).isGreaterThan(40 + 32 + 28);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trace:                          | write the URI of one behind the colon",
                "trace:nothing                   | write the URI of one behind the colon",
                "trace:nobody://x                | these are here",
                "faults:sim://n/h?way=up         | write out, in or both",
                "faults:sim://n/h?loss=much      | write 0.1 or 10%",
                "faults:sim://n/h?peer=x         | is unknown in",
                "tap:sim://n/h                   | add &pcap=FILE",
                "tap:sim://n/h?pcap=             | add &pcap=FILE"
            })
    void aWrongUriGetsASentenceThatSaysWhatToWrite(String uri, String says) {
        assertThatThrownBy(() -> Transports.open(uri).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
    }

    @Test
    void aCaptureThatCantBeWrittenIsSaidAndLeavesNothingOpen() {
        assertThatThrownBy(() -> Transports.open("tap:sim://nofile/h?pcap=/no/such/x").close())
                .isInstanceOf(java.io.UncheckedIOException.class)
                .hasMessageContaining("/no/such/x");
        Transports.open("sim://nofile/h").close();
    }

    @Test
    void theUsageBeginsWithTheScheme() {
        assertThat(new FaultProvider().usage()).startsWith("faults:");
        assertThat(new SimTransportProvider().usage()).startsWith("sim:");
        assertThat(new TapProvider().usage()).startsWith("tap:");
        assertThat(new TraceProvider().usage()).startsWith("trace:");
    }

    /** {@code tap:} is a device of another module, too. */
    @ParameterizedTest
    @CsvSource({
        "tap:fw0, false",
        "tap:fw0?mtu=1400, false",
        "tap:fw0?pcap=x, true",
        "tap:sim://n/h, true",
        "tap:udp://h:1?pcap=x, true",
        "tap::, true"
    })
    void aTapIsMeantWhereThereIsATransportOrAFile(String uri, boolean meant) {
        assertThat(new TapProvider().isMeantBy(TransportUri.parse(uri))).isEqualTo(meant);
    }
}
