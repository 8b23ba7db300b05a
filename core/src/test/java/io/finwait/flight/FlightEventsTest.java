package io.finwait.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.IpAddress;

import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.ValueDescriptor;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;

/** What is asked before an event is written costs nothing while nothing records it. */
class FlightEventsTest {

    @Test
    void nothingIsAllocatedWhileNothingRecords() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThat(anyRecorded()).isFalse();
        // The first question may allocate inside the management bean itself.
        threads.getCurrentThreadAllocatedBytes();
        // The least of some rounds: once in a while the JIT compiler allocates on this thread's
        // account.
        long allocated = Long.MAX_VALUE;
        boolean any = false;
        for (int round = 0; round < 30 && allocated > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                any |= anyRecorded();
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(any).isFalse();
        assertThat(allocated).as("octets in 10,000 times all questions").isZero();
    }

    private static boolean anyRecorded() {
        return FlightEvents.recordsStarts()
                || FlightEvents.recordsStateChanges()
                || FlightEvents.recordsCloses()
                || FlightEvents.recordsRetransmissions()
                || FlightEvents.recordsResetsReceived()
                || FlightEvents.recordsResetsSent()
                || FlightEvents.recordsTimeWaitsEntered()
                || FlightEvents.recordsTimeWaitsEnded();
    }

    @Test
    void everyEventAndFieldHasALabel() {
        assertThat(anyRecorded()).isFalse();
        var ours =
                FlightRecorder.getFlightRecorder().getEventTypes().stream()
                        .filter(each -> each.getName().startsWith("io.finwait."))
                        .toList();
        assertThat(ours)
                .extracting(EventType::getName)
                .containsExactlyInAnyOrder(
                        "io.finwait.StackStart",
                        "io.finwait.StateChange",
                        "io.finwait.Close",
                        "io.finwait.Retransmission",
                        "io.finwait.ResetReceived",
                        "io.finwait.ResetSent",
                        "io.finwait.TimeWaitEntered",
                        "io.finwait.TimeWaitEnded");
        for (EventType type : ours) {
            assertThat(type.getCategoryNames()).containsExactly("Finwait", "TCP");
            assertThat(type.getFields())
                    .as(type.getName())
                    .extracting(ValueDescriptor::getLabel)
                    .doesNotContainNull();
        }
    }

    @Test
    void anAddressAndAPortReadAsInAUri() {
        IpAddress four = IpAddress.parse("10.0.0.1");
        IpAddress six = IpAddress.parse("fd00::2");
        assertThat(FlightEvents.socket(four.high(), four.low(), 80)).isEqualTo("10.0.0.1:80");
        assertThat(FlightEvents.socket(six.high(), six.low(), 80)).isEqualTo("[fd00::2]:80");
    }
}
