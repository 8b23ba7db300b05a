package io.finwait.sim.script;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The scripts over IPv4, {@value #LOT} to a test, for mutation testing alone: there each test is
 * begun by itself for each change of the code, which costs more than most scripts do. The build
 * runs {@link OwnScriptsTest} and not these, as the name does not end with Test.
 */
class ScriptLots {

    private static final int LOT = 12;

    static IntStream lots() {
        return IntStream.range(0, (OwnScripts.files().size() + LOT - 1) / LOT);
    }

    @ParameterizedTest
    @MethodSource("lots")
    void overIpv4(int lot) {
        List<Path> files = OwnScripts.files();
        for (Path file : files.subList(LOT * lot, Math.min(files.size(), LOT * (lot + 1)))) {
            OwnScripts.read(file).run(OwnScripts.options(file).withIpVersion(4)).orThrow();
        }
    }
}
