package io.finwait.sim.explore;

/** A packet on its way, with its age. */
final class WirePacket {

    /** The end that sent it. */
    final int from;

    final byte[] octets;

    /**
     * A copy that may stay behind while time passes; everything else is at once delivered or lost.
     */
    final boolean straggler;

    /** How long it has been on its way. */
    long ageNs;

    WirePacket(int from, byte[] octets, boolean straggler) {
        this.from = from;
        this.octets = octets;
        this.straggler = straggler;
    }
}
