package io.finwait.tcp.internal.output;

import io.finwait.spi.RandomSource;
import io.finwait.tcp.internal.context.SipHash;
import io.finwait.wire.IpAddress;

import java.util.Arrays;

/**
 * How many resets a second each source gets that has no connection. One bucket for all could be
 * read by anybody: who fills it up to the brim sees in his own resets whether one more was sent to
 * somebody else, and so finds the port of another's connection (CVE-2016-5696). So each source has
 * a bucket of its own, an IPv6 /64 counting as one source; it is of a size by chance, and which
 * sources share one changes every second under a key.
 */
final class ResetLimit {

    private static final long SECOND_NS = 1_000_000_000L;

    /** A power of two. */
    private static final int BUCKETS = 4096;

    private final int mostPerSecond;
    private final SipHash hash;
    private int[] sent = {};
    private long secondNs;
    private long seconds;

    /**
     * Buckets of which nobody outside knows who shares them.
     *
     * @param mostPerSecond resets that a source gets in a second; at least three quarters of them
     */
    ResetLimit(int mostPerSecond, RandomSource random) {
        this.mostPerSecond = mostPerSecond;
        hash = new SipHash(random);
    }

    /** Whether a source has got what it gets in this second; if not, it has got one more. */
    boolean isReached(long high, long low, long nowNs) {
        if (sent.length == 0 || nowNs - secondNs >= SECOND_NS) {
            begin(nowNs);
        }
        long host = IpAddress.isV4(high, low) ? low : high;
        int bucket = (int) hash.hash(host, seconds, 0, 0, 0) & (BUCKETS - 1);
        if (sent[bucket] >= size(bucket)) {
            return true;
        }
        sent[bucket]++;
        return false;
    }

    private void begin(long nowNs) {
        if (sent.length == 0) {
            sent = new int[BUCKETS];
        }
        Arrays.fill(sent, 0);
        secondNs = nowNs;
        seconds++;
    }

    private int size(int bucket) {
        int chance = mostPerSecond / 4;
        if (chance == 0) {
            return mostPerSecond;
        }
        long dice = hash.hash(bucket, seconds, 1, 0, 0);
        return mostPerSecond - (int) Long.remainderUnsigned(dice, chance + 1);
    }
}
