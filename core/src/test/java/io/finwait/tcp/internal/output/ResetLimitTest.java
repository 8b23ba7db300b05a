package io.finwait.tcp.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashSet;
import java.util.Set;

/** How many resets a source gets, second by second. */
class ResetLimitTest {

    private static final long SECOND = 1_000_000_000L;
    private static final IpAddress V4 = IpAddress.parse("192.0.2.7");

    private long now = 5 * SECOND;

    private int allowed(ResetLimit limit, long high, long low) {
        int allowed = 0;
        while (!limit.isReached(high, low, now)) {
            allowed++;
        }
        return allowed;
    }

    private int allowed(ResetLimit limit) {
        return allowed(limit, V4.high(), V4.low());
    }

    /** Nobody can foretell the number, which lies between three quarters and all of them. */
    @Test
    void eachSecondAllowsADifferentNumber() {
        ResetLimit limit = new ResetLimit(100, RandomSource.seeded(1));
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            int allowed = allowed(limit);
            assertThat(allowed).isBetween(75, 100);
            seen.add(allowed);
            now += SECOND;
        }
        assertThat(seen).contains(75, 100).hasSize(26);
    }

    @Test
    void aSecondIsASecond() {
        for (long from : new long[] {0, 5 * SECOND, Long.MAX_VALUE - 5}) {
            now = from;
            ResetLimit limit = new ResetLimit(8, RandomSource.seeded(1));
            assertThat(allowed(limit)).isBetween(6, 8);
            now += SECOND - 1;
            assertThat(allowed(limit)).isZero();
            now += 1;
            assertThat(allowed(limit)).isBetween(6, 8);
            now += SECOND - 1;
            assertThat(allowed(limit)).as("from the second begin on").isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aFewAreNotLeftToChance(int most) {
        ResetLimit limit = new ResetLimit(most, RandomSource.seeded(1));
        for (int i = 0; i < 20; i++) {
            assertThat(allowed(limit)).isEqualTo(most);
            now += SECOND;
        }
    }

    /** A host has 2^64 addresses of IPv6, and one of IPv4. */
    @Test
    void aSourceIsAnIpv4AddressOrA64() {
        ResetLimit limit = new ResetLimit(3, RandomSource.seeded(1));
        assertThat(allowed(limit, 0x2001_0DB8L << 32, 1)).isEqualTo(3);
        assertThat(allowed(limit, 0x2001_0DB8L << 32, 2)).isZero();
        assertThat(allowed(limit, (0x2001_0DB8L << 32) + 1, 1)).isEqualTo(3);
        assertThat(allowed(limit, 0, IpAddress.v4Low(1))).isEqualTo(3);
        assertThat(allowed(limit, 0, IpAddress.v4Low(2))).isEqualTo(3);
    }

    /** Who shares a bucket this second has one of his own in the next. */
    @Test
    void whoSharesABucketChangesEverySecond() {
        ResetLimit limit = new ResetLimit(1, RandomSource.seeded(1));
        Set<Integer> before = sharers(limit);
        now += SECOND;
        Set<Integer> after = sharers(limit);
        assertThat(before).hasSizeBetween(5, 80);
        assertThat(after).hasSizeBetween(5, 80);
        int many = after.size();
        after.retainAll(before);
        assertThat(after).as("of %d", many).hasSizeLessThan(many / 2);
    }

    /** Of 500 hosts in 4,096 buckets some 30 come second. */
    private Set<Integer> sharers(ResetLimit limit) {
        Set<Integer> late = new HashSet<>();
        for (int host = 0; host < 500; host++) {
            if (allowed(limit, 0, IpAddress.v4Low(host)) == 0) {
                late.add(host);
            }
        }
        return late;
    }
}
