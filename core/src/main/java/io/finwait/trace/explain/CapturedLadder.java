package io.finwait.trace.explain;

import io.finwait.tcp.State;
import io.finwait.trace.End;
import io.finwait.trace.Ladder;
import io.finwait.trace.SegmentLabel;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.capture.CapturedPacket;
import io.finwait.trace.capture.SeenSegment;

import java.io.IOException;

/**
 * Draws one connection of a capture as a ladder: its segments, and both ends' states as they are
 * concluded. A capture does not say how long a packet was under way, so each arrives at once.
 */
public final class CapturedLadder {

    private CapturedLadder() {}

    /**
     * Reads a capture and draws one of its connections.
     *
     * @param reader at the beginning of the capture
     * @param stream the connection's number, as {@link ConnectionStory#stream} has it
     * @param most segments to draw; a note stands for the rest
     * @throws IOException when the capture can't be read so far
     */
    public static Ladder of(CaptureReader reader, int stream, int most) throws IOException {
        Conversations conversations = new Conversations();
        CapturedPacket packet = new CapturedPacket();
        SeenSegment segment = new SeenSegment();
        Drawing drawing = new Drawing(most);
        while (reader.next(packet)) {
            if (segment.read(packet) != SeenSegment.Kind.TCP) {
                continue;
            }
            Conversation conversation = conversations.segment(segment);
            boolean copy = conversation.lastNumber() != segment.number();
            if (conversation.stream == stream && !copy) {
                drawing.segment(conversation, segment);
            }
        }
        return drawing.finished();
    }

    private static final class Drawing {

        private static final End[] ENDS = {End.A, End.B};

        private final int most;
        private final State[] states = new State[2];
        private Ladder ladder;
        private int drawn;
        private long lastNs;

        Drawing(int most) {
            this.most = most;
        }

        void segment(Conversation conversation, SeenSegment seg) {
            if (ladder == null) {
                ladder = new Ladder(name(conversation, 0), name(conversation, 1));
            }
            drawn++;
            lastNs = seg.timeNs();
            if (drawn > most) {
                return;
            }
            int from = conversation.last.of(0).number == seg.number() ? 0 : 1;
            state(conversation, from, seg.timeNs());
            Flow own = conversation.flows[from];
            Flow peer = conversation.flows[1 - from];
            SegmentLabel label =
                    SegmentLabel.of(
                            seg.flags(),
                            own.numbersKnown
                                    ? own.relative(seg.seq())
                                    : Integer.toUnsignedLong(seg.seq()),
                            peer.numbersKnown
                                    ? peer.relative(seg.ack())
                                    : Integer.toUnsignedLong(seg.ack()),
                            seg.textLength());
            ladder.sent(seg.timeNs(), ENDS[from], label.remark("#" + seg.number()))
                    .arrives(seg.timeNs());
            state(conversation, 1 - from, seg.timeNs());
        }

        private void state(Conversation conversation, int side, long nowNs) {
            State state = conversation.states.state(side);
            if (state != states[side]) {
                states[side] = state;
                ladder.state(nowNs, ENDS[side], state.name());
            }
        }

        private static String name(Conversation conversation, int side) {
            return SideStory.of(conversation, side).address();
        }

        Ladder finished() throws IOException {
            if (ladder == null) {
                throw new IOException(
                        "the capture has no connection of that number; run explain without --ladder"
                                + " for the list");
            }
            if (drawn > most) {
                ladder.note(lastNs, drawn - most + " further segments");
            }
            return ladder;
        }
    }
}
