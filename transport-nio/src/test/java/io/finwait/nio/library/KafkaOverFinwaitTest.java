package io.finwait.nio.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.nio.ChildJvm;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Kafka, unmodified, its broker and its clients; all their channels are ours by options of the JVM.
 */
@Tag("ci")
@Timeout(180)
class KafkaOverFinwaitTest {

    private static final String SAID =
            """
            broker DriverServerSocketChannel
            produce-and-consume 0 TIME_WAIT
            closed-while-idle 0 1
            reset-while-idle 0 1
            reset-while-waiting late
            half-close -1
            wakeup WakeupException: null
            abort TimeoutException: The AdminClient thread has exited. Call: listTopics
            timeout TimeoutException: Topic silent not present in metadata after 200 ms.
            reset TimeoutException: Topic rude not present in metadata after 500 ms., tried again: true
            refused TimeoutException: Topic refused not present in metadata after 200 ms.
            """;

    @TempDir private Path folder;

    @Test
    void aBrokerAndItsClientsRunUnchanged() throws Exception {
        play(Below.SIMULATED_LINK_OVER_DATAGRAMS);
    }

    @Test
    @Tag("thorough")
    void overTheLoopbackTheyDoAsWell() throws Exception {
        play(Below.LOOPBACK);
    }

    private void play(Below below) throws Exception {
        List<String> options = WholeProgramTest.options(below);
        // Most of its time goes into compiling the broker's start.
        options.add("-XX:TieredStopAtLevel=1");
        options.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
        try (ChildJvm program = ChildJvm.start(options, KafkaProgram.class, folder.toString())) {
            program.untilItEnds();
            Stream<String> words = SAID.lines().map(line -> line.split(" ", 2)[0]);
            assertThat(words.map(word -> (word + " " + program.said(word)).strip()))
                    .containsExactlyElementsOf(SAID.lines().toList());
        }
    }
}
