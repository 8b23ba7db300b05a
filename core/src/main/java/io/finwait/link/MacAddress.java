package io.finwait.link;

import io.finwait.spi.RandomSource;

import java.nio.ByteBuffer;

/**
 * An address of an Ethernet interface.
 *
 * @param bits its 48 bits, the first octet in bits 40 to 47
 */
public record MacAddress(long bits) {

    static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    /** Octets of an address. */
    static final int LENGTH = 6;

    private static final long GROUP = 0x0100_0000_0000L;
    private static final long LOCAL = 0x0200_0000_0000L;

    /** Rejects more than 48 bits. */
    public MacAddress {
        if (bits < 0 || bits > BROADCAST) {
            throw new IllegalArgumentException("an Ethernet address has 48 bits");
        }
    }

    /**
     * Reads an address such as {@code 02:00:00:00:00:01}.
     *
     * @throws IllegalArgumentException when it is no address
     */
    public static MacAddress parse(String text) {
        if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not an Ethernet address; write one such as 02:00:00:00:00:01");
        }
        return new MacAddress(Long.parseLong(text.replace(":", ""), 16));
    }

    /** An address that no manufacturer has given: locally administered, of one host. */
    public static MacAddress random(RandomSource random) {
        return new MacAddress((random.nextLong() & BROADCAST & ~GROUP) | LOCAL);
    }

    /** True for the address of a group of hosts, or of all. */
    public boolean isGroup() {
        return isGroup(bits);
    }

    static boolean isGroup(long bits) {
        return (bits & GROUP) != 0;
    }

    /** True for an address that one host can have: no group, and not zero. */
    static boolean isOfOneHost(long bits) {
        return bits != 0 && !isGroup(bits);
    }

    static long read(ByteBuffer b, int at) {
        return ((b.getShort(at) & 0xFFFFL) << 32) | (b.getInt(at + 2) & 0xFFFF_FFFFL);
    }

    static void write(ByteBuffer b, int at, long bits) {
        b.putShort(at, (short) (bits >>> 32));
        b.putInt(at + 2, (int) bits);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            int octet = (int) (bits >>> shift) & 0xFF;
            text.append(Character.forDigit(octet >> 4, 16))
                    .append(Character.forDigit(octet & 15, 16));
            if (shift > 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}
