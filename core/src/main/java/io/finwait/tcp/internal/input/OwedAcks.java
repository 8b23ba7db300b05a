package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.output.SegmentOutput;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

/**
 * Which segments are answered with an ACK, and when: text at once or with a delayed ACK (RFC 9293
 * §3.8.6.3), suspicious segments with a challenge ACK (RFC 5961). Both are noted, and sent at the
 * end of the duty cycle.
 */
public final class OwedAcks {

    /**
     * No round trip is longer: a segment sent before this has long left the network (RFC 9293
     * §3.4.3).
     */
    private static final long LONGEST_CHALLENGE_WAIT_NS = 240_000_000_000L;

    /** More doublings have no effect on an interval of a millisecond or more. */
    private static final int MOST_CHALLENGES = 20;

    private final Context context;
    private final SegmentOutput output;

    /** Notes ACKs for an output, which is asked to send one in the middle of a long batch. */
    public OwedAcks(Context context, SegmentOutput output) {
        this.context = context;
        this.output = output;
    }

    /**
     * ACK at once, or delay it: never for more octets than two full segments hold, however many
     * segments they came in (RFC 9293 SHLD-19), and never longer than the delay.
     */
    void acknowledgeText(Tcb tcb, int octets, boolean atOnce) {
        long delay = context.config.delayedAckNs();
        tcb.octetsUnacknowledged += octets;
        boolean enough = tcb.octetsUnacknowledged >= 2 * tcb.rcv.peerSegment;
        boolean quick = tcb.quickAcksLeft > 0 && tcb.quickAcksLeft-- > 0;
        if (delay == 0 || quick || atOnce || enough) {
            tcb.acksOwed = Math.max(tcb.acksOwed, 1);
            if (enough && !atOnce) {
                acknowledgeInBatch(tcb);
            }
            context.wantsOutput(tcb);
        } else {
            tcb.timers.startIfOff(Timer.DELAYED_ACK, delay);
        }
    }

    /**
     * A batch of a few segments is acknowledged at its end, a longer one in pairs while its sender
     * starts.
     */
    private void acknowledgeInBatch(Tcb tcb) {
        int segments = tcb.acknowledgedInBatch ? 2 : 4;
        if (tcb.rcv.peerIsStarting()
                && tcb.octetsUnacknowledged >= segments * tcb.rcv.peerSegment) {
            output.acknowledgeNow(tcb);
        }
    }

    /** An ACK that text or FIN asks for; several when the peer counts duplicates. */
    void oweAck(Tcb tcb) {
        tcb.acksOwed++;
        context.wantsOutput(tcb);
    }

    /**
     * The challenge ACK of RFC 5961, and any answer to a segment without text: limited per
     * connection, since a common limit would tell others about this connection (CVE-2016-5696). The
     * wait doubles with each one until the peer sends something acceptable: otherwise two ends
     * whose numbers disagree would answer each other's answers for ever.
     */
    void challenge(Tcb tcb) {
        if (answerUnlessLimited(tcb, challengeWaitNs(tcb))) {
            tcb.challengesInVain = Math.min(tcb.challengesInVain + 1, MOST_CHALLENGES);
        }
    }

    /**
     * An empty segment whose number is one too low and whose ACK is acceptable is a keepalive probe
     * (RFC 9293 §3.8.4). To a peer whose numbers disagree with ours, our answers never look like
     * one: either their number or their ACK would be unacceptable. So the wait need not grow, and a
     * peer that only sends probes is answered each time.
     */
    void answerProbe(Tcb tcb) {
        answerUnlessLimited(tcb, context.config.challengeAckIntervalNs());
    }

    private boolean answerUnlessLimited(Tcb tcb, long waitNs) {
        if (tcb.challenged && context.nowNs() - tcb.lastChallengeNs < waitNs) {
            context.counters.add(Counter.ACKS_LIMITED);
            return false;
        }
        tcb.challenged = true;
        tcb.lastChallengeNs = context.nowNs();
        context.counters.add(Counter.CHALLENGE_ACKS);
        tcb.acksOwed = Math.max(tcb.acksOwed, 1);
        context.wantsOutput(tcb);
        return true;
    }

    /** How long after a challenge ACK the next one may follow. */
    public long challengeWaitNs(Tcb tcb) {
        long interval = context.config.challengeAckIntervalNs();
        if (interval >= LONGEST_CHALLENGE_WAIT_NS || tcb.challengesInVain == 0) {
            return interval;
        }
        return Math.min(interval << (tcb.challengesInVain - 1), LONGEST_CHALLENGE_WAIT_NS);
    }
}
