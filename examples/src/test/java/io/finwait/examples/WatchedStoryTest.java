package io.finwait.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finwait.examples.command.FinwaitCommand;

import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A story in a JVM of its own, watched as docs/watching.md says: by the recorder and by the log.
 */
@Timeout(120)
class WatchedStoryTest {

    @TempDir private Path folder;

    /** Runs a story with options of the JVM; returns what it said at the console's error output. */
    private List<String> play(String option, String... arguments)
            throws IOException, InterruptedException {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--sun-misc-unsafe-memory-access=allow",
                                "--enable-native-access=ALL-UNNAMED",
                                option,
                                "-cp",
                                System.getProperty("java.class.path"),
                                FinwaitCommand.class.getName()));
        line.addAll(List.of(arguments));
        File errors = folder.resolve("errors").toFile();
        Process story =
                new ProcessBuilder(line)
                        .redirectOutput(folder.resolve("output").toFile())
                        .redirectError(errors)
                        .start();
        int exit = story.waitFor();
        List<String> said = Files.readAllLines(errors.toPath(), UTF_8);
        assertThat(exit).as("%s said %s", List.of(arguments), said).isZero();
        return said;
    }

    @Test
    void aRecordingOfAStoryHoldsEventsOfEveryKind() throws Exception {
        Path file = folder.resolve("close.jfr");
        play("-XX:StartFlightRecording:filename=" + file, "lost-last-ack");
        List<RecordedEvent> events =
                RecordingFile.readAllEvents(file).stream()
                        .filter(each -> each.getEventType().getName().startsWith("io.finwait."))
                        .toList();
        Set<String> names = new TreeSet<>();
        events.forEach(each -> names.add(each.getEventType().getName()));
        assertThat(names)
                .containsExactly(
                        "io.finwait.Close",
                        "io.finwait.ResetReceived",
                        "io.finwait.ResetSent",
                        "io.finwait.Retransmission",
                        "io.finwait.StackStart",
                        "io.finwait.StateChange",
                        "io.finwait.TimeWaitEnded",
                        "io.finwait.TimeWaitEntered");
        events.forEach(WatchedStoryTest::assertComplete);
    }

    private static void assertComplete(RecordedEvent event) {
        for (ValueDescriptor field : event.getFields()) {
            Object value = event.getValue(field.getName());
            boolean ours = !Set.of("eventThread", "stackTrace").contains(field.getName());
            assertThat(!ours || (value != null && !"".equals(value)))
                    .as("%s of %s", field.getName(), event)
                    .isTrue();
        }
    }

    @Test
    void atDebugTheLogSaysWhenConnectionsOpenAndHowTheyEnd() throws Exception {
        List<String> said =
                play("-Dorg.slf4j.simpleLogger.log.io.finwait.tcp.Connection=debug", "close");
        assertThat(said)
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains(
                                                "10.0.0.1:", " > 10.0.0.2:", " opened by this end"))
                .anySatisfy(line -> assertThat(line).contains(" opened by the peer"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains(
                                                "ended: Closed in order, by this end first"
                                                        + " (SYN_SENT > ESTABLISHED > FIN_WAIT_1 >"
                                                        + " FIN_WAIT_2 > TIME_WAIT; unsent 0,"
                                                        + " unacknowledged 0, unread 0)"));
        assertThat(play("-Dnothing=said", "close")).as("without debug").isEmpty();
    }
}
