package io.finwait.tcp.internal.input;

import io.finwait.tcp.Ecn;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;

/** Whether both ends of a connection speak ECN (RFC 3168 §6.1.1). */
final class EcnHandshake {

    private EcnHandshake() {}

    /** A SYN for a listener, and whether it asks. */
    static void passive(Context context, Tcb tcb, boolean asks) {
        tcb.ecn = asks && context.config.ecn() != Ecn.NEVER;
        tcb.ecnCapable = tcb.ecn;
    }

    /**
     * The SYN or SYN,ACK of a peer that we call. If a later SYN of ours has not asked any more, the
     * answer may be to the first one: then marks of the peer's text are told, since it may think
     * that both have agreed, and our own text is not to be marked (RFC 3168 §6.1.1.1).
     */
    static void active(Tcb tcb, Segment seg) {
        tcb.ecn = tcb.ecnAsked && (seg.asksForEcn() || seg.agreesToEcn());
        tcb.ecnCapable = tcb.ecn && !tcb.ecnGivenUp;
    }

    /** The SYN or SYN,ACK has come again: one that says no counts more than all that say yes. */
    static void again(Tcb tcb, Segment seg) {
        boolean says = seg.asksForEcn() || seg.agreesToEcn();
        tcb.ecn &= says;
        tcb.ecnCapable &= says;
    }

    /**
     * A SYN that asks was lost, or refused: the next one does not ask, in case that something on
     * the way can't bear its flags.
     *
     * @return false when none has asked, or it was given up before
     */
    static boolean givesUp(Tcb tcb) {
        boolean now = tcb.ecnAsked && !tcb.ecnGivenUp;
        tcb.ecnGivenUp |= now;
        return now;
    }
}
