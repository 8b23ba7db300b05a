package io.finwait.sim.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.script.PacketScript;
import io.finwait.sim.script.ScriptSyntaxException;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Packets, calls and scripts that nobody means well, from seeds. */
@Tag("ci")
class HostileInputTest {

    private static final int STORIES = 20_000;
    private static final int MUTANTS_OF_A_SCRIPT = 20;
    private static final Path SCRIPTS = Path.of("src/test/resources/scripts");

    @Test
    void packetsAndCallsNeverMakeTheStackThrow() {
        for (int seed = 0; seed < STORIES; seed++) {
            byte[] octets = octets(seed);
            try {
                Choices choices = new Choices(octets);
                Victim victim = new Victim();
                while (choices.areLeft()) {
                    victim.suffers(choices);
                }
                victim.ends();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
    }

    @Test
    void aSpoiltScriptIsReadOrItsMistakeIsNamed() throws IOException {
        int mistakes = 0;
        for (Path script : scripts()) {
            byte[] text = Files.readAllBytes(script);
            for (int seed = 0; seed < MUTANTS_OF_A_SCRIPT; seed++) {
                mistakes += read(spoilt(text, seed), script + ", seed " + seed);
            }
        }
        assertThat(mistakes).isGreaterThan(100);
    }

    private static byte[] octets(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] octets = new byte[1 + random.nextInt(2_000)];
        random.nextBytes(octets);
        return octets;
    }

    private static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.walk(SCRIPTS)) {
            return files.filter(each -> each.toString().endsWith(".pkt")).sorted().toList();
        }
    }

    /** Some octets in a row, copied from elsewhere in the script or made up. */
    private static String spoilt(byte[] text, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] spoilt = text.clone();
        int length = Math.min(1 + random.nextInt(12), text.length);
        int to = random.nextInt(text.length - length + 1);
        if (random.nextBoolean()) {
            System.arraycopy(text, random.nextInt(text.length - length + 1), spoilt, to, length);
        } else {
            for (int i = 0; i < length; i++) {
                spoilt[to + i] = (byte) random.nextInt(128);
            }
        }
        return new String(spoilt, StandardCharsets.UTF_8);
    }

    private static int read(String text, String name) {
        try {
            PacketScript.of(text).run();
            return 0;
        } catch (ScriptSyntaxException e) {
            assertThat(e).as(name).hasMessageMatching("(?s).*\\d+:\\d+.*");
            return 1;
        } catch (RuntimeException e) {
            throw new AssertionError("a mistake without its place: " + name + "\n" + text, e);
        }
    }
}
