package io.finwait.trace.explain;

import io.finwait.trace.capture.SeenSegment;

/**
 * One connection as a capture shows it, while it is read: what each side sent, how both ends stand,
 * and the segments that its story needs. Side 0 opened it, as far as can be told.
 */
final class Conversation {

    final int stream;
    final Flow[] flows;
    final EndStates states = new EndStates();
    final ZeekWords zeek = new ZeekWords();
    final LastSegments last = new LastSegments();
    final Copies copies = new Copies();
    final KeptSegments kept = new KeptSegments();
    final ListeningPorts listeners;
    ResetFacts reset;

    /** The other side's RST, when both have sent one. */
    ResetFacts secondReset;

    long firstNs;
    long lastNs;
    long packets;
    boolean clockWentBack;

    /** A SYN of this pair began the next one in so many nanoseconds; negative when none did. */
    long usedAgainAfterNs = -1;

    /** The connection that this SYN began, or null. */
    Conversation next;

    Conversation(int stream, Flow opener, Flow other, ListeningPorts listeners) {
        this.stream = stream;
        this.listeners = listeners;
        flows = new Flow[] {opener, other};
    }

    void segment(int from, SeenSegment seg) {
        Flow own = flows[from];
        Flow peer = flows[1 - from];
        boolean resetSeen = reset != null && reset.side == from;
        if (copies.isCopy(from, own, last.of(from), resetSeen, seg)) {
            lastNs = Math.max(lastNs, seg.timeNs());
            return;
        }
        packets++;
        if (packets == 1) {
            firstNs = seg.timeNs();
            lastNs = seg.timeNs();
        }
        clockWentBack |= seg.timeNs() < lastNs;
        lastNs = Math.max(lastNs, seg.timeNs());
        if (seg.hasRst()) {
            resets(from, seg);
        } else if (reset != null && reset.side == from) {
            reset.followedBy(seg);
        }
        own.sent(seg);
        if (seg.hasSyn() && seg.hasAck() && own.syns == 1) {
            listeners.accepts(own);
        }
        if (seg.hasAck() && !seg.hasRst()) {
            boolean gap = peer.isMissing(seg.ack());
            peer.acknowledged(seg);
            if (gap && !seg.hasFin()) {
                zeek.gap(1 - from);
            }
        }
        zeek.segment(from, seg);
        states.segment(from, flows, seg);
        last.segment(from, seg);
        if (own.finAcknowledged && peer.finAcknowledged) {
            last.forgetTexts();
        }
        kept.segment(from, flows, packets, seg);
    }

    private void resets(int from, SeenSegment seg) {
        if (reset == null) {
            reset = new ResetFacts(from, flows, states, last, seg);
        } else if (reset.side != from && secondReset == null) {
            secondReset = new ResetFacts(from, flows, states, last, seg);
        }
    }

    /** The packet that was taken last; one that was seen before is not. */
    long lastNumber() {
        return Math.max(last.of(0).number, last.of(1).number);
    }

    /** True when no further segment belongs here but answers to what is over. */
    boolean hasEnded() {
        return reset != null
                || (flows[0].finSeen && flows[1].finSeen)
                || (isOneSided() && (flows[0].finSeen || flows[1].finSeen));
    }

    private boolean isOneSided() {
        return flows[0].packets == 0 || flows[1].packets == 0;
    }
}
