package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.nio.file.Path;
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

    private static Stream<DynamicTest> tests(int ipVersion) {
        assertThat(OwnScripts.files()).isNotEmpty();
        return OwnScripts.files().stream()
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        OwnScripts.folder().relativize(file).toString(),
                                        () -> run(file, ipVersion)));
    }

    private static void run(Path file, int ipVersion) {
        OwnScripts.read(file).run(OwnScripts.options(file).withIpVersion(ipVersion)).orThrow();
    }
}
