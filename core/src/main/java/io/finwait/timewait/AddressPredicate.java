package io.finwait.timewait;

import io.finwait.wire.IpAddress;

/** A set of addresses, each two longs as in {@link IpAddress}. */
@FunctionalInterface
public interface AddressPredicate {

    /** Every address. */
    AddressPredicate ANY = (high, low) -> true;

    /** 127.0.0.0/8 and ::1. */
    AddressPredicate LOOPBACK =
            (high, low) ->
                    IpAddress.isV4(high, low) ? ((int) low >>> 24) == 127 : high == 0 && low == 1;

    /** True when the address belongs to the set. */
    boolean test(long high, long low);

    /**
     * The addresses under a prefix.
     *
     * @param prefix any address under it
     * @param length bits that must agree, 0 to 32 for IPv4, 0 to 128 for IPv6
     */
    static AddressPredicate within(IpAddress prefix, int length) {
        int bits = prefix.isV4() ? 32 : 128;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "prefix length " + length + " is out of range; choose 0 to " + bits);
        }
        int significant = prefix.isV4() ? 96 + length : length;
        long maskHigh = mask(Math.min(significant, 64));
        long maskLow = mask(Math.max(significant - 64, 0));
        long wantedHigh = prefix.high() & maskHigh;
        long wantedLow = prefix.low() & maskLow;
        return (high, low) -> (high & maskHigh) == wantedHigh && (low & maskLow) == wantedLow;
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }
}
