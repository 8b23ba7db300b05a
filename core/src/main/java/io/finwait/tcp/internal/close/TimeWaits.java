package io.finwait.tcp.internal.close;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.timewait.TimeWaitEnding;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitObserver;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.timewait.TimeWaitVerdict;
import io.finwait.timewait.TimeWaitVisitor;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

import java.util.ArrayList;
import java.util.List;

/**
 * Connects the endpoint with the TIME-WAIT table: enters connections and carries out the table's
 * verdicts on segments.
 */
public final class TimeWaits implements TimeWaitObserver {

    private final Context context;
    private final StatelessAnswers answers;
    private final TimeWaitTable table;
    private final FourTuple tuple = new FourTuple();
    private InFinWait2 finWait2;

    /** Is told what happens to the entries of orphans in FIN-WAIT-2, and knows more of them. */
    interface InFinWait2 {

        /** The peer's FIN has arrived. */
        void timeWaitBegan(TimeWaitEntry entry);

        /** The entry has ended without the peer's FIN. */
        void ended(TimeWaitEntry entry, TimeWaitEnding ending);

        /** How far below SND.NXT an ACK may lie. */
        int oldestAck(TimeWaitEntry entry);
    }

    /** What became of a segment. */
    public enum Outcome {
        /** The table has no entry for it, or leaves it to the new connection. */
        NOT_FOUND,
        /** It is an acceptable SYN: the entry is parked, and a new connection may begin. */
        REOPEN,
        /** The segment was answered or dropped. */
        DONE
    }

    /** Begins with an empty table. */
    public TimeWaits(Context context, StatelessAnswers answers) {
        this.context = context;
        this.answers = answers;
        table = new TimeWaitTable(context.config.timeWaitPolicy(), context.config.random(), this);
    }

    /** Sets who is told what happens to entries in FIN-WAIT-2. */
    void finWait2(InFinWait2 records) {
        finWait2 = records;
    }

    /** The table itself. */
    public TimeWaitTable table() {
        return table;
    }

    /** Makes an entry of a TCB. */
    void enter(Tcb tcb) {
        if (!context.defences.hasTimeWait()) {
            return;
        }
        Rcv rcv = tcb.rcv;
        boolean entered =
                table.enter(
                        tcb,
                        tcb.snd.nxt,
                        rcv.nxt,
                        rcv.windowField() << rcv.windowScale,
                        rcv.windowScale,
                        rcv.timestamps,
                        rcv.tsRecent,
                        context.nowNs() - rcv.tsRecentAtNs,
                        context.nowNs());
        if (entered) {
            context.watch.timeWaitCounted();
            if (context.watch.wantsTimeWaits() && table.read(tcb)) {
                context.watch.timeWaitBegan(table.entry());
            }
        }
    }

    /** Makes an entry of an orphan in FIN-WAIT-2; false when there is no room. */
    boolean enterFinWait2(Tcb tcb, long timeoutNs) {
        Rcv rcv = tcb.rcv;
        return table.enterFinWait2(
                tcb,
                tcb.snd.nxt,
                rcv.nxt,
                rcv.windowField() << rcv.windowScale,
                rcv.windowScale,
                rcv.timestamps,
                rcv.tsRecent,
                context.nowNs() - rcv.tsRecentAtNs,
                timeoutNs,
                context.nowNs());
    }

    /**
     * Asks the table about a segment and carries out its verdict.
     *
     * @param listening whether the segment's port takes another SYN
     */
    public Outcome take(Segment seg, boolean listening) {
        if (context.profile.has(Habit.INSECURE_SYN)
                && seg.hasSyn()
                && !seg.hasRst()
                && resets(seg)) {
            return Outcome.DONE;
        }
        TimeWaitVerdict verdict =
                table.segment(
                        seg,
                        listening && context.hasPlace(),
                        context.config.timestamps(),
                        context.nowNs());
        switch (verdict) {
            case NOT_FOUND, PASS -> {
                return Outcome.NOT_FOUND;
            }
            case REOPEN -> {
                // RFC 6191: the entry is parked until the new connection is open.
                table.park(tuple.ofReceiver(seg));
                return Outcome.REOPEN;
            }
            case DROP -> context.counters.add(Counter.DROPPED_SEGMENTS);
            case ACK, CHALLENGE_ACK -> answers.acknowledge(seg, table.entry());
            case RESET -> answers.resetPeer(seg);
            case CLOSED -> context.watch.resetReceived(table.entry());
        }
        return Outcome.DONE;
    }

    /** SND.NXT of the entry that the last segment reopens. */
    public int oldSndNxt() {
        return table.entry().sndNxt();
    }

    /** The rule of RFC 793: a SYN in the window ends TIME-WAIT and is answered with RST. */
    private boolean resets(Segment seg) {
        boolean found = table.read(tuple.ofReceiver(seg));
        TimeWaitEntry entry = table.entry();
        if (!found || !Seq.inWindow(seg.seq(), entry.rcvNxt(), entry.rcvWnd())) {
            return false;
        }
        answers.resetAcknowledging(seg, entry.sndNxt(), entry.rcvNxt());
        table.remove(tuple, context.nowNs());
        return true;
    }

