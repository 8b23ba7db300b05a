package io.finwait.wire;

/**
 * A range of addresses that begin with the same bits, such as {@code 10.0.0.0/8} or {@code ::/0}
 * (RFC 4632 §3.1, RFC 4291 §2.3). It holds addresses of one IP version alone: {@code ::/0} does not
 * hold IPv4 addresses.
 *
 * @param address the first address of the range: bits behind the prefix are 0
 * @param length how many bits are the same, 0 to 32 for IPv4 and 0 to 128 for IPv6
 */
public record IpPrefix(IpAddress address, int length) {

    /** All of IPv4. */
    public static final IpPrefix ALL_V4 = new IpPrefix(IpAddress.v4(0), 0);

    /** All of IPv6. */
    public static final IpPrefix ALL_V6 = new IpPrefix(new IpAddress(0, 0), 0);

    /** Where the bits of an IPv4 address begin among the 128. */
    private static final int V4_BEGINS = 96;

    public IpPrefix {
        int most = address.isV4() ? 32 : 128;
        if (length < 0 || length > most) {
            throw new IllegalArgumentException(
                    "the prefix length " + length + " is out of range; choose 0 to " + most);
        }
        int bits = address.isV4() ? length + V4_BEGINS : length;
        address = new IpAddress(address.high() & maskHigh(bits), address.low() & maskLow(bits));
    }

    /**
     * Reads {@code 10.0.0.0/8}, {@code fd00::/64}, or an address alone, which is a range of one.
     *
     * @throws IllegalArgumentException when the text is something else
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return of(IpAddress.parse(text));
        }
        String length = text.substring(slash + 1);
        if (!length.matches("\\d{1,3}")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a prefix; write one such as 10.0.0.0/8 or fd00::/64");
        }
        return new IpPrefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(length));
    }

    /** The range that holds one address alone. */
    public static IpPrefix of(IpAddress address) {
        return new IpPrefix(address, address.isV4() ? 32 : 128);
    }

    /** True when an address of the same IP version begins with these bits. */
    public boolean contains(long high, long low) {
        int bits = bits();
        return (high & maskHigh(bits)) == address.high()
                && (low & maskLow(bits)) == address.low()
                && IpAddress.isV4(high, low) == address.isV4();
    }

    /** True when an address of the same IP version begins with these bits. */
    public boolean contains(IpAddress other) {
        return contains(other.high(), other.low());
    }

    /** How many of the 128 bits of an address as {@link IpAddress} holds it are the same. */
    public int bits() {
        return address.isV4() ? length + V4_BEGINS : length;
    }

    /** The first 64 bits of a mask whose first {@code bits} bits, 0 to 128, are 1. */
    public static long maskHigh(int bits) {
        return bits == 0 ? 0 : -1L << Math.max(0, 64 - bits);
    }

    /** The last 64 bits of the same mask. */
    public static long maskLow(int bits) {
        return bits <= 64 ? 0 : -1L << (128 - bits);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
