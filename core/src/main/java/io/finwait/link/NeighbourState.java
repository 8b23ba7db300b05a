package io.finwait.link;

/** What is known of a neighbour (RFC 4861 §7.3.2); for IPv4 the same states are used. */
public enum NeighbourState {
    /** It was asked for its Ethernet address and has not answered. */
    INCOMPLETE,
    /** It has answered within the reachable time, 15 to 45 s. */
    REACHABLE,
    /** It has not answered lately, and nothing was sent to it since. */
    STALE,
    /** Something was sent to it while it was stale; it is asked soon. */
    DELAY,
    /** It is being asked whether it still has the address that is known. */
    PROBE
}
