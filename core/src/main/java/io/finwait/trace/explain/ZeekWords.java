package io.finwait.trace.explain;

import io.finwait.trace.capture.SeenSegment;
import io.finwait.wire.Seq;

/**
 * What Zeek's connection log would say of a connection: {@code conn_state} and {@code history}
 * (https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html), so that its users
 * find the words they know. Side 0 is the originator.
 */
final class ZeekWords {

    /** How far a side has come, in Zeek's terms. */
    private enum Phase {
        INACTIVE,
        SYN_SENT,
        SYN_ACK_SENT,
        PARTIAL,
        ESTABLISHED,
        CLOSED,
        RESET
    }

    /** Beyond such a jump a SYN's or an RST's number is not believed. */
    private static final int LARGEST_JUMP = 1 << 20;

    private static final String ONCE_A_SIDE = "SHFRIQDA";

    /** What one side has said. */
    private static final class Side {
        Phase phase = Phase.INACTIVE;
        Phase before = Phase.INACTIVE;
        boolean known;
        int start;
        int last;
        int letters;
        int lastSyn;
        int lastFin;
        int lastRst;
        int again;
        int zeroWindows;
        int gaps;
        boolean textSeen;

        void to(Phase next) {
            before = phase;
            phase = next;
        }

        void begin(int number) {
            known = true;
            start = number;
            last = number;
        }
    }

    private final Side[] sides = {new Side(), new Side()};
    private final StringBuilder history = new StringBuilder(8);

    /** The first packet seen came from the responder. */
    void swapped() {
        history.append('^');
    }

    /** The peer acknowledged text that the capture does not hold. */
    void gap(int of) {
        Side side = sides[of];
        scaled(of, 'G', ++side.gaps);
    }

    void segment(int from, SeenSegment seg) {
        Side side = sides[from];
        Side peer = sides[1 - from];
        int text = seg.hasRst() ? 0 : seg.textLength();
        int end = seg.seq() + text + (seg.hasSyn() ? 1 : 0) + (seg.hasFin() ? 1 : 0);
        begin(side, seg, end);
        letters(from, seg);
        if (seg.window() == 0
                && !seg.hasRst()
                && peer.phase != Phase.CLOSED
                && side.phase != Phase.RESET) {
            scaled(from, 'W', ++side.zeroWindows);
        }
        if (seg.hasAck() && !peer.known) {
            peer.begin(seg.ack() - 1);
        }
        if (isAgain(side, seg, end, text)) {
            scaled(from, 'T', ++side.again);
        }
        side.textSeen |= text > 0;
        move(from, seg);
    }

    private static void begin(Side side, SeenSegment seg, int end) {
        boolean early = side.phase == Phase.SYN_SENT || side.phase == Phase.SYN_ACK_SENT;
        boolean inside = side.phase == Phase.ESTABLISHED || side.phase == Phase.PARTIAL;
        if (side.phase == Phase.INACTIVE) {
            side.begin(seg.hasSyn() ? seg.seq() : seg.seq() - 1);
            side.last = seg.hasSyn() ? end : seg.seq();
        } else if (seg.hasSyn() && (inside || (early && seg.seq() != side.start))) {
            side.begin(seg.seq());
            side.last = end;
        }
    }

    /** Follows the highest number of a side; true for text at or below it. */
    private static boolean isAgain(Side side, SeenSegment seg, int end, int text) {
        int ahead = Seq.distance(side.last, end);
        boolean jumps = ahead > LARGEST_JUMP || ahead < -LARGEST_JUMP;
        if (((seg.hasSyn() || seg.hasRst()) && jumps) || side.phase == Phase.RESET) {
            return false;
        }
        if (ahead > 0 || (seg.hasFin() && side.last == side.start + 1)) {
            side.last = end;
            return false;
        }
        return text > 0;
    }

    private void letters(int from, SeenSegment seg) {
        Side side = sides[from];
        int number = seg.seq() - side.start;
        int bits = (seg.hasSyn() ? 1 : 0) + (seg.hasFin() ? 1 : 0) + (seg.hasRst() ? 1 : 0);
        if (bits > 1) {
            once(from, seg.hasFin() && seg.hasRst() ? 'I' : 'Q');
        } else if (seg.hasSyn()) {
            char letter = seg.hasAck() ? 'H' : 'S';
            if (!once(from, letter) && number != side.lastSyn) {
                add(from, letter);
            }
            side.lastSyn = number;
        } else if (seg.hasFin()) {
            if (!once(from, 'F') && number + seg.textLength() != side.lastFin) {
                add(from, 'F');
            }
            side.lastFin = number + seg.textLength();
        } else if (seg.hasRst()) {
            if (!once(from, 'R') && number != side.lastRst) {
                add(from, 'R');
            }
            side.lastRst = number;
        } else if (seg.textLength() > 0) {
            once(from, 'D');
        } else if (seg.hasAck()) {
            once(from, 'A');
        }
    }

