package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.OffloadingTransport;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Every script of this project passes, over IPv4 and IPv6, and nothing is left over at its end. */
class OwnScriptsTest {

    @TestFactory
    Stream<DynamicTest> overIpv4() {
        return tests(4);
    }

    @TestFactory
    Stream<DynamicTest> overIpv6() {
        return tests(6);
    }

    /** What is sent is cut from super-packets: on the wire nobody sees it. */
    @TestFactory
    Stream<DynamicTest> withSegmentationOffload() {
        return Stream.of(4, 6).flatMap(version -> tests(version, OffloadingTransport::new));
    }

    @Test
    void theyAreSuperPackets() {
        OffloadingTransport[] used = new OffloadingTransport[1];
        UnaryOperator<Transport> offload = below -> used[0] = new OffloadingTransport(below);
        Path file =
                OwnScripts.folder().resolve("congestion/avoidance-is-a-segment-each-window.pkt");
        OwnScripts.read(file).run(OwnScripts.options(file).withTransport(offload)).orThrow();
        assertThat(used[0].superPackets()).isEqualTo(6);
    }

    private static Stream<DynamicTest> tests(int ipVersion) {
        return tests(ipVersion, below -> below);
    }

    private static Stream<DynamicTest> tests(int ipVersion, UnaryOperator<Transport> transport) {
        assertThat(OwnScripts.files()).isNotEmpty();
        return OwnScripts.files().stream()
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        OwnScripts.folder().relativize(file).toString(),
                                        () -> run(file, ipVersion, transport)));
    }

    private static void run(Path file, int ipVersion, UnaryOperator<Transport> transport) {
        ScriptOptions options =
                OwnScripts.options(file).withIpVersion(ipVersion).withTransport(transport);
        OwnScripts.read(file).run(options).orThrow();
    }
}
