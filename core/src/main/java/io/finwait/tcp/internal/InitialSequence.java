package io.finwait.tcp.internal;

import io.finwait.wire.Segment;

/**
 * Initial sequence numbers (RFC 6528): a clock of 4 microseconds plus a keyed hash of the pair of
 * sockets, so that later incarnations of a pair move forward and nobody else can guess where.
 */
public final class InitialSequence {

    private static final int TICK_NS = 4_000;

    private final SipHash hash;
    private boolean fixed;
    private int fixedValue;

    InitialSequence(SipHash hash) {
        this.hash = hash;
    }

    /** Gives every connection this number from now on; for telling stories and running scripts. */
    public void fix(int iss) {
        fixed = true;
        fixedValue = iss;
    }

    /** Back to RFC 6528. */
    public void unfix() {
        fixed = false;
    }

    int next(Tcb tcb, long nowNs) {
        if (fixed) {
            return fixedValue;
        }
        return (int) (nowNs / TICK_NS) + (int) hashOf(tcb);
    }

    /** The offset of a pair's timestamps: constant for the pair, so they go on rising (RFC 7323 §7.1). */
    int timestampOffset(Tcb tcb) {
        return (int) (hashOf(tcb) >>> 32);
    }

    /** The same for the receiver of a segment. */
    int timestampOffset(Segment seg) {
        long all =
                hash.hash(
                        seg.destinationHigh(),
                        seg.destinationLow(),
                        seg.sourceHigh(),
                        seg.sourceLow(),
                        (long) seg.destinationPort() << 16 | seg.sourcePort());
        return (int) (all >>> 32);
    }

    private long hashOf(Tcb tcb) {
        return hash.hash(
                tcb.localHigh,
                tcb.localLow,
                tcb.remoteHigh,
                tcb.remoteLow,
                (long) tcb.localPort << 16 | tcb.remotePort);
    }
}