    /** Adds a letter that a side says once; false when it was there already. */
    private boolean once(int from, char letter) {
        int bit = 1 << ONCE_A_SIDE.indexOf(letter);
        if ((sides[from].letters & bit) != 0) {
            return false;
        }
        sides[from].letters |= bit;
        add(from, letter);
        return true;
    }

    /** Adds a letter at the first, the tenth, the hundredth time and so on. */
    private void scaled(int from, char letter, int times) {
        for (long power = 1; power <= times; power *= 10) {
            if (power == times) {
                add(from, letter);
            }
        }
    }

    private void add(int from, char letter) {
        history.append(from == 0 ? letter : Character.toLowerCase(letter));
    }

    private void move(int from, SeenSegment seg) {
        Side side = sides[from];
        Side peer = sides[1 - from];
        switch (side.phase) {
            case INACTIVE -> moveInactive(from, seg);
            case SYN_SENT, SYN_ACK_SENT -> {
                if (seg.hasFin()) {
                    side.to(Phase.CLOSED);
                }
                if (seg.hasRst()) {
                    side.to(Phase.RESET);
                }
            }
            case PARTIAL, ESTABLISHED -> moveEstablished(side, peer, seg);
            case CLOSED -> {
                // After a FIN of either side an RST is no longer how it ended.
                if (seg.hasRst() && peer.phase != Phase.CLOSED) {
                    side.to(Phase.RESET);
                }
            }
            case RESET -> {}
        }
    }

    private void moveInactive(int from, SeenSegment seg) {
        Side side = sides[from];
        Side peer = sides[1 - from];
        if (seg.hasSyn()) {
            if (from == 0) {
                side.to(seg.hasAck() ? Phase.SYN_ACK_SENT : Phase.SYN_SENT);
            } else {
                if (peer.phase == Phase.SYN_SENT) {
                    peer.to(Phase.ESTABLISHED);
                }
                side.to(Phase.ESTABLISHED);
            }
        }
        if (seg.hasFin()) {
            side.to(Phase.CLOSED);
        }
        if (seg.hasRst()) {
            side.to(Phase.RESET);
        }
        if (side.phase != Phase.INACTIVE) {
            return;
        }
        boolean ackBeforeSyn = from == 1 && seg.textLength() == 0 && peer.phase == Phase.SYN_SENT;
        if (!ackBeforeSyn) {
            boolean synWasMissed = seg.hasAck() && peer.phase == Phase.ESTABLISHED;
            side.to(synWasMissed ? Phase.ESTABLISHED : Phase.PARTIAL);
        }
    }

    private static void moveEstablished(Side side, Side peer, SeenSegment seg) {
        boolean late = side.phase == Phase.PARTIAL && peer.phase == Phase.INACTIVE;
        if (seg.hasSyn() && !seg.hasAck() && late) {
            side.to(Phase.SYN_SENT);
        }
        if (seg.hasFin() && !seg.hasRst()) {
            side.to(Phase.CLOSED);
            if (peer.phase == Phase.RESET && peer.before == Phase.CLOSED) {
                peer.to(Phase.CLOSED);
            }
        }
        if (seg.hasRst()) {
            side.to(Phase.RESET);
        }
    }

    /** One of Zeek's words for how a connection stands. */
    String connState() {
        Phase ours = sides[0].phase;
        Phase theirs = sides[1].phase;
        boolean oursUnseen = ours == Phase.INACTIVE || ours == Phase.PARTIAL;
        boolean theirsUnseen = theirs == Phase.INACTIVE || theirs == Phase.PARTIAL;
        if (theirs == Phase.RESET) {
            boolean nothingSaid = !sides[0].textSeen && !sides[1].textSeen;
            if (ours == Phase.SYN_SENT
                    || ours == Phase.SYN_ACK_SENT
                    || (ours == Phase.RESET && nothingSaid)) {
                return "REJ";
            }
            return oursUnseen ? "RSTRH" : "RSTR";
        }
        if (ours == Phase.RESET) {
            return theirsUnseen ? "RSTOS0" : "RSTO";
        }
        if (ours == Phase.CLOSED && theirs == Phase.CLOSED) {
            return "SF";
        }
        if (ours == Phase.CLOSED) {
            return theirsUnseen ? "SH" : "S2";
        }
        if (theirs == Phase.CLOSED) {
            return oursUnseen ? "SHR" : "S3";
        }
        if (ours == Phase.SYN_SENT && theirs == Phase.INACTIVE) {
            return "S0";
        }
        return ours == Phase.ESTABLISHED && theirs == Phase.ESTABLISHED ? "S1" : "OTH";
    }

    String history() {
        return history.toString();
    }
}
