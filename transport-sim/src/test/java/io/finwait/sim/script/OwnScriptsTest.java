package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

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
        ScriptOptions options = ScriptOptions.DEFAULT.withStrictEnd(true).withIpVersion(ipVersion);
        assertThat(OwnScripts.files()).isNotEmpty();
        return OwnScripts.files().stream()
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        OwnScripts.folder().relativize(file).toString(),
                                        () -> OwnScripts.read(file).run(options).orThrow()));
    }
}
