package io.finwait.picture;

import io.finwait.trace.End;

/**
 * One thing that happens at one end (or, with no end, between them), in the order of a ladder. A
 * packet that arrives is two of them.
 *
 * @param timeNs nanoseconds since the ladder began
 * @param order decides between steps of the same time
 * @param end where, or null
 * @param copy of an arrival: 0 for the first, 1 for a duplicate, and so on
 */
record LadderStep(Type type, long timeNs, int order, End end, LadderEvent event, int copy) {

    enum Type {
        LEAVE,
        ARRIVE,
        STATE,
        NOTE,
        BLOCK
    }

    /** True when this concerns the given end, or both. */
    boolean concerns(End other) {
        return end == null || end == other;
    }

    LadderPacket packet() {
        return (LadderPacket) event;
    }

    LadderEvent.StateChange stateChange() {
        return (LadderEvent.StateChange) event;
    }

    LadderEvent.Note note() {
        return (LadderEvent.Note) event;
    }

    LadderEvent.Block block() {
        return (LadderEvent.Block) event;
    }
}
