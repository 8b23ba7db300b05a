package io.finwait.tcp.internal;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

/**
 * Ephemeral ports (RFC 6056 §3.3.3, algorithm 3): where the search begins depends on a keyed hash of
 * the peer, so that ports of one peer follow each other and those of another tell nothing about them.
 */
final class PortChoice {

    private final TcpEndpoint endpoint;
    private final SipHash hash;
    private int next;

    PortChoice(TcpEndpoint endpoint, RandomSource random) {
        this.endpoint = endpoint;
        this.hash = new SipHash(random);
    }

    /**
     * Gives a TCB its local port.
     *
     * @param wanted a port, or 0 for any that is free
     * @return false when the port, or every port, is in use or in TIME-WAIT
     */
    boolean choose(Tcb tcb, int wanted) {
        if (wanted != 0) {
            tcb.localPort = wanted;
            return isFree(tcb, true);
        }
        int first = endpoint.config.firstEphemeralPort();
        int count = endpoint.config.lastEphemeralPort() - first + 1;
        long offset =
                hash.hash(
                        tcb.localHigh, tcb.localLow, tcb.remoteHigh, tcb.remoteLow, tcb.remotePort);
        // A port that was never used, or is over with TIME-WAIT, goes before one that must be
        // reused.
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < count; i++) {
                tcb.localPort = first + (int) Long.remainderUnsigned(offset + next + i, count);
                if (isFree(tcb, pass == 1)) {
                    next += i + 1;
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isFree(Tcb tcb, boolean mayReuse) {
        if (endpoint.isInUse(tcb)) {
            return false;
        }
        return !endpoint.timeWait.holds(tcb) || (mayReuse && endpoint.timeWait.mayReuse(tcb));
    }

    String refusal(Tcb tcb, int wanted) {
        String to = IpAddress.format(tcb.remoteHigh, tcb.remoteLow) + ":" + tcb.remotePort;
        if (wanted == 0) {
            return "Cannot assign requested address: every port to "
                    + to
                    + " is in use or in TIME_WAIT";
        }
        tcb.localPort = wanted;
        return "Address already in use: port "
                + wanted
                + " to "
                + to
                + (endpoint.isInUse(tcb) ? " is connected" : " is in TIME_WAIT");
    }
}
