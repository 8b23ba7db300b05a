package io.finwait.tcp.internal.close;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.endpoint.TcpListener;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.timewait.TimeWaitEnding;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitObserver;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.timewait.TimeWaitVerdict;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/** Between the endpoint and its TIME-WAIT table: puts TCBs in, and does what the table's verdicts say. */
public final class TimeWaits implements TimeWaitObserver {

    private final TcpEndpoint endpoint;
    private final TimeWaitTable table;

    /** True while a segment without RST is with the table: what it ends, ends by text. */
    private boolean takesText;

    public TimeWaits(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
        table = new TimeWaitTable(endpoint.config.timeWaitPolicy(), endpoint.config.random(), this);
    }

    public TimeWaitTable table() {
        return table;
    }

    /** A TCB becomes an entry. */
    void enter(Tcb tcb) {
        if (!endpoint.defences.hasTimeWait()) {
            return;
        }
        Rcv rcv = tcb.rcv;
        boolean entered =
                table.enter(
                        tcb.localHigh,
                        tcb.localLow,
                        tcb.remoteHigh,
                        tcb.remoteLow,
                        tcb.localPort,
                        tcb.remotePort,
                        tcb.snd.nxt,
                        rcv.nxt,
                        rcv.windowField() << rcv.windowScale,
                        rcv.windowScale,
                        rcv.timestamps,
                        rcv.tsRecent,
                        endpoint.now - rcv.tsRecentAtNs,
                        endpoint.now);
        if (entered && endpoint.watch.wantsTimeWaits() && read(tcb)) {
            endpoint.watch.timeWaitBegan(table.entry());
        }
    }

    /** An orphan in FIN-WAIT-2 becomes an entry; false when there is no room. */
    boolean enterFinWait2(Tcb tcb, long timeoutNs) {
        Rcv rcv = tcb.rcv;
        boolean entered =
                table.enterFinWait2(
                        tcb.localHigh,
                        tcb.localLow,
                        tcb.remoteHigh,
                        tcb.remoteLow,
                        tcb.localPort,
                        tcb.remotePort,
                        tcb.snd.nxt,
                        rcv.nxt,
                        rcv.windowField() << rcv.windowScale,
                        rcv.windowScale,
                        rcv.timestamps,
                        rcv.tsRecent,
                        endpoint.now - rcv.tsRecentAtNs,
                        timeoutNs,
                        endpoint.now);
        return entered && read(tcb);
    }

    /**
     * Gives a segment to the table.
     *
     * @param listener of the segment's port, or null
     * @return false when the table has nothing to do with it
     */
    public boolean take(Segment seg, TcpListener listener) {
        if (endpoint.profile.has(Habit.INSECURE_SYN)
                && seg.hasSyn()
                && !seg.hasRst()
                && resets(seg)) {
            return true;
        }
        boolean listening = listener != null && listener.takesSyn() && endpoint.hasPlace();
        takesText = !seg.hasRst();
        TimeWaitVerdict verdict =
                table.segment(seg, listening, endpoint.config.timestamps(), endpoint.now);
        takesText = false;
        switch (verdict) {
            case NOT_FOUND, PASS -> {
                return false;
            }
            case DROP -> endpoint.counters.add(Counter.DROPPED_SEGMENTS);
            case ACK, CHALLENGE_ACK -> answer(seg);
            case REOPEN -> reopen(seg, listener);
            case RESET -> {
                endpoint.answers.reset(seg);
                endpoint.finWait2.textAfterClose(table.entry());
            }
            case CLOSED -> endpoint.watch.resetReceived(table.entry());
        }
        return true;
    }

    /** RFC 793: a SYN in the window ends TIME-WAIT, and is answered with RST. */
    private boolean resets(Segment seg) {
        boolean found =
                table.read(
                        seg.destinationHigh(),
                        seg.destinationLow(),
                        seg.sourceHigh(),
                        seg.sourceLow(),
                        seg.destinationPort(),
                        seg.sourcePort());
        TimeWaitEntry entry = table.entry();
        if (!found || !Seq.inWindow(seg.seq(), entry.rcvNxt(), entry.rcvWnd())) {
            return false;
        }
        endpoint.answers.resetAcknowledging(seg, entry.sndNxt(), entry.rcvNxt());
        table.remove(
                seg.destinationHigh(),
                seg.destinationLow(),
                seg.sourceHigh(),
                seg.sourceLow(),
                seg.destinationPort(),
                seg.sourcePort(),
                endpoint.now);
        return true;
    }

    private void answer(Segment seg) {
        TimeWaitEntry entry = table.entry();
        endpoint.answers.acknowledge(
                seg,
                entry.sndNxt(),
                entry.rcvNxt(),
                entry.window(),
                entry.hasTimestamps(),
                endpoint.timestampOf(seg),
                entry.tsRecent());
    }

    /** A SYN that is surely new: the entry is parked until the new connection is open (RFC 6191). */
    private void reopen(Segment seg, TcpListener listener) {
        int oldSndNxt = table.entry().sndNxt();
        Tcb before =
                endpoint.find(
                        seg.destinationHigh(),
                        seg.destinationLow(),
                        seg.sourceHigh(),
                        seg.sourceLow(),
                        seg.destinationPort(),
                        seg.sourcePort());
        if (before != null) {
            // A further SYN while one is tried: the newer one counts.
            endpoint.lifecycle.forget(before);
        }
        table.park(
                seg.destinationHigh(),
                seg.destinationLow(),
                seg.sourceHigh(),
                seg.sourceLow(),
                seg.destinationPort(),
                seg.sourcePort());
        endpoint.handshake.childOverTimeWait(listener, seg, oldSndNxt);
    }

