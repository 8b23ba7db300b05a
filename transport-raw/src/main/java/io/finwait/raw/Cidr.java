package io.finwait.raw;

import io.finwait.wire.IpAddress;

/**
 * An address of an interface and the length of its network's prefix.
 *
 * @param address IPv4 or IPv6
 * @param prefixLength 0 to 32, or 0 to 128
 */
record Cidr(IpAddress address, int prefixLength) {

    /**
     * Reads {@code 10.9.0.1/24} or {@code fd00::1/64}.
     *
     * @throws IllegalArgumentException when the text is something else
     */
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not an address with a prefix length; write one such as"
                            + " 10.9.0.1/24 or fd00::1/64");
        }
        IpAddress address = IpAddress.parse(text.substring(0, slash));
        int length = Integer.parseInt(text.substring(slash + 1));
        int most = address.isV4() ? 32 : 128;
        if (length > most) {
            throw new IllegalArgumentException(
                    "the prefix length in '" + text + "' is above " + most);
        }
        return new Cidr(address, length);
    }

    /** The IPv4 netmask as 32 bits. */
    int netmask() {
        return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    }
}
