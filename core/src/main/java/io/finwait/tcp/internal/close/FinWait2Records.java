package io.finwait.tcp.internal.close;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.context.SipHash;
import io.finwait.tcp.internal.endpoint.TcpConnection;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.EndKind;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;
import io.finwait.timewait.TimeWaitEnding;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitTable;

import java.util.function.Consumer;

/**
 * Orphans in FIN-WAIT-2 whose TCB has shrunk to a record of the TIME-WAIT table. Nobody reads or writes
 * any more, so all that is left to know is where the numbers stand. Of the connection only the handle
 * remains, which its user may still ask how it ended: open addressing finds it from the record.
 */
public final class FinWait2Records {

    private final TcpEndpoint endpoint;
    private final SipHash hash;
    private TcpConnection[] handles = new TcpConnection[16];
    private int size;
    private AbortCause abortCause = AbortCause.USER;

    public FinWait2Records(TcpEndpoint endpoint, SipHash hash) {
        this.endpoint = endpoint;
        this.hash = hash;
    }

    /**
     * Makes a record of an orphan that has nothing left to send or to say. Those that wait for ever, and
     * those for which the table has no room, keep their TCB; so do endpoints with foreign habits, of
     * which the table knows nothing.
     */
    public void take(Tcb tcb) {
        long deadline = tcb.timers.deadline(Timer.FIN_WAIT_2);
        long timeout = deadline - endpoint.now;
        boolean possible =
                !tcb.recordRefused
                        && deadline != Timers.OFF
                        && timeout > 0
                        && timeout <= TimeWaitTable.LONGEST_FIN_WAIT_2_NS
                        && !tcb.timers.isRunning(Timer.DELAYED_ACK)
                        && !tcb.rcv.finHeld
                        && endpoint.profile.equals(WireProfile.NONE)
                        && endpoint.defences.hasTimeWait();
        if (!possible) {
            return;
        }
        makePlace();
        if (!endpoint.timeWait.enterFinWait2(tcb, timeout)) {
            tcb.recordRefused = true;
            return;
        }
        add(tcb.connection);
        endpoint.lifecycle.shrunk(tcb);
    }

    /** The peer's FIN has come. */
    void timeWaitBegan(TimeWaitEntry entry) {
        finish(entry, Trigger.FIN, EndKind.ORDERLY, 0);
    }

    /** The record went without the peer's FIN. */
    void ended(TimeWaitEntry entry, TimeWaitEnding ending) {
        switch (ending) {
            case EXPIRED -> {
                endpoint.counters.add(Counter.FIN_WAIT_2_TIMEOUTS);
                int cause = TimeoutCause.FIN_WAIT_2.ordinal();
                finish(entry, Trigger.TIMEOUT, EndKind.TIMED_OUT, cause);
            }
            case RESET -> finish(entry, Trigger.RESET, EndKind.RESET_BY_PEER, 0);
            case EVICTED -> {
                endpoint.counters.add(Counter.ABORTS_TOO_MANY_ORPHANS);
                aborted(entry, AbortCause.TOO_MANY_ORPHANS);
            }
            case REMOVED -> aborted(entry, abortCause);
            case REOPENED, REUSED -> throw new AssertionError(ending + " in FIN-WAIT-2: " + entry);
        }
    }

    /** Text came for an orphan; the RST has answered it. */
    void textAfterClose(TimeWaitEntry entry) {
        endpoint.counters.add(Counter.ABORTS_DATA_AFTER_CLOSE);
        aborted(entry, AbortCause.DATA_AFTER_CLOSE);
    }

    /** This end gives the record up with RST (requirement A28). */
    public void abort(TcpConnection handle, AbortCause cause) {
        TimeWaitTable table = endpoint.timeWait.table();
        if (!handle.readRecord(table)) {
            throw new AssertionError("the record is gone, its handle is not: " + handle);
        }
        TimeWaitEntry entry = table.entry();
        endpoint.answers.reset(entry);
        abortCause = cause;
        table.remove(
                entry.localHigh(),
                entry.localLow(),
                entry.remoteHigh(),
                entry.remoteLow(),
                entry.localPort(),
                entry.remotePort(),
                endpoint.now);
        abortCause = AbortCause.USER;
    }

    /** The endpoint is being closed. */
    public void abortAll() {
        forEach(handle -> abort(handle, AbortCause.ENDPOINT_CLOSED));
    }

    /** What is done to a handle may end its record. */
    public void forEach(Consumer<? super TcpConnection> action) {
        for (TcpConnection handle : handles.clone()) {
            if (handle != null) {
                action.accept(handle);
            }
        }
    }

    public int size() {
        return size;
    }

    /** How many numbers the peer of a record has used. */
    public int received(TimeWaitEntry entry) {
        return handles[indexOf(entry)].receivedByRecord();
    }

    /** How far below SND.NXT an ACK for a record may lie, as for its TCB before. */
    int oldestAck(TimeWaitEntry entry) {
        return handles[indexOf(entry)].oldestAckOfRecord();
    }

    private void aborted(TimeWaitEntry entry, AbortCause cause) {
        finish(entry, Trigger.ABORT, EndKind.ABORTED, cause.ordinal());
    }

    private void finish(TimeWaitEntry entry, Trigger trigger, EndKind kind, int cause) {
        int index = indexOf(entry);
        TcpConnection handle = handles[index];
        remove(index);
        endpoint.timeWait.tell(entry, State.FIN_WAIT_2, trigger);
        handle.recordEnded(kind, cause, State.FIN_WAIT_2.on(trigger), endpoint.now);
        endpoint.watch.ended(handle);
    }

    private int hashOf(TimeWaitEntry entry) {
        long ports = (long) entry.remotePort() << 16 | entry.localPort();
        return (int)
                hash.hash(
                        entry.localHigh(),
                        entry.localLow(),
                        entry.remoteHigh(),
                        entry.remoteLow(),
                        ports);
    }

    /** Before the record is made: one without a handle could never end. */
    private void makePlace() {
        if (2 * (size + 1) > handles.length) {
            TcpConnection[] old = handles;
            handles = new TcpConnection[2 * old.length];
            for (TcpConnection each : old) {
                if (each != null) {
                    insert(each);
                }
            }
        }
    }

    /** Adds the handle of the record that was made last. */
    private void add(TcpConnection handle) {
        handle.recordHash = hashOf(endpoint.timeWait.table().entry());
        insert(handle);
        size++;
    }

    private void insert(TcpConnection handle) {
        int mask = handles.length - 1;
        int index = handle.recordHash & mask;
        while (handles[index] != null) {
            index = (index + 1) & mask;
        }
        handles[index] = handle;
    }

    private int indexOf(TimeWaitEntry entry) {
        int mask = handles.length - 1;
        int index = hashOf(entry) & mask;
        while (!handles[index].hasSockets(entry)) {
            index = (index + 1) & mask;
        }
        return index;
    }

    private void remove(int index) {
        int mask = handles.length - 1;
        int hole = index;
        size--;
        for (int i = (hole + 1) & mask; handles[i] != null; i = (i + 1) & mask) {
            int home = handles[i].recordHash & mask;
            // Whoever could stand in the hole without being cut off from its home moves there.
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                handles[hole] = handles[i];
                hole = i;
            }
        }
        handles[hole] = null;
    }
}
