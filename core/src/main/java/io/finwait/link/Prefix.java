package io.finwait.link;

import io.finwait.wire.IpAddress;

/**
 * An address and how many of its bits name the network.
 *
 * @param address IPv4 or IPv6
 * @param length 0 to 32, or 0 to 128
 */
public record Prefix(IpAddress address, int length) {

    private static final int V4_BITS = 32;
    private static final int BITS = 128;

    /** Rejects a length that the address doesn't have. */
    public Prefix {
        int most = address.isV4() ? V4_BITS : BITS;
        if (length < 0 || length > most) {
            throw new IllegalArgumentException(
                    "the prefix length " + length + " of " + address + " is not 0 to " + most);
        }
    }

    /**
     * Reads {@code 10.9.0.2/24} or {@code fd00::2/64}.
     *
     * @throws IllegalArgumentException when the text is something else
     */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not an address with a prefix length; write one such as"
                            + " 10.9.0.2/24 or fd00::2/64");
        }
        return new Prefix(
                IpAddress.parse(text.substring(0, slash)),
                Integer.parseInt(text.substring(slash + 1)));
    }

    /** True when an address begins with this prefix; an IPv4 address never has an IPv6 one. */
    public boolean contains(long high, long low) {
        if (IpAddress.isV4(high, low) != address.isV4()) {
            return false;
        }
        int bits = address.isV4() ? BITS - V4_BITS + length : length;
        if (bits <= Long.SIZE) {
            return bits == 0 || (high ^ address.high()) >>> (Long.SIZE - bits) == 0;
        }
        return high == address.high() && (low ^ address.low()) >>> (BITS - bits) == 0;
    }

    /** True for the IPv4 address of all hosts of this network (RFC 919 §7). */
    boolean isBroadcast(long high, long low) {
        if (!address.isV4() || length > V4_BITS - 2 || !contains(high, low)) {
            return false;
        }
        int host = -1 >>> length;
        return ((int) low & host) == host;
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
