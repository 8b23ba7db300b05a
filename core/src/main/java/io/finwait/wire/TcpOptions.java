package io.finwait.wire;

import java.nio.ByteBuffer;

/**
 * The options of one TCP header, read in place; reused from segment to segment. Options that
 * Finwait does not speak (fast open, MD5, AO, MPTCP, accurate ECN, ...) are skipped.
 */
public final class TcpOptions {

    /** End of option list. */
    public static final int END = 0;

    /** No operation. */
    public static final int NOP = 1;

    /** Maximum segment size, 4 octets (RFC 9293 §3.7.1). */
    public static final int MSS = 2;

    /** Window scale, 3 octets (RFC 7323 §2). */
    public static final int WINDOW_SCALE = 3;

    /** SACK permitted, 2 octets (RFC 2018 §2). */
    public static final int SACK_PERMITTED = 4;

    /** SACK, 2 + 8n octets (RFC 2018 §3). */
    public static final int SACK = 5;

    /** Timestamps, 10 octets (RFC 7323 §3). */
    public static final int TIMESTAMPS = 8;

    /** The largest shift of a window (RFC 7323 §2.3). */
    public static final int MAX_WINDOW_SCALE = 14;

    private static final int MAX_SACK_BLOCKS = 4;

    private final int[] sackEdges = new int[2 * MAX_SACK_BLOCKS];
    private int mss;
    private int windowScale;
    private boolean sackPermitted;
    private boolean timestamps;
    private int timestampValue;
    private int timestampEcho;
    private int sackBlocks;

    /**
     * Reads options; a malformed one ends the reading, what came before it counts.
     *
     * @param b big-endian
     * @param at index of the first option
     * @param length octets of all options, 0 to 40
     */
    public void parse(ByteBuffer b, int at, int length) {
        clear();
        if (length == 12 && b.getInt(at) == 0x0101080A) {
            // The usual layout of a segment with timestamps (RFC 7323 appendix A).
            timestamps = true;
            timestampValue = b.getInt(at + 4);
            timestampEcho = b.getInt(at + 8);
            return;
        }
        int end = at + length;
        int next = at;
        while (next < end) {
            int kind = b.get(next) & 0xFF;
            if (kind == END) {
                return;
            }
            if (kind == NOP) {
                next++;
                continue;
            }
            if (next + 1 >= end) {
                return;
            }
            int octets = b.get(next + 1) & 0xFF;
            if (octets < 2 || next + octets > end) {
                return;
            }
            take(b, next, kind, octets);
            next += octets;
        }
    }

    private void clear() {
        mss = 0;
        windowScale = -1;
        sackPermitted = false;
        timestamps = false;
        sackBlocks = 0;
    }

    private void take(ByteBuffer b, int at, int kind, int octets) {
        switch (kind) {
            case MSS -> {
                if (octets == 4) {
                    mss = b.getShort(at + 2) & 0xFFFF;
                }
            }
            case WINDOW_SCALE -> {
                if (octets == 3) {
                    windowScale = Math.min(b.get(at + 2) & 0xFF, MAX_WINDOW_SCALE);
                }
            }
            case SACK_PERMITTED -> {
                if (octets == 2) {
                    sackPermitted = true;
                }
            }
            case TIMESTAMPS -> {
                if (octets == 10) {
                    timestamps = true;
                    timestampValue = b.getInt(at + 2);
                    timestampEcho = b.getInt(at + 6);
                }
            }
            case SACK -> {
                if ((octets - 2) % 8 == 0) {
                    sackBlocks = Math.min((octets - 2) / 8, MAX_SACK_BLOCKS);
                    for (int i = 0; i < 2 * sackBlocks; i++) {
                        sackEdges[i] = b.getInt(at + 2 + 4 * i);
                    }
                }
            }
            default -> {
                // Unknown options are skipped by their length (RFC 9293 MUST-6).
            }
        }
    }

    /** The peer's MSS in octets, or 0 when the option is not there. */
    public int mss() {
        return mss;
    }

    /** The peer's shift, 0 to 14, or -1 when the option is not there. */
    public int windowScale() {
        return windowScale;
    }

    /** True when SACK is permitted. */
    public boolean sackPermitted() {
        return sackPermitted;
    }

    /** True when timestamps are there. */
    public boolean hasTimestamps() {
        return timestamps;
    }

    /** TSval; means nothing without {@link #hasTimestamps()}. */
    public int timestampValue() {
        return timestampValue;
    }

    /** TSecr; means nothing without {@link #hasTimestamps()}. */
    public int timestampEcho() {
        return timestampEcho;
    }

    /** How many SACK blocks there are, 0 to 4. */
    public int sackBlocks() {
        return sackBlocks;
    }

    /** The first number of a SACK block. */
    public int sackLeft(int block) {
        return sackEdges[2 * block];
    }

    /** The number behind a SACK block. */
    public int sackRight(int block) {
        return sackEdges[2 * block + 1];
    }

    /** Writes an MSS option and returns the index behind it. */
    public static int writeMss(ByteBuffer b, int at, int mss) {
        b.putInt(at, MSS << 24 | 4 << 16 | mss);
        return at + 4;
    }

    /** Writes NOP and window scale, and returns the index behind them. */
    public static int writeWindowScale(ByteBuffer b, int at, int shift) {
        b.putInt(at, NOP << 24 | WINDOW_SCALE << 16 | 3 << 8 | shift);
        return at + 4;
    }

    /** Writes two NOPs and SACK permitted, and returns the index behind them. */
    public static int writeSackPermitted(ByteBuffer b, int at) {
        b.putInt(at, NOP << 24 | NOP << 16 | SACK_PERMITTED << 8 | 2);
        return at + 4;
    }

    /** Writes two NOPs and timestamps, and returns the index behind them. */
    public static int writeTimestamps(ByteBuffer b, int at, int value, int echo) {
        b.putInt(at, NOP << 24 | NOP << 16 | TIMESTAMPS << 8 | 10);
        b.putLong(at + 4, (long) value << 32 | (echo & 0xFFFF_FFFFL));
        return at + 12;
    }

    /** Writes two NOPs and the head of a SACK option for some blocks; the edges follow behind. */
    public static int writeSackHead(ByteBuffer b, int at, int blocks) {
        b.putInt(at, NOP << 24 | NOP << 16 | SACK << 8 | (2 + 8 * blocks));
        return at + 4;
    }
}
