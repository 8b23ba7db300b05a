package io.finwait.trace.explain;

import java.util.HashSet;
import java.util.Set;

/**
 * The hosts that have accepted a connection anywhere in a capture. If such a host does not answer a
 * SYN, its backlog was probably full.
 */
final class ListeningPorts {

    private record Listener(long high, long low, int port) {}

    private final Set<Listener> accepted = new HashSet<>();

    /** A side has sent a SYN,ACK. */
    void accepts(Flow side) {
        accepted.add(new Listener(side.addressHigh, side.addressLow, side.port));
    }

    /** True when a side has accepted another connection. */
    boolean hasAccepted(Flow side) {
        return accepted.contains(new Listener(side.addressHigh, side.addressLow, side.port));
    }
}
