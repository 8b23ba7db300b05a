package io.finwait.tcp.internal.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Seq;

import org.junit.jupiter.api.Test;

import java.util.Random;

class CookiesTest {

    private static final long SECOND = 1_000_000_000L;

    private final Cookies cookies = new Cookies(RandomSource.seeded(1));
    private final FourTuple pair =
            FourTuple.of(IpAddress.parse("10.0.0.1"), 80, IpAddress.parse("10.0.0.2"), 4000);

    private int judged(int irs, int cookie, boolean timestamps, long nowNs) {
        return cookies.judge(pair, irs, cookie, timestamps, nowNs);
    }

    @Test
    void anMssIsRoundedDownToOneOfEight() {
        int[][] offeredAndBack = {
            {64, 64},
            {535, 64},
            {536, 536},
            {1459, 1440},
            {1460, 1460},
            {8959, 1460},
            {65_495, 8960}
        };
        for (int[] each : offeredAndBack) {
            int cookie = cookies.make(pair, 7, each[0], true, 0);
            assertThat(judged(7, cookie, true, 0)).isEqualTo(each[1]);
        }
    }

    @Test
    void timestampsAndTheFirstNumberBelongToIt() {
        int cookie = cookies.make(pair, 7, 1460, true, 0);
        assertThat(judged(7, cookie, false, 0)).isEqualTo(Cookies.LATER);
        assertThat(judged(8, cookie, true, 0)).isEqualTo(Cookies.LATER);
        assertThat(judged(7, cookie, true, 0)).isEqualTo(1460);
    }

    /** The clock of a JVM may begin anywhere, below zero too. */
    @Test
    void secretsFollowEachOtherWhateverTheTimeIs() {
        for (long start : new long[] {0, -1, Long.MAX_VALUE - SECOND, Long.MIN_VALUE}) {
            Cookies fresh = new Cookies(RandomSource.seeded(2));
            assertThat(fresh.judge(pair, 7, 1, true, start)).isEqualTo(Cookies.NOT_SENT);
            int first = fresh.make(pair, 7, 1460, true, start);
            int second = fresh.make(pair, 7, 1460, true, start + 60 * SECOND);
            assertThat(second).isNotEqualTo(first);
            long later = start + 61 * SECOND;
            assertThat(fresh.judge(pair, 7, first, true, later)).isEqualTo(1460);
            assertThat(fresh.judge(pair, 7, second, true, later)).isEqualTo(1460);
            later = start + 120 * SECOND;
            assertThat(fresh.judge(pair, 7, first, true, later)).isEqualTo(Cookies.WRONG);
            assertThat(fresh.judge(pair, 7, second, true, later)).isEqualTo(1460);
            later = start + 180 * SECOND;
            assertThat(fresh.judge(pair, 7, second, true, later)).isEqualTo(Cookies.NOT_SENT);
        }
    }

    /** One guess in 2^28 is right: of a million hardly one. */
    @Test
    void guessesAreWrong() {
        Random random = new Random(3);
        cookies.make(pair, 7, 1460, true, 0);
        int right = 0;
        int ofThePair = 0;
        for (int i = 0; i < 1 << 20; i++) {
            int judged = judged(random.nextInt(), random.nextInt(), true, 0);
            right += judged > 0 ? 1 : 0;
            ofThePair += judged == Cookies.LATER ? 1 : 0;
        }
        assertThat(right).isLessThanOrEqualTo(1);
        assertThat(ofThePair).as("one in 8,192").isBetween(64, 256);
    }

    @Test
    void aTimestampCarriesOptionsAndIsNeverAhead() {
        Random random = new Random(4);
        for (int i = 0; i < 100_000; i++) {
            int now = random.nextInt();
            int scale = random.nextInt(16) - 1;
            boolean sack = random.nextBoolean();
            boolean ecn = random.nextBoolean();
            int carrying = CookieOptions.put(now, scale, sack, ecn);
            assertThat(CookieOptions.scale(carrying)).isEqualTo(scale);
            assertThat(CookieOptions.sack(carrying)).isEqualTo(sack);
            assertThat(CookieOptions.ecn(carrying)).isEqualTo(ecn);
            assertThat(Seq.distance(carrying, now)).isBetween(0, 63);
        }
    }
}