    /** Whether a connection opened from here may use a pair of sockets that is in TIME-WAIT. */
    public boolean mayReuse(Tcb tcb) {
        return table.reuse(
                tcb.localHigh,
                tcb.localLow,
                tcb.remoteHigh,
                tcb.remoteLow,
                tcb.localPort,
                tcb.remotePort,
                endpoint.config.timestamps(),
                endpoint.now);
    }

    /**
     * The pair of sockets of a new active connection was in TIME-WAIT: it goes on where that ended. The
     * entry keeps TS.Recent, and judges SYNs by it until the connection is open.
     */
    public void continueFrom(Tcb tcb) {
        if (read(tcb)) {
            tcb.overTimeWait = true;
            moveAhead(tcb, table.entry().sndNxt());
        }
    }

    /** Numbers of the new incarnation begin above all of the old one (RFC 9293 §3.6.1). */
    public void moveAhead(Tcb tcb, int oldSndNxt) {
        int iss =
                TimeWaitTable.reopeningIss(
                        tcb.snd.iss, oldSndNxt, endpoint.config.random().nextLong());
        tcb.snd.reset(iss);
    }

    /** The connection over a parked entry is established: the entry goes. */
    void established(Tcb tcb) {
        if (tcb.overTimeWait) {
            tcb.overTimeWait = false;
            table.established(
                    tcb.localHigh,
                    tcb.localLow,
                    tcb.remoteHigh,
                    tcb.remoteLow,
                    tcb.localPort,
                    tcb.remotePort,
                    endpoint.now);
        }
    }

    /** The connection over a parked entry came to nothing: the entry is back, with its old deadline. */
    void returned(Tcb tcb) {
        if (tcb.overTimeWait) {
            tcb.overTimeWait = false;
            table.returned(
                    tcb.localHigh,
                    tcb.localLow,
                    tcb.remoteHigh,
                    tcb.remoteLow,
                    tcb.localPort,
                    tcb.remotePort);
        }
    }

    private boolean read(Tcb tcb) {
        return table.read(
                tcb.localHigh,
                tcb.localLow,
                tcb.remoteHigh,
                tcb.remoteLow,
                tcb.localPort,
                tcb.remotePort);
    }

    public boolean holds(Tcb tcb) {
        return holds(
                tcb.localHigh,
                tcb.localLow,
                tcb.remoteHigh,
                tcb.remoteLow,
                tcb.localPort,
                tcb.remotePort);
    }

    public boolean holds(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int localPort,
            int remotePort) {
        return table.contains(localHigh, localLow, remoteHigh, remoteLow, localPort, remotePort);
    }

    /**
     * ABORT of a connection that is in TIME-WAIT. Its last number tells it from a later connection of the
     * same pair of sockets, which the old handle must not end.
     */
    public void abort(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int localPort,
            int remotePort,
            int sndNxt) {
        boolean itsOwn =
                table.read(localHigh, localLow, remoteHigh, remoteLow, localPort, remotePort)
                        && table.entry().sndNxt() == sndNxt
                        && !table.entry().isParked();
        if (itsOwn) {
            table.remove(
                    localHigh,
                    localLow,
                    remoteHigh,
                    remoteLow,
                    localPort,
                    remotePort,
                    endpoint.now);
        }
    }

    public int expire(int most) {
        return table.expire(endpoint.now, most);
    }

    public long nextDeadlineNs() {
        return table.nextDeadlineNs();
    }

    /** True when a parked entry stands behind a connection that is being tried. */
    boolean isParkedFor(Tcb tcb) {
        return tcb.overTimeWait && read(tcb) && table.entry().isParked();
    }

    @Override
    public void timeWaitBegan(TimeWaitEntry entry, long nowNs) {
        endpoint.finWait2.timeWaitBegan(entry);
        endpoint.watch.timeWaitBegan(entry);
    }

    @Override
    public int oldestAck(TimeWaitEntry entry) {
        return endpoint.finWait2.oldestAck(entry);
    }

    @Override
    public void ended(TimeWaitEntry entry, TimeWaitEnding ending, long nowNs) {
        if (entry.isFinWait2()) {
            boolean answered = ending == TimeWaitEnding.RESET && takesText;
            if (!answered) {
                endpoint.finWait2.ended(entry, ending);
            }
            return;
        }
        endpoint.watch.timeWaitEnded(entry, ending);
        switch (ending) {
            case EXPIRED -> tell(entry, State.TIME_WAIT, Trigger.TWO_MSL);
            case RESET -> tell(entry, State.TIME_WAIT, Trigger.RESET);
            case EVICTED, REMOVED -> tell(entry, State.TIME_WAIT, Trigger.ABORT);
            case REOPENED, REUSED -> {
                // The connection that took the pair over has told of itself.
            }
        }
    }

    /** Tells those who look on of a transition of an entry. */
    void tell(TimeWaitEntry entry, State from, Trigger trigger) {
        endpoint.watch.moved(entry, from, trigger);
    }
}
