package io.finwait.trace.explain;

import io.finwait.trace.capture.SeenSegment;
import io.finwait.wire.Seq;

/**
 * Tells segments that were captured twice from those that were sent twice. A capture of several
 * interfaces shows a segment on each that it passes; a capture of "any" interface often shows it
 * twice on the same.
 */
final class Copies {

    /**
     * No sender repeats itself so soon: the shortest timeouts in use are a hundred times longer.
     */
    private static final long AT_ONCE_NS = 1_000_000;

    private static final int NOWHERE = -1;

    private final int[] home = {NOWHERE, NOWHERE};
    private final long[] lastNs = new long[2];
    private final int[] lastSeq = new int[2];
    private final int[] lastAck = new int[2];
    private final int[] lastFlags = new int[2];
    private final int[] lastText = new int[2];
    private final int[] lastIdentification = new int[2];
    private long found;

    /**
     * True for a segment that was seen before; what a side sends is seen first where it is sent.
     */
    boolean isCopy(int from, Flow own, boolean resetSeen, SeenSegment seg) {
        if (home[from] == NOWHERE) {
            home[from] = seg.interfaceNumber();
        }
        boolean copy =
                seg.interfaceNumber() == home[from]
                        ? isTheSameAtOnce(from, seg)
                        : !bringsNews(own, resetSeen, seg);
        if (copy) {
            found++;
        } else {
            remember(from, seg);
        }
        return copy;
    }

    long found() {
        return found;
    }

    private static boolean bringsNews(Flow own, boolean resetSeen, SeenSegment seg) {
        if (seg.hasRst()) {
            return !resetSeen;
        }
        boolean more = !own.numbersKnown || Seq.gt(seg.seq() + seg.length(), own.nxt);
        boolean acknowledges =
                seg.hasAck() && (!own.lastAckKnown || Seq.gt(seg.ack(), own.lastAck));
        return more || acknowledges;
    }

    private boolean isTheSameAtOnce(int from, SeenSegment seg) {
        return seg.length() > 0
                && lastSeq[from] == seg.seq()
                && lastAck[from] == seg.ack()
                && lastFlags[from] == seg.flags()
                && lastText[from] == seg.textLength()
                && lastIdentification[from] == seg.ipIdentification()
                && Math.abs(seg.timeNs() - lastNs[from]) < AT_ONCE_NS;
    }

    private void remember(int from, SeenSegment seg) {
        lastNs[from] = seg.timeNs();
        lastSeq[from] = seg.seq();
        lastAck[from] = seg.ack();
        lastFlags[from] = seg.flags();
        lastText[from] = seg.textLength();
        lastIdentification[from] = seg.ipIdentification();
    }
}
