package io.finwait.tcp.internal.input;

import io.finwait.spi.RandomSource;
import io.finwait.tcp.internal.context.SipHash;
import io.finwait.wire.FourTuple;

import java.util.Arrays;

/**
 * Initial sequence numbers that bring back what was not kept of a SYN: SYN cookies (RFC 4987 §3.6).
 * From the highest bit on: which of two secrets, 1 bit; the peer's MSS, 3 bits; a keyed hash of the
 * pair of sockets, 12 bits; and a keyed hash of it and all else, 16 bits. So one guess in 2^28 is
 * right, at most two minutes long.
 *
 * <p>The secret changes every minute while cookies are sent. The one before is still believed,
 * until it is two minutes old: when cookies are no longer sent, soon none is believed.
 */
final class Cookies {

    /** Nobody has been sent a cookie of late. */
    static final int NOT_SENT = -1;

    /** A number that is no cookie of this pair of sockets. */
    static final int WRONG = -2;

    /** The cookie of this pair, on a segment that is not the first one behind the SYN. */
    static final int LATER = -3;

    /** The cookie of this pair, which has become a connection already. */
    static final int USED = -4;

    /** So many cookies that were used last are remembered; a power of two. */
    private static final int REMEMBERED = 4096;

    private static final long SECRET_NS = 60_000_000_000L;

    /** An MSS is rounded down to one of these: the defaults of RFC 9293 §3.7.1, and usual links. */
    private static final int[] MSS = {64, 536, 1220, 1360, 1400, 1440, 1460, 8960};

    private final RandomSource random;
    private final SipHash[] secrets = new SipHash[2];
    private final long[] sinceNs = new long[2];
    private int current;

    /** A cookie in the place of its last bits, or what none in this place can be. */
    private int[] used = {};

    Cookies(RandomSource random) {
        this.random = random;
    }

    /**
     * The number for the answer to a SYN.
     *
     * @param timestamps whether the answer carries timestamps: the peer's ACK must then have some
     */
    int make(FourTuple pair, int irs, int mss, boolean timestamps, long nowNs) {
        if (secrets[current] == null || nowNs - sinceNs[current] >= SECRET_NS) {
            current ^= 1;
            secrets[current] = new SipHash(random);
            sinceNs[current] = nowNs;
        }
        int index = MSS.length - 1;
        while (index > 0 && MSS[index] > mss) {
            index--;
        }
        return cookie(current, pair, irs, index, timestamps);
    }

    private int cookie(int which, FourTuple pair, int irs, int index, boolean timestamps) {
        long pairHash = secrets[which].hash(pair);
        long facts = (long) irs << 32 | index << 1 | (timestamps ? 1 : 0);
        int ofAll = (int) secrets[which].hash(pairHash, facts, 0, 0, 0) & 0xFFFF;
        return ofPair(which, pairHash, index) | ofAll;
    }

    /** The upper half. */
    private static int ofPair(int which, long pairHash, int index) {
        int ofPair = (int) pairHash & 0xFFF;
        int hidden = (index ^ (int) (pairHash >>> 61)) & 7;
        return which << 31 | hidden << 28 | ofPair << 16;
    }

    /**
     * The MSS, in octets, that a number brings back; or {@link #NOT_SENT}, {@link #WRONG}, {@link
     * #LATER} or {@link #USED}.
     *
     * @param irs the number before the segment's own
     * @param number the number before the one that the segment acknowledges
     */
    int judge(FourTuple pair, int irs, int number, boolean timestamps, long nowNs) {
        int which = number >>> 31;
        if (!isBelieved(which, nowNs)) {
            return isBelieved(which ^ 1, nowNs) ? WRONG : NOT_SENT;
        }
        long pairHash = secrets[which].hash(pair);
        int index = (number >>> 28 ^ (int) (pairHash >>> 61)) & 7;
        if (cookie(which, pair, irs, index, timestamps) == number) {
            return isUsed(number) ? USED : MSS[index];
        }
        boolean samePair = ofPair(which, pairHash, index) == (number & 0xFFFF_0000);
        return samePair ? LATER : WRONG;
    }

    /**
     * A cookie has become a connection. Copies of the segment that brought it may come when the
     * connection is over, and would begin it again, with its text.
     */
    void use(int number) {
        if (used.length == 0) {
            used = new int[REMEMBERED];
            Arrays.setAll(used, place -> ~place);
        }
        used[number & (REMEMBERED - 1)] = number;
    }

    private boolean isUsed(int number) {
        return used.length > 0 && used[number & (REMEMBERED - 1)] == number;
    }

    private boolean isBelieved(int which, long nowNs) {
        return secrets[which] != null && nowNs - sinceNs[which] < 2 * SECRET_NS;
    }
}
