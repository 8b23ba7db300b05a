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

/** Connects TCBs with the TIME-WAIT table: puts them into it, and acts on its verdicts. */
public final class TimeWaits implements TimeWaitObserver {

    private final Context context;
    private final StatelessAnswers answers;
    private final TimeWaitTable table;
    private final FourTuple tuple = new FourTuple();
    private FinWait2Records finWait2;

    /** What the table did with a segment. */
    public enum Outcome {
        /** The table has nothing to do with it. */
        NOT_FOUND,
        /** It is a SYN that can't be old: the entry is parked, and a new connection may begin. */
        REOPEN,
        /** It is answered, or dropped. */
        DONE
    }

    /** Begins with an empty table and the policy of the endpoint. */
    public TimeWaits(Context context, StatelessAnswers answers) {
        this.context = context;
        this.answers = answers;
        table = new TimeWaitTable(context.config.timeWaitPolicy(), context.config.random(), this);
    }

    /** Is told what happens to entries in FIN-WAIT-2. */
    void finWait2(FinWait2Records records) {
        finWait2 = records;
    }

    /** The table itself. */
    public TimeWaitTable table() {
        return table;
    }

    /** A TCB becomes an entry. */
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

    /** An orphan in FIN-WAIT-2 becomes an entry; false when there is no room. */
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
     * Shows a segment to the table, and does what it says.
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

    /** SND.NXT of the entry that the last segment has reopened. */
    public int oldSndNxt() {
        return table.entry().sndNxt();
    }

    /** RFC 793: a SYN in the window ends TIME-WAIT, and is answered with RST. */
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

    /** Whether an active open may reuse a pair of sockets that is in TIME-WAIT. */
    public boolean mayReuse(Tcb tcb) {
        return table.reuse(tcb, context.config.timestamps(), context.clock.lastNs());
    }

    /**
     * The pair of sockets of a new active connection was in TIME-WAIT: its numbers go on from those
     * of the old one. The entry keeps TS.Recent, and judges SYNs by it until the connection is
     * open.
     */
    public void continueFrom(Tcb tcb) {
        if (table.read(tcb)) {
            tcb.overTimeWait = true;
            moveAhead(tcb, table.entry().sndNxt());
        }
    }

    /** Numbers of the new incarnation begin above all of the old one (RFC 9293 §3.6.1). */
    public void moveAhead(Tcb tcb, int oldSndNxt) {
        long random = context.config.random().nextLong();
        tcb.snd.reset(TimeWaitTable.reopeningIss(tcb.snd.iss, oldSndNxt, random));
    }

    /** The connection that took over a parked entry is established: the entry is removed. */
    void established(Tcb tcb) {
        if (tcb.overTimeWait) {
            tcb.overTimeWait = false;
            table.established(tcb, context.nowNs());
        }
    }

    /**
     * The connection that took over a parked entry failed: the entry returns with its old deadline.
     */
    void returned(Tcb tcb) {
        if (tcb.overTimeWait) {
            tcb.overTimeWait = false;
            table.returned(tcb);
        }
    }

    /** True when a pair of sockets is in the table. */
    public boolean holds(FourTuple pair) {
        return table.contains(pair);
    }

    /**
     * ABORT of a connection that is in TIME-WAIT. Its last sequence number distinguishes it from a
     * later connection of the same pair of sockets, which the old handle must not end.
     */
    public void abort(FourTuple pair, int sndNxt) {
        boolean itsOwn =
                table.read(pair) && table.entry().sndNxt() == sndNxt && !table.entry().isParked();
        if (itsOwn) {
            table.remove(pair, context.clock.lastNs());
        }
    }

    /** Ends all entries but the orphans in FIN-WAIT-2. */
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

    /** Ends entries whose time is over; returns how many. */
    public int expire(int most) {
        return table.expire(context.nowNs(), most);
    }

    /** True when an entry is parked while a new connection of its pair is being tried. */
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
