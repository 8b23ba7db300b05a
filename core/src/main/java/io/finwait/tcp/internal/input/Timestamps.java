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
 * Uses the timestamps of arriving segments (RFC 7323): to reject old segments (PAWS), to know what
 * to echo, and to measure round trips.
 */
public final class Timestamps {

    /** After 24 days of silence TS.Recent is outdated and no longer compared (RFC 7323 §5.5). */
    private static final long TS_RECENT_LIFE_NS = 24L * 24 * 3600 * 1_000_000_000L;

    private final Context context;
    private final OwedAcks owedAcks;

    Timestamps(Context context, OwedAcks owedAcks) {
        this.context = context;
        this.owedAcks = owedAcks;
    }

    /** PAWS (RFC 7323 §5.3, R1): false when the segment is old and is not processed further. */
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
     * Updates TS.Recent (RFC 7323 §4.3). Only a segment with an acceptable sequence number and ACK
     * may do so: a forged one could otherwise move TS.Recent so far ahead that the peer's own
     * segments would count as old.
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
     * Measures a round trip for the retransmission timeout, by timestamps or of one segment at a
     * time. There is one measurement for each flight: if every ACK counted, the estimator would
     * lose its history within a round trip (RFC 7323 appendix G). After a timeout the next ACK
     * counts, whatever it acknowledges, because only a measurement ends the doubling.
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
