package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.FlowShare;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.SipHash;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.IpAddress;

/**
 * Chooses ephemeral ports (RFC 6056 §3.3.4, algorithm 4): a keyed hash of the peer decides where
 * the search begins and which of many counters it advances. The ports used towards one peer are
 * consecutive and reveal nothing about connections to other peers.
 */
final class PortChoice {

    /**
     * The number of counters; with more peers than this some share one. RFC 6056 considers ten
     * enough.
     */
    private static final int COUNTERS = 1024;

    private static final int COUNTER_SHIFT = Long.SIZE - 10;

    private final Context context;
    private final TimeWaits timeWaits;
    private final SipHash hash;
    private final int[] counters = new int[COUNTERS];

    PortChoice(Context context, TimeWaits timeWaits, SipHash hash) {
        this.context = context;
        this.timeWaits = timeWaits;
        this.hash = hash;
    }

    /**
     * Gives a TCB its local port.
     *
     * @param wanted a port, or 0 for any free one
     * @return false when the port, or every port, is in use or in TIME-WAIT
     */
    boolean choose(Tcb tcb, int wanted) {
        if (wanted != 0) {
            tcb.localPort = wanted;
            return isFree(tcb, true);
        }
        FlowShare share = context.config.share();
        int count = share.ephemeralPorts();
        if (count == 0) {
            return false;
        }
        long offset =
                hash.hash(
                        tcb.localHigh, tcb.localLow, tcb.remoteHigh, tcb.remoteLow, tcb.remotePort);
        int counter = (int) (offset >>> COUNTER_SHIFT);
        long begin = offset + counters[counter];
        // A free port is preferred to one that is still in TIME-WAIT and must be reused.
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < count; i++) {
                tcb.localPort = share.ephemeralPort((int) Long.remainderUnsigned(begin + i, count));
                if (isFree(tcb, pass == 1)) {
                    counters[counter] += i + 1;
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isInUse(Tcb tcb) {
        return context.tcbs.find(tcb) != null;
    }

    private boolean isFree(Tcb tcb, boolean mayReuse) {
        if (isInUse(tcb)) {
            return false;
        }
        return !timeWaits.holds(tcb) || (mayReuse && timeWaits.mayReuse(tcb));
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
                + (isInUse(tcb) ? " is connected" : " is in TIME_WAIT");
    }
}
