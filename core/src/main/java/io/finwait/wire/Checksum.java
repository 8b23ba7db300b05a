package io.finwait.wire;

import java.nio.ByteBuffer;

/**
 * The internet checksum (RFC 1071).
 *
 * <p>A sum is a {@code long} in which 32-bit words have been added up; it is folded to 16 bits at
 * the end. Parts of even length can be summed one after the other in any order.
 */
public final class Checksum {

    private Checksum() {}

    /**
     * Adds octets to a sum.
     *
     * @param buffer big-endian, read by absolute index
     * @param offset index of the first octet
     * @param length octets; an odd last one counts as the high half of a word
     * @param sum what was added up before, 0 at first
     */
    public static long add(ByteBuffer buffer, int offset, int length, long sum) {
        long total = sum;
        int at = offset;
        int end8 = offset + (length & ~7);
        while (at < end8) {
            long word = buffer.getLong(at);
            total += (word >>> 32) + (word & 0xFFFF_FFFFL);
            at += 8;
        }
        int end = offset + length;
        if (end - at >= 4) {
            total += buffer.getInt(at) & 0xFFFF_FFFFL;
            at += 4;
        }
        if (end - at >= 2) {
            total += buffer.getShort(at) & 0xFFFFL;
            at += 2;
        }
        if (at < end) {
            total += (buffer.get(at) & 0xFFL) << 8;
        }
        return total;
    }

    /** The sum of the pseudo header of TCP or another protocol over IPv4 or IPv6. */
    public static long pseudoHeader(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int length) {
        // An IPv4 address is held IPv4-mapped: only the low 32 bits belong to the sum, and the
        // mapping's ffff would be as good as zero in ones' complement, twice.
        long sum = (long) protocol + length;
        sum += half(sourceHigh) + half(sourceLow);
        sum += half(destinationHigh) + half(destinationLow);
        return sum;
    }

    /** A word as two halves that can be added to a sum. */
    static long half(long word) {
        return (word >>> 32) + (word & 0xFFFF_FFFFL);
    }

    /**
     * Folds a sum to 16 bits without inverting it: what an offloading device wants in the field.
     */
    public static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
        folded = (folded >>> 32) + (folded & 0xFFFF_FFFFL);
        folded = (folded >>> 16) + (folded & 0xFFFFL);
        // At most 1fffe: one carry more, and there is none left.
        return (int) ((folded >>> 16) + (folded & 0xFFFFL));
    }

    /** The checksum of a sum: folded and inverted, 0 to 65,535. */
    public static int finish(long sum) {
        return ~fold(sum) & 0xFFFF;
    }
}