    /**
     * True when an active open may reuse a pair of sockets that is in TIME-WAIT; parks the entry.
     */
    public boolean mayReuse(Tcb tcb) {
        return table.reuse(tcb, context.config.timestamps(), context.clock.lastNs());
    }

    /**
     * If the pair of sockets of a new active connection is in TIME-WAIT, its sequence numbers begin
     * above the old ones. Until the connection is established, the entry stays parked and judges
     * SYNs.
     */
    public void continueFrom(Tcb tcb) {
        if (table.read(tcb)) {
            tcb.overTimeWait = true;
            moveAhead(tcb, table.entry().sndNxt());
        }
    }

    /**
     * Moves the initial sequence number above all numbers of the old incarnation (RFC 9293 §3.6.1).
     */
    public void moveAhead(Tcb tcb, int oldSndNxt) {
        long random = context.config.random().nextLong();
        tcb.snd.reset(TimeWaitTable.reopeningIss(tcb.snd.iss, oldSndNxt, random));
    }

    /** The new connection is established: removes the parked entry. */
    void established(Tcb tcb) {
        if (tcb.overTimeWait) {
            tcb.overTimeWait = false;
            table.established(tcb, context.nowNs());
        }
    }

    /**
     * The new connection has failed: the parked entry returns to TIME-WAIT with its old deadline.
     */
    void returned(Tcb tcb) {
        if (tcb.overTimeWait) {
            tcb.overTimeWait = false;
            table.returned(tcb);
        }
    }

    /** The same for a SYN that has waited for an answer in vain. */
    public void returned(FourTuple sockets) {
        // False when the time of the entry was over meanwhile, and there is nothing to return.
        boolean unused = table.returned(sockets);
    }

    /** True when a pair of sockets is in the table. */
    public boolean holds(FourTuple pair) {
        return table.contains(pair);
    }

    /**
     * ABORT of a connection that is in TIME-WAIT. SND.NXT tells its entry from that of a later
     * connection of the same pair of sockets, which the old handle must not end.
     */
    public void abort(FourTuple pair, int sndNxt) {
        if (holds(pair, sndNxt) && !table.entry().isParked()) {
            table.remove(pair, context.clock.lastNs());
        }
    }

    /**
     * True when a pair of sockets is in TIME-WAIT after the connection whose numbers ended with
     * this SND.NXT, and not after a later one.
     */
    public boolean holds(FourTuple pair, int sndNxt) {
        return table.read(pair) && table.entry().sndNxt() == sndNxt && !table.entry().isFinWait2();
    }

    /** Removes all entries except orphans in FIN-WAIT-2. */
    public void dropAll() {
        List<FourTuple> all = new ArrayList<>();
        TimeWaitVisitor collector =
                entry -> {
                    if (!entry.isFinWait2()) {
                        all.add(new FourTuple().set(entry));
                    }
                };
        for (long cursor = 0; cursor >= 0; ) {
            cursor = table.list(cursor, Integer.MAX_VALUE, collector);
        }
        all.forEach(each -> table.remove(each, context.clock.lastNs()));
    }

    /** Ends expired entries; returns how many. */
    public int expire(int most) {
        return table.expire(context.nowNs(), most);
    }

    /** True while an entry of the pair is parked for this connection. */
    boolean isParkedFor(Tcb tcb) {
        return tcb.overTimeWait && table.read(tcb) && table.entry().isParked();
    }

    @Override
    public void timeWaitBegan(TimeWaitEntry entry, long nowNs) {
        finWait2.timeWaitBegan(entry);
        context.watch.timeWaitCounted();
        context.watch.timeWaitBegan(entry);
    }

    @Override
    public int oldestAck(TimeWaitEntry entry) {
        return finWait2.oldestAck(entry);
    }

    @Override
    public void ended(TimeWaitEntry entry, TimeWaitEnding ending, long nowNs) {
        if (entry.isFinWait2()) {
            finWait2.ended(entry, ending);
            return;
        }
        context.watch.timeWaitEnded(entry, ending);
        switch (ending) {
            case EXPIRED -> tell(entry, State.TIME_WAIT, Trigger.TWO_MSL);
            case RESET -> tell(entry, State.TIME_WAIT, Trigger.RESET);
            case EVICTED, REMOVED -> tell(entry, State.TIME_WAIT, Trigger.ABORT);
            case TEXT_AFTER_CLOSE -> throw new AssertionError(ending + " in TIME-WAIT: " + entry);
            case REOPENED, REUSED -> {
                // The connection that took over the pair has reported its own states.
            }
        }
    }

    /** Tells the observers of a transition of an entry. */
    void tell(TimeWaitEntry entry, State from, Trigger trigger) {
        context.watch.moved(entry, from, trigger);
    }
}
