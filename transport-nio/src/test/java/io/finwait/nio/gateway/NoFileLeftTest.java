package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A gateway that can open no more sockets refuses calls, and goes on when there are some again. */
@Timeout(120)
class NoFileLeftTest {

    @Test
    void callsAreRefusedWhileNoFileCanBeOpened() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no sh: skipped");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String options = " -XX:-MaxFDLimit -XX:TieredStopAtLevel=1 -cp \"$1\" ";
        Process program =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "ulimit -n 200; exec " + java + options + "\"$2\"",
                                "sh",
                                System.getProperty("java.class.path"),
                                NoFileLeft.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said)
                .contains("without a gateway ConnectException")
                .contains("in the end ConnectException")
                .contains("then open");
        assertThat(program.waitFor()).as(said).isZero();
    }
}
