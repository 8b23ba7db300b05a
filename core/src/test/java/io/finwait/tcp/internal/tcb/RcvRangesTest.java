package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.buffer.SequenceRanges;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What has arrived beyond gaps: how many ranges are held, and what has come twice. */
class RcvRangesTest {

    private final Rcv rcv = new Rcv();

    private void begin(int capacity, int segment, int irs) {
        rcv.reset(capacity);
        rcv.synchronize(irs);
        rcv.peerSegment = segment;
    }

    /** 64, and one for each second segment of the buffer, so that these always find a place. */
    @ParameterizedTest
    @CsvSource({
        "1, 1460, 64",
        "2919, 1460, 64",
        "2920, 1460, 65",
        "65535, 536, 125",
        "1073741824, 1460, 16384",
        "1000000, 1, 16384"
    })
    void soManyRangesAreHeld(int capacity, int segment, int most) {
        begin(capacity, segment, -100);
        for (int i = 1; i <= most; i++) {
            assertThat(rcv.arrivedAhead(rcv.nxt + 3 * i, rcv.nxt + 3 * i + 1)).isTrue();
        }
        assertThat(rcv.reassembly.count()).isEqualTo(most);
        int behind = rcv.nxt + 3 * most;
        assertThat(rcv.arrivedAhead(behind + 3, behind + 4)).as("further away").isFalse();
        assertThat(rcv.arrivedAhead(rcv.nxt + 1, rcv.nxt + 2)).as("nearer").isTrue();
        assertThat(rcv.reassembly.count()).isEqualTo(most);
        assertThat(rcv.reassembly.has(behind, behind + 1)).as("makes place").isFalse();
        assertThat(SequenceRanges.NOTHING.count()).as("nobody else's").isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, Integer.MAX_VALUE - 150, -150})
    void whatLiesBelowRcvNxtHasComeTwice(int irs) {
        begin(65_535, 1_000, irs);
        int nxt = rcv.nxt;
        rcv.arrivedAhead(nxt + 100, nxt + 200);
        rcv.noteDuplicate(nxt - 50, nxt, nxt + 150);
        assertDuplicate(nxt - 50, nxt);
        rcv.duplicate(0, 0);
        rcv.noteDuplicate(nxt, nxt, nxt + 100);
        assertThat(rcv.hasDuplicate()).as("up to the range").isFalse();
        rcv.noteDuplicate(nxt, nxt, nxt + 101);
        assertDuplicate(nxt + 100, nxt + 101);
        rcv.noteDuplicate(nxt + 150, nxt + 150, nxt + 300);
        assertDuplicate(nxt + 150, nxt + 200);
        rcv.duplicate(0, 0);
        rcv.noteDuplicate(nxt + 200, nxt + 200, nxt + 300);
        assertThat(rcv.hasDuplicate()).as("behind the range").isFalse();
    }

    private void assertDuplicate(int left, int right) {
        assertThat(rcv.hasDuplicate()).isTrue();
        assertThat(rcv.duplicateLeft).isEqualTo(left);
        assertThat(rcv.duplicateRight).isEqualTo(right);
    }
}
