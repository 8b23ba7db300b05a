package io.finwait.picture;

import io.finwait.trace.End;

import java.util.List;

/** What a {@link Ladder} holds. */
public sealed interface LadderEvent
        permits LadderPacket, LadderEvent.StateChange, LadderEvent.Note, LadderEvent.Block {

    /** When it happened, in nanoseconds; of a packet when it was sent. */
    long timeNs();

    /**
     * An end has come into a state.
     *
     * @param timeNs when, in nanoseconds
     * @param end whose state
     * @param state its name, such as {@code FIN_WAIT_1}
     */
    record StateChange(long timeNs, End end, String state) implements LadderEvent {}

    /**
     * Some words: a call of the user, what was read, why something happens.
     *
     * @param timeNs when, in nanoseconds
     * @param end at which end, or null for between them
     * @param text some words
     */
    record Note(long timeNs, End end, String text) implements LadderEvent {}

    /**
     * Lines to be shown as they are: the output of netstat or ss.
     *
     * @param timeNs when, in nanoseconds
     * @param caption one line above them
     * @param lines at most 80 columns each, or they are broken
     */
    record Block(long timeNs, String caption, List<String> lines) implements LadderEvent {
        public Block {
            lines = List.copyOf(lines);
        }
    }
}
