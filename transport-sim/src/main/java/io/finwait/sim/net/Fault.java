package io.finwait.sim.net;

/** What happens at a boundary between two packets; see {@link FaultPoint}. */
public enum Fault {

    /** The packet is lost. */
    LOST,

    /** The packet is lost, and both ends get a reset in its place. */
    RESET,

    /**
     * At the moment at which the packet is sent, the program that has accepted closes its
     * connections, or the next one that it accepts when it has none yet.
     */
    PEER_CLOSES,

    /** The packet and all that come after it are lost, in both directions. */
    CUT
}
