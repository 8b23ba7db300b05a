package io.finwait.examples.story;

import io.finwait.wire.Segment;

import java.util.function.Predicate;

/** Kinds of segments, for losing and delaying them. */
final class Segs {

    private Segs() {}

    static Predicate<Segment> any() {
        return seg -> true;
    }

    /** Neither text nor SYN, FIN, RST. */
    static Predicate<Segment> pureAck() {
        return seg -> seg.length() == 0 && !seg.hasRst();
    }

    static Predicate<Segment> synAck() {
        return seg -> seg.hasSyn() && seg.hasAck();
    }

    static Predicate<Segment> text() {
        return seg -> seg.textLength() > 0;
    }

    /** Text that begins with this number, as it stands on the wire. */
    static Predicate<Segment> textAt(int seq) {
        return seg -> seg.textLength() > 0 && seg.seq() == seq;
    }
}
