package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.FourTuple;

import org.junit.jupiter.api.Test;

/** Initial sequence numbers: a clock of four microseconds and a secret of the pair (RFC 6528). */
class InitialSequenceTest {

    private static final long SECOND = 1_000_000_000L;

    private final InitialSequence numbers = new InitialSequence(new SipHash(1, 2));

    private static FourTuple pair(int remotePort) {
        return new FourTuple().set(0, 0xFFFF_0A00_0001L, 0, 0xFFFF_0A00_0002L, 80, remotePort);
    }

    @Test
    void ofOnePairTheyAdvanceWithTheClock() {
        long hash = numbers.hash(pair(5_000));
        int first = numbers.next(hash, 1_000 * SECOND);
        assertThat(numbers.next(hash, 1_000 * SECOND + 3_999) - first).isZero();
        assertThat(numbers.next(hash, 1_000 * SECOND + 4_000) - first).isEqualTo(1);
        assertThat(numbers.next(hash, 1_001 * SECOND) - first).isEqualTo(250_000);
    }

    @Test
    void eachPairHasItsOwn() {
        int one = numbers.next(numbers.hash(pair(5_000)), SECOND);
        int other = numbers.next(numbers.hash(pair(5_001)), SECOND);
        assertThat(one).isNotEqualTo(other);
    }

    /** Or a timestamp would tell the secret part of the sequence number. */
    @Test
    void timestampsUseTheOtherHalfOfTheHash() {
        assertThat(numbers.timestampOffset(0x1234_5678_9ABC_DEF0L)).isEqualTo(0x1234_5678);
        assertThat(numbers.next(0x1234_5678_9ABC_DEF0L, 0)).isEqualTo(0x9ABC_DEF0);
    }

    @Test
    void progressIsWhatTheClockHasAdvanced() {
        assertThat(numbers.progress(SECOND, 2 * SECOND)).isEqualTo(250_000);
        assertThat(numbers.progress(3_999, 4_000)).isEqualTo(1);
        assertThat(numbers.progress(4_000, 7_999)).isZero();
        // Past 2^32 ticks.
        assertThat(numbers.progress(17_179 * SECOND, 17_180 * SECOND)).isEqualTo(250_000);
    }

    @Test
    void numbersOfATestAreTakenInTurnAndTheLastOneStays() {
        numbers.fix(7, 8);
        assertThat(numbers.next(99, SECOND)).isEqualTo(7);
        assertThat(numbers.next(99, SECOND)).isEqualTo(8);
        assertThat(numbers.next(99, SECOND)).isEqualTo(8);
        assertThat(numbers.progress(0, SECOND)).isZero();
        numbers.fix(5, 6);
        assertThat(numbers.next(99, SECOND)).isEqualTo(5);
        numbers.unfix();
        assertThat(numbers.next(99, SECOND)).isEqualTo(250_099);
        assertThat(numbers.progress(0, SECOND)).isEqualTo(250_000);
    }
}
