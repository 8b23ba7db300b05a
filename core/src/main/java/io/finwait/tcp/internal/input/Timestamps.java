package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

/**
 * What the timestamps of arriving segments tell (RFC 7323): which segment is old (PAWS), what to
 * echo, and how long a round trip takes.
 */
public final class Timestamps {

    /** TS.Recent is no longer compared after 24 days of silence (RFC 7323 §5.5). */
    private static final long TS_RECENT_LIFE_NS = 24L * 24 * 3600 * 1_000_000_000L;

    private final Context context;
    private final OwedAcks owedAcks;

    Timestamps(Context context, OwedAcks owedAcks) {
        this.context = context;
        this.owedAcks = owedAcks;
    }

    /** PAWS (RFC 7323 §5.3, R1): false when the segment is old and goes no further. */
    boolean areFresh(Tcb tcb, Segment seg) {
        if (!tcb.rcv.timestamps) {
            return true;
        }
        if (!seg.options().hasTimestamps()) {
            if (seg.hasSyn() || context.profile.has(Habit.BARE_SEGMENTS)) {
                return true;
            }
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return false;
        }
        if (!isOld(tcb.rcv, seg)) {
            return true;
        }
        context.counters.add(Counter.PAWS_DROPS);
        if (seg.hasSyn()) {
            owedAcks.challenge(tcb);
        } else if (seg.length() > 0) {
            owedAcks.oweAck(tcb);
        }
        return false;
    }

    private boolean isOld(Rcv rcv, Segment seg) {
        return Seq.lt(seg.options().timestampValue(), rcv.tsRecent)
                && context.nowNs() - rcv.tsRecentAtNs < TS_RECENT_LIFE_NS;
    }

    /**
     * TS.Recent moves on (RFC 7323 §4.3). Only a segment whose number and ACK field were found good
     * may move it: anybody else could put it so far ahead that the peer's own segments would count
     * as old.
     */
    void record(Tcb tcb, Segment seg) {
        Rcv rcv = tcb.rcv;
        if (rcv.timestamps
                && seg.options().hasTimestamps()
                && Seq.leq(seg.seq(), rcv.lastAckSent)) {
            rcv.tsRecent = seg.options().timestampValue();
            rcv.tsRecentAtNs = context.nowNs();
        }
    }

    /**
     * A round trip for the retransmission timeout, by timestamps or of one segment at a time. One
     * for each flight: where every ACK of it counted, the estimator would forget within a round
     * trip what was before (RFC 7323 appendix G). After a timeout the next one counts, whatever it
     * acknowledges: only a measured round trip ends the doubling.
     */
    public void measure(Tcb tcb, Segment seg) {
        TcpOptions options = seg.options();
        if (tcb.rcv.timestamps && options.hasTimestamps()) {
            if (Seq.leq(seg.ack(), tcb.timedSeq) && tcb.rtt.backoff() == 0) {
                return;
            }
            int elapsed = context.timestamp(tcb) - options.timestampEcho();
            if (elapsed >= 0 && options.timestampEcho() != 0) {
                tcb.timedSeq = tcb.snd.nxt;
                tcb.rtt.sample(elapsed * Clock.TIMESTAMP_TICK_NS);
            }
        } else if (tcb.timing && Seq.geq(seg.ack(), tcb.timedSeq)) {
            tcb.timing = false;
            tcb.rtt.sample(context.nowNs() - tcb.timedAtNs);
        }
    }
}
