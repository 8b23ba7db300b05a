package io.finwait.trace.explain;

import io.finwait.trace.capture.SeenSegment;
import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.List;

/**
 * One connection as a capture shows it, while it is read: what each side sent, how both ends stand,
 * and the segments that its story needs. Side 0 opened it, as far as can be told.
 */
final class Conversation {

    /**
     * So many segments of the beginning, and of those with SYN, FIN or RST, are kept for the story.
     */
    private static final int MOST_KEPT = 24;

    final int stream;
    final Flow[] flows;
    final EndStates states = new EndStates();
    final ZeekWords zeek = new ZeekWords();
    final LastSegments last = new LastSegments();
    final Copies copies = new Copies();
    final List<Seen> kept = new ArrayList<>(8);
    final ListeningPorts listeners;
    ResetFacts reset;

    /** The other side's RST, when both have sent one. */
    ResetFacts secondReset;

    long firstNs;
    long lastNs;
    long packets;
    long wireOctets;
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
        if (copies.isCopy(from, own, reset != null && reset.side == from, seg)) {
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
        wireOctets += seg.textLength();
        if (seg.hasRst()) {
            resets(from, seg);
        } else if (reset != null && reset.side == from) {
            reset.packetsBehind++;
            if (reset.firstBehind == 0) {
                reset.firstBehind = seg.number();
            }
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
        keep(from, seg);
    }

    private void resets(int from, SeenSegment seg) {
        if (reset == null) {
            reset = new ResetFacts(from, flows, states, last, seg);
        } else if (reset.side != from && secondReset == null) {
            secondReset = new ResetFacts(from, flows, states, last, seg);
        }
    }

    private void keep(int from, SeenSegment seg) {
        int telling = TcpHeader.SYN | TcpHeader.FIN | TcpHeader.RST;
        boolean tells = (seg.flags() & telling) != 0;
        if (kept.size() >= MOST_KEPT || (!tells && packets > 4)) {
            return;
        }
        kept.add(
                new Seen(
                        seg.number(),
                        seg.timeNs(),
                        from,
                        seg.flags(),
                        flows[from].numbersKnown ? flows[from].relative(seg.seq()) : 0,
                        flows[1 - from].numbersKnown ? flows[1 - from].relative(seg.ack()) : 0,
                        seg.textLength(),
                        seg.window(),
                        seg.timeToLive()));
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
