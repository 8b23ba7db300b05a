package io.finwait.trace.explain;

import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.trace.capture.SeenSegment;
import io.finwait.wire.Seq;

/**
 * The states of both ends, concluded from what passed, through the same table as the stack's
 * ({@link State#on}). What an end sends proves what it has received; until then its state is what
 * it must be if the segment arrived, and {@link #isAssumed} says so. Where the capture misses the
 * beginning, an end is taken for open.
 */
final class EndStates {

    private final State[] states = {State.CLOSED, State.CLOSED};
    private final long[] sinceNs = new long[2];
    private final boolean[] assumed = new boolean[2];
    private boolean beginningMissed;

    State state(int side) {
        return states[side];
    }

    long sinceNs(int side) {
        return sinceNs[side];
    }

    /** True when the last step rests on a segment whose arrival nothing has proved so far. */
    boolean isAssumed(int side) {
        return assumed[side];
    }

    boolean beginningMissed() {
        return beginningMissed;
    }

    /** Takes a segment; the flows have counted it already. */
    void segment(int from, Flow[] flows, SeenSegment seg) {
        int to = 1 - from;
        if (states[0] == State.CLOSED && states[1] == State.CLOSED && !begins(from, seg)) {
            return;
        }
        if (seg.hasRst()) {
            step(from, Trigger.ABORT, seg, false);
            step(to, Trigger.RESET, seg, true);
            return;
        }
        if (seg.hasSyn() && states[from] == State.LISTEN) {
            step(from, Trigger.SYN, seg, false);
        }
        if (seg.hasAck()) {
            acknowledges(from, flows, seg);
        }
        if (seg.hasFin()) {
            closes(from, seg);
        }
    }

    /** A first segment; false when it begins nothing: an RST for what is not there. */
    private boolean begins(int from, SeenSegment seg) {
        int to = 1 - from;
        if (seg.hasRst()) {
            return false;
        }
        if (seg.hasSyn() && !seg.hasAck()) {
            set(from, State.SYN_SENT, seg, false);
            set(to, State.LISTEN, seg, true);
            return true;
        }
        beginningMissed = true;
        if (seg.hasSyn()) {
            set(to, State.SYN_SENT, seg, true);
            set(from, State.SYN_RECEIVED, seg, false);
            return true;
        }
        set(from, State.ESTABLISHED, seg, false);
        set(to, State.ESTABLISHED, seg, true);
        return true;
    }

    /** What an ACK proves of its sender, and what it tells the receiver. */
    private void acknowledges(int from, Flow[] flows, SeenSegment seg) {
        int to = 1 - from;
        Flow theirs = flows[to];
        if (!theirs.synSeen && states[to] == State.LISTEN && !seg.hasSyn()) {
            // The capture misses the other direction; its SYN,ACK must have come.
            set(from, State.ESTABLISHED, seg, true);
            set(to, State.ESTABLISHED, seg, true);
        }
        if (states[from] == State.SYN_SENT && Seq.gt(seg.ack(), theirs.isn)) {
            step(from, seg.hasSyn() ? Trigger.SYN : Trigger.SYN_ACK, seg, false);
        }
        boolean ofSyn = theirs.synSeen && Seq.gt(seg.ack(), theirs.isn);
        if (ofSyn && states[to] == State.SYN_RECEIVED) {
            step(to, Trigger.ACK_OF_SYN, seg, true);
        }
        if (states[from] == State.SYN_RECEIVED && !seg.hasSyn()) {
            // The end behaves as in an open connection, so it has received the ACK of its SYN.
            step(from, Trigger.ACK_OF_SYN, seg, false);
        }
        boolean ofFin = theirs.finSeen && Seq.gt(seg.ack(), theirs.finSeq);
        if (ofFin) {
            if (states[to].awaitsAckOfFin()) {
                step(to, Trigger.ACK_OF_FIN, seg, true);
            }
            if (!states[from].hasReceivedFin()) {
                step(from, Trigger.FIN, seg, false);
            }
        }
    }

    private void closes(int from, SeenSegment seg) {
        if (states[from] == State.SYN_RECEIVED) {
            step(from, Trigger.ACK_OF_SYN, seg, false);
        }
        if (states[from] == State.SYN_SENT) {
            set(from, State.ESTABLISHED, seg, true);
        }
        step(from, Trigger.CLOSE, seg, false);
    }

    private void step(int side, Trigger trigger, SeenSegment seg, boolean isAssumed) {
        State next = states[side].on(trigger);
        if (next != null) {
            set(side, next, seg, isAssumed);
        }
    }

    private void set(int side, State state, SeenSegment seg, boolean isAssumed) {
        states[side] = state;
        sinceNs[side] = seg.timeNs();
        assumed[side] = isAssumed;
    }
}
