package io.finwait.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An IPv4 or IPv6 address as two longs, so that tables and headers need no object for it. An IPv4
 * address is held IPv4-mapped: {@code high} is 0, {@code low} is {@code 0x0000ffff_aabbccdd}.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record IpAddress(long high, long low) implements Comparable<IpAddress> {

    private static final long MAPPED = 0x0000_FFFF_0000_0000L;

    /** True when the two longs hold an IPv4 address. */
    public static boolean isV4(long high, long low) {
        return high == 0 && (low >>> 32) == 0xFFFF;
    }

    /** The low long of an IPv4 address given as 32 bits. */
    public static long v4Low(int address) {
        return MAPPED | (address & 0xFFFF_FFFFL);
    }

    /** An IPv4 address from its 32 bits. */
    public static IpAddress v4(int address) {
        return new IpAddress(0, v4Low(address));
    }

    /**
     * Reads an address written as a literal; names are not looked up.
     *
     * @throws IllegalArgumentException when it is no address
     */
    public static IpAddress parse(String text) {
        if (text.isEmpty() || !text.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw notAnAddress(text, null);
        }
        if (text.indexOf(':') < 0 && !text.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
            throw notAnAddress(text, null);
        }
        try {
            return of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            throw notAnAddress(text, e);
        }
    }

    private static IllegalArgumentException notAnAddress(String text, Exception cause) {
        return new IllegalArgumentException(
                "'" + text + "' is not an IP address; write one such as 10.0.0.1 or fd00::1",
                cause);
    }

    /** The address of the JDK's class. */
    public static IpAddress of(InetAddress address) {
        byte[] octets = address.getAddress();
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        return octets.length == 4
                ? v4(buffer.getInt())
                : new IpAddress(buffer.getLong(0), buffer.getLong(8));
    }

    /** True for an IPv4 address. */
    public boolean isV4() {
        return isV4(high, low);
    }

    /** 4 for IPv4, 6 for IPv6. */
    public int version() {
        return isV4() ? 4 : 6;
    }

    /** The same address as the JDK's class. */
    public InetAddress toInetAddress() {
        byte[] octets = new byte[isV4() ? 4 : 16];
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        if (isV4()) {
            buffer.putInt((int) low);
        } else {
            buffer.putLong(high).putLong(low);
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 octets are an address", e);
        }
    }

    /**
     * True for an address that no TCP segment may come from or go to (RFC 9293 MUST-57, MUST-63).
     */
    public static boolean isMulticastOrUnspecified(long high, long low) {
        if (isV4(high, low)) {
            int address = (int) low;
            return address == 0 || address == -1 || (address >>> 28) == 0xE;
        }
        return (high >>> 56) == 0xFF || (high == 0 && low == 0);
    }

    @Override
    public String toString() {
        return format(high, low);
    }

    /** The address as people write it; IPv6 in the form of RFC 5952. */
    public static String format(long high, long low) {
        if (isV4(high, low)) {
            int a = (int) low;
            return (a >>> 24) + "." + (a >> 16 & 255) + "." + (a >> 8 & 255) + "." + (a & 255);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? high : low) >>> (48 - 16 * (i & 3))) & 0xFFFF;
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > bestLength) {
                bestStart = i;
                bestLength = run;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (i > 0 && i != bestStart + bestLength) {
                text.append(':');
            } else if (i > 0 && bestStart < 0) {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    /** In the order of their octets, IPv4 among IPv6 where it is mapped. */
    @Override
    public int compareTo(IpAddress other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }
}
