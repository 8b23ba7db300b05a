package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.LentText;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.wire.Seq;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The window as the peer reads it from the field: its right edge is not taken back (RFC 9293
 * SHLD-14), though the field counts units of 2^scale octets and what arrives does not (RFC 7323
 * §2.4).
 */
class RcvWindowTest {

    private final Rcv rcv = new Rcv();
    private int promised;

    @Test
    void octetsThatAreNoWholeUnitMoveTheEdgeOnlyOutwards() {
        begin(1 << 20, 5, 0);
        arrives(2_000);
        assertThat(tell()).isEqualTo(32_705);
        arrives(20);
        assertThat(tell()).isEqualTo(32_705);
    }

    @Test
    void theFieldIsExactWithoutScaling() {
        begin(65_535, 0, -70_000);
        assertThat(tell()).isEqualTo(65_535);
        arrives(1);
        assertThat(tell()).isEqualTo(65_534);
        arrives(65_534);
        assertThat(tell()).isZero();
    }

    @Test
    void theLargestFieldOfTheLargestScaleIsNotPassed() {
        begin(Integer.MAX_VALUE, 14, Integer.MAX_VALUE - 10);
        assertThat(tell()).isEqualTo(0xFFFF);
        arrives(1);
        assertThat(tell()).isEqualTo(0xFFFF);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 16_383})
    void aBufferSmallerThanAUnitIsOpenedAllTheSame(int capacity) {
        begin(capacity, 14, 0);
        assertThat(tell()).isEqualTo(1);
        arrives(capacity);
        assertThat(tell()).as("full").isZero();
        reads(capacity);
        assertThat(tell()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, (1 << 20) - 1})
    void aPeerIsStartingForItsFirstMegabyte(int octets) {
        begin(65_535, 0, -10);
        rcv.irs = rcv.nxt;
        arrives(octets);
        assertThat(rcv.peerIsStarting()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void andNotBehindItThoughNumbersWrapAround(int octets) {
        begin(65_535, 0, -10);
        rcv.irs = rcv.nxt - octets;
        assertThat(rcv.peerIsStarting()).isFalse();
    }

    @Test
    void readingLessThanAUnitIsNoNews() {
        begin(1 << 20, 14, 0);
        rcv.peerSegment = 100;
        tell();
        arrives(1 << 20);
        assertThat(tell()).isZero();
        reads(16_383);
        assertThat(rcv.windowUpdateIsDue(false)).isFalse();
        reads(1);
        assertThat(rcv.windowUpdateIsDue(false)).isTrue();
        assertThat(tell()).isEqualTo(1);
    }

    /** At the end of the buffer the field says less than before. */
    @Test
    void tinySegmentsDoNotKeepAWindowOpenThatNobodyEmpties() {
        int capacity = 100_000;
        begin(capacity, 7, 0);
        tell();
        int taken = 0;
        while (rcv.wnd() > 0 && taken < 2 * capacity) {
            arrives(1);
            taken++;
            tell();
        }
        assertThat(taken).isEqualTo(capacity);
        assertThat(tell()).isZero();
    }

    @RepeatedTest(200)
    void theEdgeIsNeverTakenBackExceptWhereTheBufferIsFull(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        int scale = random.nextInt(15);
        int unit = 1 << scale;
        int capacity = 1 + random.nextInt(random.nextBoolean() ? 100_000 : 3_000_000);
        begin(capacity, scale, random.nextInt());
        int toldBefore = rcv.nxt + (tell() << scale);
        for (int step = 0; step < 300; step++) {
            String where = "seed %d, step %d".formatted(seed, step);
            if (random.nextInt(3) > 0) {
                int most = Math.min(rcv.wnd(), random.nextBoolean() ? 20_000 : 50);
                arrives(random.nextInt(most + 1));
            } else {
                int readable = rcv.buffer.readable();
                reads(random.nextBoolean() ? readable : random.nextInt(readable + 1));
            }
            int told = rcv.nxt + (tell() << scale);
            int bufferEnds = rcv.nxt + capacity - rcv.buffer.readable();
            assertThat(Seq.lt(told, bufferEnds + unit)).as(where + ": room").isTrue();
            if (Seq.lt(told, toldBefore)) {
                assertThat(told - toldBefore).as(where).isGreaterThan(-unit);
                assertThat(Seq.gt(toldBefore + unit, bufferEnds)).as(where + ": full").isTrue();
            }
            int edge = rcv.nxt + rcv.wnd();
            assertThat(Seq.leq(edge, bufferEnds)).as(where + ": in the buffer").isTrue();
            assertThat(Seq.geq(edge, Seq.min(promised, bufferEnds))).as(where + ": taken").isTrue();
            toldBefore = told;
        }
        rcv.buffer.clear();
    }

    /** Two segments, or half of a small buffer; or, where that is asked, what the window has. */
    @ParameterizedTest
    @CsvSource({
        "100000, 0, false, 1999, false", "100000, 0, false, 2000, true",
        "3000, 0, false, 1499, false", "3000, 0, false, 1500, true",
        "60000, 20000, true, 19999, false", "60000, 20000, true, 20000, true",
        "100000, 10, true, 999, false", "100000, 10, true, 1000, true"
    })
    void aWindowUpdateIsDueWhenEnoughWasRead(
            int capacity, int left, boolean whenDoubled, int read, boolean due) {
        begin(capacity, 0, -500);
        rcv.peerSegment = 1_000;
        rcv.edge = rcv.nxt + capacity;
        arrives(capacity - left);
        reads(read);
        assertThat(rcv.wnd()).isEqualTo(left);
        assertThat(rcv.windowUpdateIsDue(whenDoubled)).isEqualTo(due);
    }

    /** The silly window syndrome: a segment, or half of a small buffer (RFC 9293 §3.8.6.2.2). */
    @ParameterizedTest
    @CsvSource({"60000, 999, false", "60000, 1000, true", "600, 299, false", "600, 300, true"})
    void theWindowIsOfferedByWorthwhileAmounts(int capacity, int free, boolean offered) {
        begin(capacity, 0, -500);
        rcv.peerSegment = 1_000;
        rcv.offerWindow(0);
        assertThat(rcv.wnd()).isEqualTo(capacity);
        assertThat(rcv.maxWnd).isEqualTo(capacity);
        arrives(capacity);
        reads(free);
        rcv.offerWindow(0);
        assertThat(rcv.wnd()).isEqualTo(offered ? free : 0);
        assertThat(rcv.maxWnd).as("the largest one").isEqualTo(capacity);
    }

    /** It is by how much the window grows, and not how large it is. */
    @Test
    void aLargeWindowGrowsByWorthwhileAmountsToo() {
        begin(60_000, 0, -500);
        rcv.peerSegment = 1_000;
        rcv.offerWindow(0);
        arrives(30_000);
        reads(999);
        rcv.offerWindow(0);
        assertThat(rcv.wnd()).isEqualTo(30_000);
        reads(1);
        rcv.offerWindow(0);
        assertThat(rcv.wnd()).isEqualTo(31_000);
    }

    @Test
    void aBufferIsRoundedUpToWholeSegmentsWhereThatIsTheHabit() {
        begin(10_001, 0, -500);
        rcv.peerSegment = 1_000;
        rcv.widen(false);
        assertThat(rcv.capacity).isEqualTo(10_001);
        assertThat(rcv.wnd()).isZero();
        arrives(300);
        rcv.widen(true);
        assertThat(rcv.capacity).isEqualTo(11_000);
        assertThat(rcv.wnd()).isEqualTo(10_700);
        rcv.widen(true);
        assertThat(rcv.capacity).isEqualTo(11_000);
    }

    @Test
    void theWindowOfTheSynBeginsBehindThePeersSyn() {
        rcv.reset(5_000);
        rcv.edge = rcv.nxt + 700;
        rcv.synchronize(-1);
        assertThat(rcv.nxt).isZero();
        assertThat(rcv.wnd()).isEqualTo(700);
        assertThat(rcv.lastAckSent).isZero();
        assertThat(rcv.toldBeyondEdge()).isZero();
        assertThat(rcv.hasDuplicate()).isFalse();
    }

    private void begin(int capacity, int scale, int irs) {
        rcv.buffer = new ReceiveBuffer(new BlockPool(1L << 30), new LentText());
        rcv.reset(capacity);
        rcv.synchronize(irs);
        rcv.windowScale = scale;
        promised = rcv.nxt;
    }

    private void arrives(int octets) {
        if (octets > 0) {
            rcv.buffer.write(0, ByteBuffer.allocate(octets), 0, octets);
            rcv.buffer.advance(octets);
            rcv.nxt += octets;
        }
    }

    private void reads(int octets) {
        rcv.buffer.discard(octets);
    }

    /** The field of the window in a segment that leaves now. */
    private int tell() {
        rcv.offerWindow(rcv.windowScale);
        int field = rcv.windowField();
        promised = Seq.max(promised, rcv.nxt + (field << rcv.windowScale));
        return field;
    }
}
