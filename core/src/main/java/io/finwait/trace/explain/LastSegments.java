package io.finwait.trace.explain;

import io.finwait.trace.capture.SeenSegment;

/**
 * The last segment of each side, and of those with text the last of each acknowledgment number: a
 * bare RST has the acknowledgment of the segment that it answers as its sequence number.
 */
final class LastSegments {

    /**
     * Text may still be under way with several acknowledgments when the first of it is answered.
     */
    private static final int TEXTS = 4;

    private final Of[] sides = {new Of(), new Of()};

    /** The last segment of a side. */
    Of of(int side) {
        return sides[side];
    }

    void segment(int from, SeenSegment seg) {
        long before = Math.max(sides[0].timeNs, sides[1].timeNs);
        Of side = sides[from];
        side.set(seg, before == 0 ? 0 : seg.timeNs() - before);
        if (seg.textLength() > 0) {
            side.keepText(seg);
        }
    }

    /** Both sides' text has arrived, up to their FINs: no RST can answer it any more. */
    void forgetTexts() {
        sides[0].texts = null;
        sides[1].texts = null;
    }

    /** A segment; number 0 when there was none. */
    static final class Of {
        long number;
        long timeNs;
        int flags;
        int text;
        int seq;
        int ack;
        int ipIdentification;

        /** How long the connection had been silent before. */
        long silenceNs;

        private Of[] texts;
        private int lastText;

        private void set(SeenSegment seg, long newSilenceNs) {
            silenceNs = newSilenceNs;
            number = seg.number();
            timeNs = seg.timeNs();
            flags = seg.flags();
            text = seg.textLength();
            seq = seg.seq();
            ack = seg.ack();
            ipIdentification = seg.ipIdentification();
        }

        private void keepText(SeenSegment seg) {
            if (texts == null) {
                texts = new Of[TEXTS];
            } else if (texts[lastText].ack != seg.ack()) {
                lastText = (lastText + 1) % TEXTS;
            }
            if (texts[lastText] == null) {
                texts[lastText] = new Of();
            }
            texts[lastText].set(seg, silenceNs);
        }

        /** The last segment of this side with text and this acknowledgment, or null. */
        Of textWithAck(int wanted) {
            for (int i = 0; texts != null && i < TEXTS; i++) {
                Of each = texts[(lastText + TEXTS - i) % TEXTS];
                if (each != null && each.ack == wanted) {
                    return each;
                }
            }
            return null;
        }
    }
}
