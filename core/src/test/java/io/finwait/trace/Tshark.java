package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a capture with tshark; where there is none the test is reported as skipped, with the
 * reason.
 */
final class Tshark {

    private Tshark() {}

    /** The given fields of all packets, one line each, separated by {@code |}. */
    static List<String> fields(Path capture, String... fields) throws Exception {
        Assumptions.assumeTrue(
                isInstalled(), "tshark is not installed; apt install tshark to run this test");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "tshark",
                                "-r",
                                capture.toString(),
                                "-o",
                                "tcp.check_checksum:TRUE",
                                "-o",
                                "ip.check_checksum:TRUE",
                                "-T",
                                "fields",
                                "-E",
                                "separator=|"));
        for (String each : fields) {
            command.add("-e");
            command.add(each);
        }
        Path errors = capture.resolveSibling("tshark.err");
        Process tshark = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String out = new String(tshark.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tshark.waitFor()).as(Files.readString(errors)).isZero();
        return out.lines().toList();
    }

    private static boolean isInstalled() throws IOException {
        for (String folder :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, "tshark"))) {
                return true;
            }
        }
        return false;
    }
}
