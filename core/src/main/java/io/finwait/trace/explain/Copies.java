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
    private long found;

    /**
     * True for a segment that was seen before; what a side sends is seen first where it is sent.
     *
     * @param last the side's last segment that was no copy
     */
    boolean isCopy(int from, Flow own, LastSegments.Of last, boolean resetSeen, SeenSegment seg) {
        if (home[from] == NOWHERE) {
            home[from] = seg.interfaceNumber();
        }
        boolean copy =
                seg.interfaceNumber() == home[from]
                        ? isTheSameAtOnce(last, seg)
                        : !bringsNews(own, resetSeen, seg);
        if (copy) {
            found++;
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

    private static boolean isTheSameAtOnce(LastSegments.Of last, SeenSegment seg) {
        return seg.length() > 0
                && last.number > 0
                && last.seq == seg.seq()
                && last.ack == seg.ack()
                && last.flags == seg.flags()
                && last.text == seg.textLength()
                && last.ipIdentification == seg.ipIdentification()
                && Math.abs(seg.timeNs() - last.timeNs) < AT_ONCE_NS;
    }
}
