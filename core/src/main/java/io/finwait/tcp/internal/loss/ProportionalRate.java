package io.finwait.tcp.internal.loss;

import io.finwait.tcp.internal.tcb.LossState;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;

/**
 * Proportional rate reduction (RFC 9937): in fast recovery by SACK what is sent is measured by what
 * arrives, so that the flight shrinks to the new window over a round trip, and does not wait for
 * half of it to leave the network first.
 */
final class ProportionalRate {

    private ProportionalRate() {}

    /** Fast recovery begins; the control has set its window. */
    static void begin(Tcb tcb) {
        LossState loss = tcb.loss;
        Snd snd = tcb.snd;
        int outstanding = snd.flight() - snd.scoreboard.heldOctets();
        loss.prrFlight = Math.max(outstanding + snd.scoreboard.deliveredNow(), snd.mss);
        loss.prrDelivered = 0;
        loss.prrOut = 0;
    }

    /**
     * An ACK has been taken in it (RFC 9937 §6).
     *
     * @param safe SND.UNA has moved, and nothing more was found lost
     */
    static void update(Tcb tcb, boolean safe) {
        LossState loss = tcb.loss;
        Snd snd = tcb.snd;
        int delivered = snd.scoreboard.deliveredNow();
        loss.prrDelivered += delivered;
        int pipe = snd.scoreboard.pipe(snd.nxt);
        int target = tcb.cwnd();
        long more;
        if (pipe > target) {
            long allowed = loss.prrDelivered * target + loss.prrFlight - 1;
            more = allowed / loss.prrFlight - loss.prrOut;
        } else {
            long arrived = Math.max(loss.prrDelivered - loss.prrOut, delivered);
            more = Math.min(target - pipe, arrived + (safe ? snd.mss : 0));
        }
        long least = loss.prrOut == 0 ? snd.mss : 0;
        loss.prrWindow = (int) Math.min(pipe + Math.max(more, least), Tcb.LARGEST_WINDOW);
    }
}
