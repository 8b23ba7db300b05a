package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.output.SegmentOutput;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

/**
 * Decides which segments are acknowledged, and when: text at once or with a delayed ACK (RFC 9293
 * §3.8.6.3), suspicious segments with a challenge ACK (RFC 5961). ACKs are noted here and sent at
 * the end of the duty cycle.
 */
public final class OwedAcks {

    /**
     * The longest wait: twice the maximum segment lifetime, after which all earlier segments have
     * left the network (RFC 9293 §3.4.3).
     */
    private static final long LONGEST_CHALLENGE_WAIT_NS = 240_000_000_000L;

    /** More doublings have no effect on an interval of a millisecond or more. */
    private static final int MOST_CHALLENGES = 20;

    private final Context context;
    private final SegmentOutput output;

    /** Notes ACKs, and asks {@code output} for one in the middle of a long batch. */
    public OwedAcks(Context context, SegmentOutput output) {
        this.context = context;
        this.output = output;
    }

    /**
     * Acknowledges text at once or delays the ACK: for at most the octets of two full-sized
     * segments, however many segments they came in (RFC 9293 SHLD-19), and at most for the delay.
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
     * Acknowledges a short batch at its end, and a longer one in pairs while its sender is in slow
     * start.
     */
    private void acknowledgeInBatch(Tcb tcb) {
        int segments = tcb.acknowledgedInBatch ? 2 : 4;
        if (tcb.rcv.peerIsStarting()
                && tcb.octetsUnacknowledged >= segments * tcb.rcv.peerSegment) {
            output.acknowledgeNow(tcb);
        }
    }

    /** Owes one more ACK; the peer may count them as duplicates. */
    void oweAck(Tcb tcb) {
        tcb.acksOwed++;
        context.wantsOutput(tcb);
    }

    /**
     * Owes a challenge ACK (RFC 5961), or another answer to a segment without text. They are
     * limited for each connection, since a common limit would reveal something about other
     * connections (CVE-2016-5696). The wait doubles with each one until the peer sends an
     * acceptable segment; otherwise two ends whose numbers disagree would answer each other's
     * answers for ever.
     */
    void challenge(Tcb tcb) {
        if (answerUnlessLimited(tcb, challengeWaitNs(tcb))) {
            tcb.challengesInVain = Math.min(tcb.challengesInVain + 1, MOST_CHALLENGES);
        }
    }

    /**
     * Answers a keepalive probe: an empty segment at RCV.NXT-1 with an acceptable ACK (RFC 9293
     * §3.8.4). These answers can't lead to an endless exchange: to a peer whose numbers disagree
     * with ours they never look like a probe. So the wait does not grow, and a peer that only sends
     * probes is always answered.
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
