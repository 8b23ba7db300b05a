package io.finwait.trace.explain;

import io.finwait.trace.capture.SeenSegment;
import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The segments of a connection that its story speaks of. Packed into numbers, because a large
 * capture keeps a million of them.
 */
final class KeptSegments {

    /**
     * How many segments of the beginning, and how many with SYN, FIN or RST, are kept for the
     * story.
     */
    private static final int MOST = 24;

    private static final int OF_THE_BEGINNING = 4;
    private static final int TELLING = TcpHeader.SYN | TcpHeader.FIN | TcpHeader.RST;

    /** Number, time, the two sequence numbers, and all the rest. */
    private static final int WORDS = 4;

    /** About how many a connection of few packets has. */
    private static final int ROOM = 6;

    private static final int OCTET_BITS = 8;
    private static final int WINDOW_BITS = 16;

    private long[] words = new long[ROOM * WORDS];
    private int count;

    /** Keeps a segment if the story needs it; it has been counted already. */
    void segment(int from, Flow[] flows, long packets, SeenSegment seg) {
        boolean tells = (seg.flags() & TELLING) != 0;
        if (count >= MOST || (!tells && packets > OF_THE_BEGINNING)) {
            return;
        }
        int at = WORDS * count++;
        if (at == words.length) {
            words = Arrays.copyOf(words, at + ROOM * WORDS);
        }
        Flow peer = flows[1 - from];
        words[at] = seg.number();
        words[at + 1] = seg.timeNs();
        words[at + 2] =
                shown(flows[from], seg.seq()) << 32 | (shown(peer, seg.ack()) & 0xFFFF_FFFFL);
        words[at + 3] = packed(from, seg);
    }

    /** From the top: text, window, time to live, flags, side. */
    private static long packed(int from, SeenSegment seg) {
        long packed = seg.textLength();
        packed = packed << WINDOW_BITS | seg.window();
        packed = packed << OCTET_BITS | seg.timeToLive();
        packed = packed << OCTET_BITS | seg.flags();
        return packed << 1 | from;
    }

    private static long shown(Flow flow, int number) {
        return flow.numbersKnown ? flow.relative(number) : 0;
    }

    List<Seen> all() {
        List<Seen> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            all.add(get(WORDS * i));
        }
        return all;
    }

    private Seen get(int at) {
        long rest = words[at + 3];
        int side = (int) rest & 1;
        rest >>>= 1;
        int flags = (int) rest & 0xFF;
        rest >>>= OCTET_BITS;
        int timeToLive = (int) rest & 0xFF;
        rest >>>= OCTET_BITS;
        int window = (int) rest & 0xFFFF;
        int text = (int) (rest >>> WINDOW_BITS);
        long seq = words[at + 2] >> 32;
        long ack = (int) words[at + 2];
        return new Seen(words[at], words[at + 1], side, flags, seq, ack, text, window, timeToLive);
    }
}
