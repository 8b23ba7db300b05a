package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.tcp.internal.loss.NewReno;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/** Each phase at its edges, and what they add up to. */
class SendPhasesTest {

    private static final int MSS = 1_000;

    private final Tcb tcb = new Tcb(new NewReno());
    private final Snd snd = tcb.snd;
    private final SendPhases phases = snd.phases;
    private long now = 500;

    @BeforeEach
    void open() {
        snd.reset(-1_500);
        snd.buffer = new SendBuffer(new BlockPool(1L << 30));
        snd.nxt = snd.iss + 1;
        snd.cursor = snd.nxt;
        snd.acknowledge(snd.nxt);
        // cwnd is ten segments.
        tcb.agreeOn(MSS, MSS, 0);
        snd.wnd = 3_000;
        phases.note(tcb, now);
    }

    private void queue(int octets) {
        snd.append(ByteBuffer.allocate(octets), octets);
    }

    /** What a microsecond from now on is counted as: busy, by the window, by the buffer. */
    private void counts(int busy, int window, int buffer) {
        long busyBefore = phases.busyNs(now);
        long windowBefore = phases.windowNs(now);
        long bufferBefore = phases.bufferNs(now);
        phases.note(tcb, now);
        assertThat(phases.busyNs(now)).as("nothing is lost by looking").isEqualTo(busyBefore);
        assertThat(phases.windowNs(now)).isEqualTo(windowBefore);
        assertThat(phases.bufferNs(now)).isEqualTo(bufferBefore);
        now += 1_000;
        assertThat(phases.busyNs(now) - busyBefore).as("busy").isEqualTo(1_000L * busy);
        assertThat(phases.windowNs(now) - windowBefore).as("window").isEqualTo(1_000L * window);
        assertThat(phases.bufferNs(now) - bufferBefore).as("buffer").isEqualTo(1_000L * buffer);
    }

    @Test
    void nothingIsCountedWhileNothingIsToBeDone() {
        counts(0, 0, 0);
        counts(0, 0, 0);
        queue(100);
        counts(1, 0, 0);
        snd.sent(100, false);
        counts(1, 0, 0);
        snd.acknowledge(snd.nxt);
        counts(0, 0, 0);
        snd.finIsQueued();
        counts(1, 0, 0);
        snd.sent(0, true);
        counts(1, 0, 0);
        snd.acknowledge(snd.nxt);
        counts(0, 0, 0);
    }

    /** Text waits for the window where it has no room for a segment, or for the last octets. */
    @Test
    void theWindowHoldsTextUpWhereItIsTooSmallForASegment() {
        queue(5_000);
        snd.sent(2_000, false);
        counts(1, 0, 0);
        snd.wnd = 2_999;
        counts(1, 1, 0);
        snd.wnd = 3_000;
        counts(1, 0, 0);
        snd.sent(2_500, false);
        snd.wnd = 5_000;
        counts(1, 0, 0);
        snd.wnd = 4_999;
        counts(1, 1, 0);
        snd.wnd = 0;
        counts(1, 1, 0);
    }

    @Test
    void aWindowBeyondCwndHoldsNothingUp() {
        queue(30_000);
        snd.sent(10_000, false);
        snd.wnd = tcb.cwnd();
        counts(1, 1, 0);
        snd.wnd = tcb.cwnd() + 1;
        counts(1, 0, 0);
    }

    /** All is sent, the user had more, and there would have been room for a segment. */
    @Test
    void theBufferHoldsTheUserUpWhereTheWindowsHaveRoom() {
        queue(2_000);
        snd.sent(2_000, false);
        counts(1, 0, 0);
        snd.wasFull = true;
        counts(1, 0, 1);
        snd.wnd = 2_999;
        counts(1, 0, 0);
        snd.wnd = 100_000;
        counts(1, 0, 1);
        queue(tcb.cwnd() - 3_000);
        snd.sent(tcb.cwnd() - 3_000, false);
        counts(1, 0, 1);
        queue(1);
        snd.sent(1, false);
        counts(1, 0, 0);
        snd.acknowledge(snd.nxt);
        counts(0, 0, 0);
    }

    @Test
    void theNextConnectionBeginsWithNothing() {
        queue(2_000);
        counts(1, 0, 0);
        snd.wnd = 0;
        counts(1, 1, 0);
        phases.reset();
        assertThat(phases.busyNs(now) + phases.windowNs(now) + phases.bufferNs(now)).isZero();
        now += 5;
        assertThat(phases.busyNs(now)).isZero();
    }
}
