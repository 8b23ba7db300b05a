package io.finwait.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Octets as people write them down, in a buffer where they do not begin at zero. */
final class Octets {

    /** Where they begin: odd, so that nothing is aligned by chance. */
    static final int AT = 13;

    private static final int BEHIND = 11;
    private static final byte JUNK = (byte) 0xA5;

    private Octets() {}

    /** The octets of some hexadecimal text, blanks ignored. */
    static byte[] of(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    /** The octets from {@link #AT} on, with junk before and behind them. */
    static ByteBuffer placed(byte[] octets) {
        byte[] all = new byte[AT + octets.length + BEHIND];
        Arrays.fill(all, JUNK);
        System.arraycopy(octets, 0, all, AT, octets.length);
        return ByteBuffer.wrap(all);
    }

    /** Room for some octets, with junk in it, before and behind it. */
    static ByteBuffer room(int length) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, JUNK);
        return placed(octets);
    }

    /** What stands there in the end; nothing may have been written outside. */
    static String hex(ByteBuffer b, int length) {
        for (int i = 0; i < b.capacity(); i++) {
            boolean outside = i < AT || i >= AT + length;
            if (outside && b.get(i) != JUNK) {
                throw new AssertionError("something was written at " + (i - AT) + " of " + length);
            }
        }
        byte[] octets = new byte[length];
        b.get(AT, octets);
        return HexFormat.of().formatHex(octets);
    }

    /** Hexadecimal text without blanks. */
    static String plain(String hex) {
        return hex.replaceAll("\\s", "");
    }
}
