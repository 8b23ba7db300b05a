package io.finwait.trace.explain;

import io.finwait.picture.Ladder;
import io.finwait.tcp.State;
import io.finwait.trace.End;
import io.finwait.trace.SegmentFields;
import io.finwait.trace.SegmentLabel;
import io.finwait.trace.capture.BrokenCaptureException;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.capture.CapturedPacket;
import io.finwait.trace.capture.SeenSegment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

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
        Drawing drawing = new Drawing(most);
        return drawing.finished(read(reader, number -> number == stream ? drawing : null));
    }

    /**
     * Reads a capture and draws several of its connections.
     *
     * @param reader at the beginning of the capture
     * @param streams the numbers of those to draw
     * @param most segments to draw of each
     * @return the ladders by number; one that the capture does not have is missing
     * @throws IOException when the capture can't be read
     */
    public static SortedMap<Integer, Ladder> several(CaptureReader reader, BitSet streams, int most)
            throws IOException {
        SortedMap<Integer, Drawing> drawings = new TreeMap<>();
        String broken =
                read(
                        reader,
                        stream ->
                                streams.get(stream)
                                        ? drawings.computeIfAbsent(stream, any -> new Drawing(most))
                                        : null);
        SortedMap<Integer, Ladder> ladders = new TreeMap<>();
        for (Map.Entry<Integer, Drawing> each : drawings.entrySet()) {
            ladders.put(each.getKey(), each.getValue().finished(broken));
        }
        return ladders;
    }

    /** Returns why the capture could not be read to its end, or null. */
    private static String read(CaptureReader reader, IntFunction<Drawing> drawings)
            throws IOException {
        Conversations conversations = new Conversations();
        CapturedPacket packet = new CapturedPacket();
        SeenSegment segment = new SeenSegment();
        try {
            while (reader.next(packet)) {
                if (segment.read(packet) != SeenSegment.Kind.TCP) {
                    continue;
                }
                Conversation conversation = conversations.segment(segment);
                boolean copy = conversation.lastNumber() != segment.number();
                Drawing drawing = copy ? null : drawings.apply(conversation.stream);
                if (drawing != null) {
                    drawing.segment(conversation, segment);
                }
            }
            return null;
        } catch (BrokenCaptureException e) {
            return e.getMessage();
        }
    }

    private static final class Drawing {

        private static final End[] ENDS = {End.A, End.B};

        private final int most;
        private final State[] states = new State[2];
        private Ladder ladder;
        private final long[] againSegments = new long[2];
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
            if (conversation.states.state(1 - from) == State.LISTEN) {
                // The state has waited for the SYN.
                state(conversation, 1 - from, seg.timeNs());
            }
            Flow own = conversation.flows[from];
            Flow peer = conversation.flows[1 - from];
            SegmentFields fields = fields(own, peer, seg);
            SegmentLabel label =
                    SegmentLabel.of(seg.flags(), fields.seq(), fields.ack(), fields.textOctets());
            boolean again = own.againSegments > againSegments[from];
            againSegments[from] = own.againSegments;
            String remark = "#" + seg.number() + (again ? " again" : "");
            ladder.sent(seg.timeNs(), ENDS[from], label.remark(remark), fields)
                    .arrives(seg.timeNs());
            state(conversation, 1 - from, seg.timeNs());
        }

        private static SegmentFields fields(Flow own, Flow peer, SeenSegment seg) {
            boolean scaled = own.windowScaleSeen && peer.windowScaleSeen && !seg.hasSyn();
            List<SegmentFields.Sack> sacks = new ArrayList<>(seg.sackBlocks());
            for (int i = 0; i < seg.sackBlocks(); i++) {
                sacks.add(
                        new SegmentFields.Sack(
                                shown(peer, seg.sackLeft(i)), shown(peer, seg.sackRight(i))));
            }
            return new SegmentFields(
                    seg.number(),
                    seg.flags(),
                    shown(own, seg.seq()),
                    shown(peer, seg.ack()),
                    seg.textLength(),
                    (long) seg.window() << (scaled ? own.windowScale : 0),
                    seg.timeToLive(),
                    seg.sourcePort(),
                    seg.destinationPort(),
                    sacks);
        }

        private static long shown(Flow flow, int number) {
            return flow.numbersKnown ? flow.relative(number) : Integer.toUnsignedLong(number);
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

        Ladder finished(String broken) throws IOException {
            if (ladder == null) {
                throw new IOException(
                        "the capture has no connection of that number; they are numbered from 0");
            }
            if (drawn > most) {
                ladder.note(lastNs, drawn - most + " further segments");
            }
            if (broken != null) {
                ladder.note(lastNs, "the capture can't be read further: " + broken);
            }
            return ladder;
        }
    }
}
