package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What cannot be written is told, and the exit code says it. */
class OutputTest {

    @TempDir private Path folder;

    /** Full from the beginning. */
    private static final class Full extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            throw new IOException("No space left on device");
        }
    }

    private static CommandRun intoTheFull(String... args) {
        PrintStream real = System.out;
        try {
            System.setOut(new PrintStream(new Full(), false, StandardCharsets.UTF_8));
            return CommandRun.keepingOut(args);
        } finally {
            System.setOut(real);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "close",
                "half-close",
                "hold FIN_WAIT_2",
                "compare abort --on sim",
                "time-wait --entries 1000",
                "--help",
                "help close",
                "--version",
                "script PKT"
            })
    void aCommandWhoseOutputIsLostFails(String line) throws IOException {
        Path script = folder.resolve("a.pkt");
        Files.writeString(script, "0 socket(..., SOCK_STREAM, 0) = 3\n+0 = CLOSED\n");
        CommandRun run = intoTheFull(line.replace("PKT", script.toString()).split(" ", -1));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines())
                .last()
                .asString()
                .startsWith("finwait")
                .contains("the output can't be written");
    }

    @Test
    void captureAndReportAndPictureAreOutputToo() throws IOException {
        Path full = Path.of("/dev/full");
        if (!Files.exists(full)) {
            return;
        }
        Path script = folder.resolve("a.pkt");
        Files.writeString(
                script,
                """
                0 socket(..., SOCK_STREAM, 0) = 3
                +0 bind(3, ..., ...) = 0
                +0 < . 1:1(0) ack 1 win 1
                """);
        for (String line :
                new String[] {
                    "close --pcap /dev/full",
                    "close --svg /dev/full",
                    "script PKT --pcap /dev/full",
                    "script PKT --report /dev/full"
                }) {
            CommandRun run = CommandRun.of(line.replace("PKT", script.toString()).split(" ", -1));
            assertThat(run.code()).as(line).isEqualTo(1);
            assertThat(run.err()).as(line).startsWith("finwait ").contains("/dev/full");
        }
    }
}
