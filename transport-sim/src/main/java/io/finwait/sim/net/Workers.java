package io.finwait.sim.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/** The threads that a network knows, who of them waits, and who has the baton. */
final class Workers {

    private final IdentityHashMap<Thread, Worker> byThread = new IdentityHashMap<>();
    private final List<Worker> all = new ArrayList<>();
    private final Queue<Worker> ready = new ArrayDeque<>();
    private final boolean oneAtATime;
    private final Runnable changed;
    private Worker holder;
    private int nextNumber;
    private StandstillError verdict;
    private boolean over;
    private volatile long changes;

    Workers(Threads threads, Runnable changed) {
        oneAtATime = threads != Threads.FREE;
        this.changed = changed;
    }

    /** Counts every change of any thread here. */
    long changes() {
        return changes;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock alone.
    private void change() {
        changes++;
        changed.run();
    }

    synchronized List<Worker> all() {
        all.removeIf(
                each -> {
                    boolean gone = each.thread.getState() == Thread.State.TERMINATED;
                    if (gone) {
                        byThread.remove(each.thread);
                    }
                    return gone;
                });
        return List.copyOf(all);
    }

    /** The calling thread is the network's own: in turns it begins with the baton. */
    synchronized void beginHere() {
        Worker me = add(Thread.currentThread(), true);
        if (oneAtATime && holder == null) {
            holder = me;
        }
    }

    /** A thread that has not been started yet; in turns it runs when it gets the baton. */
    synchronized Worker add(Thread thread, boolean ours) {
        Worker known = byThread.get(thread);
        if (known != null) {
            return known;
        }
        Worker added = new Worker(thread, nextNumber++, ours);
        byThread.put(thread, added);
        all.add(added);
        change();
        return added;
    }

    /** Stands in the queue for the baton, before its thread is started. */
    synchronized void enqueue(Worker worker) {
        if (oneAtATime && worker.ours) {
            worker.phase = Worker.Phase.READY;
            ready.add(worker);
            change();
        }
    }

    /** A thread of ours begins: with the baton, where there is one. */
    void begin(Worker worker) {
        while (oneAtATime && worker.phase == Worker.Phase.READY) {
            LockSupport.park(this);
        }
        worker.phase = Worker.Phase.OUTSIDE;
    }

    synchronized void end(Worker worker) {
        worker.phase = Worker.Phase.GONE;
        if (holder == worker) {
            holder = null;
        }
        all.remove(worker);
        byThread.remove(worker.thread);
        change();
    }

    void park(Object blocker, long deadlineNs, boolean settling) {
        Worker me;
        synchronized (this) {
            me = add(Thread.currentThread(), false);
            throwVerdict();
            if (me.permit && !settling) {
                me.permit = false;
                return;
            }
            if (over) {
                throw new IllegalStateException(
                        "the network is closed; make another one with SimNet.create");
            }
            me.deadlineNs = deadlineNs;
            me.settling = settling;
            me.phase = Worker.Phase.WAITING;
            if (holder == me) {
                holder = null;
            }
            change();
        }
        boolean interrupted = false;
        while (me.waitsHere()) {
            LockSupport.park(blocker);
            if (Thread.interrupted()) {
                interrupted = true;
                interrupt(me);
            }
        }
        synchronized (this) {
            me.phase = Worker.Phase.OUTSIDE;
            me.deadlineNs = Worker.NEVER;
            me.settling = false;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            throwVerdict();
        }
    }

    private synchronized void interrupt(Worker worker) {
        if (worker.phase == Worker.Phase.WAITING) {
            wake(worker);
        }
    }

    synchronized void unpark(Thread thread) {
        Worker worker = add(thread, false);
        if (worker.phase == Worker.Phase.WAITING && !worker.settling) {
            wake(worker);
        } else {
            worker.permit = true;
        }
    }

    private void wake(Worker worker) {
        if (oneAtATime && worker.ours && verdict == null && !over) {
            worker.phase = Worker.Phase.READY;
            ready.add(worker);
        } else {
            worker.phase = Worker.Phase.WOKEN;
            LockSupport.unpark(worker.thread);
        }
        change();
    }

    private void throwVerdict() {
        if (verdict != null) {
            throw verdict.again();
        }
    }

    synchronized boolean somebodyHasTheBaton() {
        if (holder != null && !holder.thread.isAlive()) {
            holder = null;
        }
        return holder != null && verdict == null;
    }

    /** Null when none can. */
    Thread firstThatCanRun() {
        return all().stream()
                .filter(Worker::canRun)
                .map(each -> each.thread)
                .findFirst()
                .orElse(null);
    }

    synchronized Worker holder() {
        return holder;
    }

    /** Passes the baton to the next thread that is ready; false when none is. */
    synchronized boolean passBaton() {
        Worker next = ready.poll();
        if (next == null) {
            return false;
        }
        holder = next;
        next.phase = Worker.Phase.WOKEN;
        LockSupport.unpark(next.thread);
        return true;
    }

    synchronized long nextDeadlineNs() {
        long next = Worker.NEVER;
        for (Worker each : all) {
            if (each.phase == Worker.Phase.WAITING) {
                next = Math.min(next, each.deadlineNs);
            }
        }
        return next;
    }

    /** In the order of their deadlines, and of their numbers at equal ones. */
    synchronized void wakeDue(long nowNs) {
        all.stream()
                .filter(each -> each.phase == Worker.Phase.WAITING && each.deadlineNs <= nowNs)
                .sorted(
                        (a, b) ->
                                a.deadlineNs == b.deadlineNs
                                        ? a.number - b.number
                                        : Long.compare(a.deadlineNs, b.deadlineNs))
                .forEach(this::wake);
    }

    /** Those who wait for silence; false when there are none. */
    synchronized boolean wakeSettlers() {
        List<Worker> settlers =
                all.stream()
                        .filter(each -> each.settling && each.phase == Worker.Phase.WAITING)
                        .toList();
        settlers.forEach(this::wake);
        return !settlers.isEmpty();
    }

    /** No thread will be woken any more; every thread that waits, now or later, is told why. */
    synchronized void fail(StandstillError why) {
        if (verdict == null) {
            verdict = why;
            wakeAll();
        }
    }

    synchronized boolean hasFailed() {
        return verdict != null;
    }

    /** The network is closed: whoever waits looks again. */
    synchronized void letGo() {
        over = true;
        wakeAll();
    }

    private void wakeAll() {
        for (Worker each : List.copyOf(all)) {
            if (each.waitsHere()) {
                each.phase = Worker.Phase.WOKEN;
                LockSupport.unpark(each.thread);
            }
        }
        ready.clear();
        holder = null;
        change();
    }
}
