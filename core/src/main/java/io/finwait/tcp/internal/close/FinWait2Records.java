package io.finwait.tcp.internal.close;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.EndKind;
import io.finwait.tcp.internal.tcb.Handle;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;
import io.finwait.timewait.TimeWaitEnding;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.wire.FourTuple;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Orphans in FIN-WAIT-2 whose TCB was replaced by an entry of the TIME-WAIT table. Nobody reads or
 * writes any more, so only the sequence numbers matter. The user may still ask the handle how the
 * connection ended; a record, found from the entry by open addressing, keeps it.
 */
public final class FinWait2Records implements TimeWaits.InFinWait2 {

    private final Context context;
    private final Lifecycle lifecycle;
    private final TimeWaits timeWaits;
    private final StatelessAnswers answers;
    private final ArrayDeque<FinWait2Record> free = new ArrayDeque<>();
    private FinWait2Record[] records = new FinWait2Record[16];
    private int size;
    private FinWait2Record oldest;
    private FinWait2Record newest;

    /**
     * Begins without records, and asks {@code timeWaits} to be told what happens to their entries.
     */
    public FinWait2Records(
            Context context, Lifecycle lifecycle, TimeWaits timeWaits, StatelessAnswers answers) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        this.answers = answers;
        timeWaits.finWait2(this);
    }

    /**
     * Replaces the TCB of an orphan that has nothing left to send by a record. An orphan without a
     * timeout, or for which the table has no room, keeps its TCB. So do all orphans of an endpoint
     * with a {@link WireProfile} of another stack, whose habits the table does not have.
     */
    public void take(Tcb tcb) {
        long deadline = tcb.timers.deadline(Timer.FIN_WAIT_2);
        long timeout = deadline - context.nowNs();
        boolean possible =
                !tcb.recordRefused
                        && deadline != Timers.OFF
                        && timeout > 0
                        && timeout <= TimeWaitTable.LONGEST_FIN_WAIT_2_NS
                        && !tcb.timers.isRunning(Timer.DELAYED_ACK)
                        && !tcb.rcv.finHeld
                        && context.profile.equals(WireProfile.NONE)
                        && context.defences.hasTimeWait();
        if (!possible) {
            return;
        }
        int most = context.config.limits().finWait2Records();
        if (most == 0) {
            tcb.recordRefused = true;
            return;
        }
        if (size >= most) {
            abort(oldest, AbortCause.TOO_MANY_ORPHANS);
            context.counters.add(Counter.ABORTS_TOO_MANY_ORPHANS);
        }
        makePlace();
        if (!timeWaits.enterFinWait2(tcb, timeout)) {
            tcb.recordRefused = true;
            return;
        }
        add(tcb);
        lifecycle.shrunk(tcb);
    }

    @Override
    public void timeWaitBegan(TimeWaitEntry entry) {
        finish(entry, Trigger.FIN, EndKind.ORDERLY, 0);
    }

    @Override
    public void ended(TimeWaitEntry entry, TimeWaitEnding ending) {
        switch (ending) {
            case EXPIRED -> {
                context.counters.add(Counter.FIN_WAIT_2_TIMEOUTS);
                int cause = TimeoutCause.FIN_WAIT_2.ordinal();
                finish(entry, Trigger.TIMEOUT, EndKind.TIMED_OUT, cause);
            }
            case RESET -> finish(entry, Trigger.RESET, EndKind.RESET_BY_PEER, 0);
            case TEXT_AFTER_CLOSE -> {
                context.counters.add(Counter.ABORTS_DATA_AFTER_CLOSE);
                aborted(entry, AbortCause.DATA_AFTER_CLOSE);
            }
            case EVICTED -> {
                context.counters.add(Counter.ABORTS_TOO_MANY_ORPHANS);
                aborted(entry, AbortCause.TOO_MANY_ORPHANS);
            }
            case REMOVED -> {
                // Ended by abort(), which has already reported why.
            }
            case REOPENED, REUSED -> throw new AssertionError(ending + " in FIN-WAIT-2: " + entry);
        }
    }

    /** ABORT of an orphan that is a record: sends RST (requirement A28). */
    public void abort(FourTuple tuple, AbortCause cause) {
        TimeWaitTable table = timeWaits.table();
        if (!table.read(tuple)) {
            throw new AssertionError("the record is gone, its handle is not: " + tuple.sockets());
        }
        TimeWaitEntry entry = table.entry();
        answers.reset(entry);
        aborted(entry, cause);
        table.remove(entry, context.clock.lastNs());
    }

    /** The endpoint is being closed. */
    public void abortAll() {
        for (FinWait2Record record : records.clone()) {
            if (record != null) {
                abort(record, AbortCause.ENDPOINT_CLOSED);
            }
        }
    }

    /** Calls {@code action} for each handle; the action may end that record. */
    public void forEach(Consumer<? super Handle> action) {
        for (FinWait2Record record : records.clone()) {
            if (record != null && record.handle != null) {
                action.accept(record.handle);
            }
        }
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    /** How many sequence numbers the peer of a record has used. */
    public int received(TimeWaitEntry entry) {
        return records[indexOf(entry)].received;
    }

    @Override
    public int oldestAck(TimeWaitEntry entry) {
        return records[indexOf(entry)].oldestAck;
    }

    private void aborted(TimeWaitEntry entry, AbortCause cause) {
        finish(entry, Trigger.ABORT, EndKind.ABORTED, cause.ordinal());
    }

    private void finish(TimeWaitEntry entry, Trigger trigger, EndKind kind, int cause) {
        int index = indexOf(entry);
        FinWait2Record record = records[index];
        Handle handle = record.handle;
        remove(index);
        unlink(record);
        record.handle = null;
        free.push(record);
        timeWaits.tell(entry, State.FIN_WAIT_2, trigger);
        handle.recordEnded(kind, cause, State.FIN_WAIT_2.on(trigger), context.clock.lastNs());
        context.watch.ended(handle);
    }

    /** Makes room first, before the entry exists: an entry without a record could never end. */
    private void makePlace() {
        if (2 * (size + 1) > records.length) {
            FinWait2Record[] old = records;
            records = new FinWait2Record[2 * old.length];
            for (FinWait2Record each : old) {
                if (each != null) {
                    insert(each);
                }
            }
        }
        if (free.isEmpty()) {
            free.push(new FinWait2Record());
        }
    }

    private void add(Tcb tcb) {
        FinWait2Record record = free.pop();
        record.set(tcb);
        record.hash = tcb.hash;
        record.handle = tcb.connection;
        record.received = tcb.rcv.nxt - tcb.rcv.irs;
        record.oldestAck = tcb.snd.oldestAck();
        insert(record);
        size++;
        record.older = newest;
        if (newest == null) {
            oldest = record;
        } else {
            newest.newer = record;
        }
        newest = record;
    }

    private void unlink(FinWait2Record record) {
        if (record.older == null) {
            oldest = record.newer;
        } else {
            record.older.newer = record.newer;
        }
        if (record.newer == null) {
            newest = record.older;
        } else {
            record.newer.older = record.older;
        }
        record.older = null;
        record.newer = null;
    }

    private void insert(FinWait2Record record) {
        int mask = records.length - 1;
        int index = record.hash & mask;
        while (records[index] != null) {
            index = (index + 1) & mask;
        }
        records[index] = record;
    }

    private int indexOf(TimeWaitEntry entry) {
        int mask = records.length - 1;
        int index = context.tcbs.hash(entry) & mask;
        while (!records[index].isSame(entry)) {
            index = (index + 1) & mask;
        }
        return index;
    }

    private void remove(int index) {
        int mask = records.length - 1;
        int hole = index;
        size--;
        for (int i = (hole + 1) & mask; records[i] != null; i = (i + 1) & mask) {
            int home = records[i].hash & mask;
            // A record that would still be found in the hole moves there.
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                records[hole] = records[i];
                hole = i;
            }
        }
        records[hole] = null;
    }
}
