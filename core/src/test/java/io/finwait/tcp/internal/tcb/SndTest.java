package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.SendBuffer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;

/** The send variables, with numbers that wrap around or not. */
class SndTest {

    private static final int MSS = 100;

    private final Snd snd = new Snd();

    @BeforeEach
    void begin() {
        snd.buffer = new SendBuffer(new BlockPool(1L << 30));
    }

    /** The SYN is sent and acknowledged, and so many octets are queued. */
    private void open(int iss, int octets) {
        snd.reset(iss);
        snd.mss = MSS;
        snd.nxt = iss + 1;
        snd.cursor = iss + 1;
        snd.acknowledge(iss + 1);
        assertThat(snd.append(ByteBuffer.allocate(octets), octets)).isEqualTo(octets);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, Integer.MAX_VALUE - 150, -150, -1})
    void whatGoesForTheFirstTimeMovesSndNxtAndWhatGoesAgainDoesNot(int iss) {
        open(iss, 350);
        assertThat(snd.sent(MSS, false)).isTrue();
        assertThat(snd.nxt).isEqualTo(iss + 1 + MSS);
        assertThat(snd.flightWhenSent).isEqualTo(MSS);
        assertThat(snd.lastBegin).isEqualTo(iss + 1);
        assertThat(snd.sent(MSS, false)).isTrue();
        assertThat(snd.lastBegin).isEqualTo(iss + 1 + MSS);
        snd.cursor = iss + 1;
        assertThat(snd.sent(MSS, false)).as("again").isFalse();
        assertThat(snd.cursor).isEqualTo(iss + 1 + MSS);
        assertThat(snd.nxt).isEqualTo(iss + 1 + 2 * MSS);
        assertThat(snd.sent(MSS, false)).as("again, up to SND.NXT").isFalse();
        assertThat(snd.nxt).isEqualTo(iss + 1 + 2 * MSS);
        assertThat(snd.flightWhenSent).isEqualTo(2 * MSS);
        snd.cursor--;
        assertThat(snd.sent(MSS, false)).as("an octet again, and others").isTrue();
        assertThat(snd.nxt).isEqualTo(iss + 3 * MSS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE - 200, -200})
    void theLastSegmentOfASuperPacketBeginsWhereItWouldAlone(int iss) {
        open(iss, 350);
        snd.finIsQueued();
        assertThat(snd.sent(3 * MSS, false)).isTrue();
        assertThat(snd.lastBegin).isEqualTo(iss + 1 + 2 * MSS);
        assertThat(snd.hasUnsent()).isTrue();
        assertThat(snd.unsentText()).isEqualTo(50);
        assertThat(snd.sent(50, true)).isTrue();
        assertThat(snd.lastBegin).isEqualTo(iss + 1 + 3 * MSS);
        assertThat(snd.nxt).isEqualTo(snd.finSeq + 1);
        assertThat(snd.hasUnsent()).isFalse();
        assertThat(snd.hasPending()).isFalse();
        assertThat(snd.unsentText()).isZero();
        assertThat(snd.unacknowledgedText()).isEqualTo(350);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE - 60, -60})
    void aFinThatGoesAloneIsTheLastSegment(int iss) {
        open(iss, 50);
        assertThat(snd.sent(50, false)).isTrue();
        assertThat(snd.finSent()).isFalse();
        snd.finIsQueued();
        assertThat(snd.finSent()).isFalse();
        assertThat(snd.hasUnsent()).isTrue();
        assertThat(snd.hasPending()).isTrue();
        assertThat(snd.sent(0, true)).isTrue();
        assertThat(snd.lastBegin).isEqualTo(snd.finSeq).isEqualTo(iss + 51);
        assertThat(snd.finSent()).isTrue();
        snd.acknowledge(iss + 51);
        assertThat(snd.finAcknowledged()).as("the text alone").isFalse();
        assertThat(snd.acknowledgedText()).isEqualTo(50);
        snd.acknowledge(iss + 52);
        assertThat(snd.finAcknowledged()).isTrue();
        assertThat(snd.acknowledgedText()).as("a FIN is no text").isEqualTo(50);
        assertThat(snd.flight()).isZero();
        assertThat(snd.buffer.length()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE - 200, -200})
    void anAckIsNewBehindSndUnaUpToSndNxt(int iss) {
        open(iss, 300);
        assertThat(snd.isNewAck(iss + 1)).isFalse();
        snd.sent(MSS, false);
        assertThat(snd.isNewAck(iss + 1)).isFalse();
        assertThat(snd.isNewAck(iss + 2)).isTrue();
        assertThat(snd.isNewAck(iss + 1 + MSS)).isTrue();
        assertThat(snd.isNewAck(iss + 2 + MSS)).isFalse();
    }

    /** An ACK of what goes again moves the cursor, but never back. */
    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE - 200, -200})
    void anAckMovesTheCursorForward(int iss) {
        open(iss, 300);
        snd.sent(2 * MSS, false);
        snd.cursor = iss + 1;
        snd.acknowledge(iss + 1 + MSS);
        assertThat(snd.cursor).isEqualTo(iss + 1 + MSS);
        assertThat(snd.base).isEqualTo(iss + 1 + MSS);
        assertThat(snd.buffer.length()).isEqualTo(200);
        snd.cursor = snd.nxt;
        snd.acknowledge(iss + 2 + MSS);
        assertThat(snd.cursor).isEqualTo(snd.nxt);
        assertThat(snd.unacknowledgedText()).isEqualTo(MSS - 1);
        assertThat(snd.acknowledgedText()).isEqualTo(MSS + 1);
    }

    /** An old ACK is one of a number that was acknowledged once, and within a window at most. */
    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE - 200, -200})
    void theOldestAckIsAWindowBehindAndNotBeforeTheSyn(int iss) {
        open(iss, 300);
        assertThat(snd.oldestAck()).isZero();
        snd.updateWindow(150, 7, iss + 1);
        assertThat(snd.oldestAck()).isEqualTo(1);
        snd.sent(2 * MSS, false);
        snd.acknowledge(snd.nxt);
        assertThat(snd.oldestAck()).isEqualTo(150);
        snd.updateWindow(50, 8, snd.una);
        assertThat(snd.wnd).isEqualTo(50);
        assertThat(snd.wl1).isEqualTo(8);
        assertThat(snd.wl2).isEqualTo(snd.una);
        assertThat(snd.oldestAck()).as("of the largest window").isEqualTo(150);
        snd.updateWindow(1_000, 9, snd.una);
        assertThat(snd.oldestAck()).isEqualTo(2 * MSS + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE - 10, -10})
    void queuedTextKeepsItsPlaceWhereTheFirstNumberChanges(int iss) {
        snd.reset(99);
        snd.append(ByteBuffer.allocate(20), 30);
        snd.wasFull = true;
        snd.renumber(iss);
        assertThat(snd.base).isEqualTo(iss + 1);
        assertThat(snd.textEnd).isEqualTo(iss + 21);
        assertThat(snd.unsentText()).isEqualTo(20);
        assertThat(snd.wasFull).isTrue();
        snd.clear();
        assertThat(snd.textEnd).isEqualTo(iss + 1);
        assertThat(snd.unsentText()).isZero();
        assertThat(snd.acknowledgedText()).isZero();
    }
}
