package io.finwait.link;

import io.finwait.wire.IpAddress;

/** One entry of the table of neighbours; reused. */
final class Neighbour {

    long high;
    long low;

    /** Its Ethernet address; means nothing in {@link NeighbourState#INCOMPLETE}. */
    long mac;

    NeighbourState state = NeighbourState.INCOMPLETE;

    /** How often it was asked in this state. */
    int asked;

    /** How often it could not be asked in this state, for want of room or allowance. */
    int refused;

    /** When it is asked again, or given up; only in INCOMPLETE, DELAY and PROBE. */
    long deadlineNs;

    /** In REACHABLE: when it becomes STALE. */
    long reachableUntilNs;

    /** When a claim about it was doubted the last time. */
    long doubtedNs;

    boolean wasDoubted;

    /** The first and the last packet that wait for its address; -1: none. */
    int firstWaiting;

    int lastWaiting;

    /** True while it is in the table. */
    boolean known;

    /** In the order of use, or of coming while INCOMPLETE. */
    Neighbour older;

    Neighbour newer;

    void begin(long newHigh, long newLow) {
        high = newHigh;
        low = newLow;
        mac = 0;
        state = NeighbourState.INCOMPLETE;
        asked = 0;
        refused = 0;
        wasDoubted = false;
        firstWaiting = -1;
        lastWaiting = -1;
        known = true;
    }

    boolean is(long otherHigh, long otherLow) {
        return low == otherLow && high == otherHigh;
    }

    /** True when a timer runs. */
    boolean isTimed() {
        return state == NeighbourState.INCOMPLETE
                || state == NeighbourState.DELAY
                || state == NeighbourState.PROBE;
    }

    @Override
    public String toString() {
        String at = state == NeighbourState.INCOMPLETE ? "" : " at " + new MacAddress(mac);
        return IpAddress.format(high, low) + at + " " + state;
    }
}
