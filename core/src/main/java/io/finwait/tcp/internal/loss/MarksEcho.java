package io.finwait.tcp.internal.loss;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/**
 * What the peer tells of marks on our text (RFC 3168 §6.1.2). One reduction of the window, be it
 * for a mark or for a loss, answers all marks on what was outstanding then; the first text behind
 * it carries CWR, and only its ACK can tell of a newer mark.
 */
final class MarksEcho {

    private final Context context;

    MarksEcho(Context context) {
        this.context = context;
    }

    /**
     * An ACK of something new; SND.UNA has moved.
     *
     * @return true when it tells of marks, and must not open the window
     */
    boolean isIn(Tcb tcb, Segment seg) {
        if (!tcb.ecnCapable) {
            return false;
        }
        if (tcb.reducedLately && Seq.gt(tcb.snd.una, tcb.loss.reducedTo)) {
            tcb.reducedLately = false;
        }
        if (!seg.hasEce()) {
            return false;
        }
        if (!tcb.reducedLately && !tcb.loss.recovering) {
            // What a loss before it has cost is not given back any more.
            tcb.loss.undoOpen = false;
            tcb.congestion.marked(tcb.flightSize(), context.nowNs());
            context.counters.add(Counter.ECN_REDUCTIONS);
            reduced(tcb);
        }
        return true;
    }

    /** The window has been reduced, for whatever reason. */
    static void reduced(Tcb tcb) {
        if (tcb.ecnCapable) {
            tcb.reducedLately = true;
            tcb.loss.reducedTo = tcb.snd.nxt;
            tcb.cwrOwed = true;
        }
    }

    /** It was given back: what is lost or marked now counts anew. */
    static void givenBack(Tcb tcb) {
        tcb.reducedLately = false;
        tcb.cwrOwed = false;
    }

    /**
     * A loss that is noticed now was answered before, with a mark on the same flight (RFC 3168
     * §6.1.2). One that was lost again, or after another, was not.
     */
    static boolean answers(Tcb tcb) {
        return tcb.reducedLately
                && Seq.lt(tcb.snd.una, tcb.loss.reducedTo)
                && Seq.geq(tcb.snd.una, tcb.loss.recover);
    }
}
