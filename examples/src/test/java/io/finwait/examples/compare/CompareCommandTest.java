package io.finwait.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.examples.command.FinwaitCommand;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** {@code finwait compare}, as it is typed. */
@Timeout(120)
class CompareCommandTest {

    private record Run(int code, String out, String err) {}

    private static Run run(String... args) {
        PrintStream realOut = System.out;
        PrintStream realErr = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            int code = FinwaitCommand.run(args);
            String text = out.toString(StandardCharsets.UTF_8);
            return new Run(code, text, err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(realOut);
            System.setErr(realErr);
        }
    }

    @Test
    void simulationAndTwoProcessesDoTheSame() {
        Run run = run("compare", "abort", "--on", "sim,udp:,unix:");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("playing on udp: ...");
        assertThat(run.out())
                .containsPattern("-> RST, ACK( +[0-9.]+ (ms|s)){3}\n")
                .containsPattern(
                        "read\\(\\): error \"Connection reset by peer\"( +[0-9.]+ m?s){3}\n");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void whereRightsAreMissingItSaysThatItSkips() {
        String name = System.getProperty("user.name");
        System.setProperty("user.name", "nobody");
        try {
            Run run = run("compare", "abort", "--on", "sim,tun");
            assertThat(run.code()).isZero();
            assertThat(run.out()).startsWith("tun: skipped: it ");
        } finally {
            System.setProperty("user.name", name);
        }
    }

    @Test
    void withoutRightsTheReasonsAreTheRealOnes() {
        String name = System.getProperty("user.name");
        System.setProperty("user.name", "nobody");
        try {
            Run run = run("compare", "lost-last-ack", "--on", "sim,tun,kernel");
            assertThat(run.code()).isZero();
            assertThat(run.out())
                    .startsWith("tun: skipped: it ")
                    .contains("kernel: in part: on the loopback device")
                    .contains("their packets are not seen")
                    .contains("On kernel the story did not come to this scene.")
                    .doesNotContain("No reason is known", "delays some ACKs", "200 ms");
        } finally {
            System.setProperty("user.name", name);
        }
    }

    @Test
    void aMistakeIsToldInASentence() {
        assertThat(run("compare", "bogus").code()).isEqualTo(2);
        assertThat(run("compare", "bogus").err()).contains("choose one of [close, half-close");
        assertThat(run("compare", "abort", "--on", "moon").err()).contains("'moon' is not a place");
    }
}
