package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.IpAddress;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

class FlightEventsTest {

    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER = IpAddress.parse("fd00::2");

    @TempDir Path folder;

    @Test
    void aRecordingHoldsStateChangesAndCloses() throws Exception {
        Path file = folder.resolve("close.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.finwait.StateChange");
            recording.enable("io.finwait.Close");
            recording.start();
            assertThat(FlightEvents.recordsStateChanges()).isTrue();
            assertThat(FlightEvents.recordsCloses()).isTrue();
            stateChange();
            close();
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        RecordedEvent change = only(events, "io.finwait.StateChange");
        assertThat(change.getString("local")).isEqualTo("10.0.0.1:40000");
        assertThat(change.getString("foreign")).isEqualTo("[fd00::2]:80");
        assertThat(change.getString("from")).isEqualTo("ESTABLISHED");
        assertThat(change.getString("to")).isEqualTo("FIN_WAIT_1");
        assertThat(change.getString("trigger")).isEqualTo("CLOSE");
        RecordedEvent close = only(events, "io.finwait.Close");
        assertThat(close.getString("reason")).isEqualTo("reset by peer");
        assertThat(close.getLong("unsent")).isEqualTo(1);
        assertThat(close.getLong("unacknowledged")).isEqualTo(2);
        assertThat(close.getLong("unread")).isEqualTo(3);
        assertThat(close.getDuration("lifetime")).isEqualTo(Duration.ofMillis(5));
    }

    @Test
    void nothingIsAllocatedWhileNothingRecords() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        stateChange();
        close();
        assertThat(FlightEvents.recordsStateChanges()).isFalse();
        // The first question may allocate inside the management bean itself.
        threads.getCurrentThreadAllocatedBytes();
        // The least of some rounds: once in a while the JIT compiler allocates on this thread's
        // account.
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 5 && allocated > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                stateChange();
                close();
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).as("octets in 20,000 calls").isZero();
    }

    private static void stateChange() {
        FlightEvents.stateChange(
                CLIENT.high(),
                CLIENT.low(),
                40_000,
                SERVER.high(),
                SERVER.low(),
                80,
                "ESTABLISHED",
                "FIN_WAIT_1",
                "CLOSE");
    }

    private static void close() {
        FlightEvents.close(
                CLIENT.high(),
                CLIENT.low(),
                40_000,
                SERVER.high(),
                SERVER.low(),
                80,
                "reset by peer",
                1,
                2,
                3,
                5_000_000);
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name) {
        List<RecordedEvent> found =
                events.stream().filter(each -> each.getEventType().getName().equals(name)).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
