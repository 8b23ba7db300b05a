package io.finwait.sim.net;

import io.finwait.driver.Timekeeper;
import io.finwait.sim.SimNetwork;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The thread that gives a network and its stacks their turns, and the clock that jumps to the next
 * deadline when nobody can run.
 *
 * <p>Two locks, never taken the other way round: {@link #network} while packets move or a test
 * changes something, then {@link Workers}' own for who waits.
 */
final class Clockwork implements Timekeeper {

    /** Of the thread; {@link KernelTasks} knows it by that. */
    static final String NAME = "finwait-net";

    private static final long POLL_NS = 50_000;
    private static final long LONGEST_POLL_NS = 1_000_000;
    private static final long IDLE_POLL_NS = 20_000_000;
    private static final long LONGEST_WAIT_NS = 1_000_000_000;

    private final SimNetwork simulation;
    private final Workers workers;
    private final Quiet quiet;
    private final Overtaking overtaking;
    private final boolean virtual;
    private final boolean manual;

    /** Null but in {@link Threads#SINGLE_CARRIER}. */
    private final Carrier carrier;

    private final ReentrantLock network = new ReentrantLock();
    private final Thread thread;
    private final Standstill standstill;
    private final Runnable beforeTimePasses;
    private final Runnable atEnd;
    private final List<Thread> woken = new ArrayList<>();
    private final List<Thread> wokenElsewhere = new ArrayList<>();
    private volatile boolean ringing;
    private volatile boolean driverWork;
    private volatile long nowNs;

    /** How far time may go; under the network's lock. */
    private long limitNs;

    private volatile boolean stopping;
    private long pollNs = POLL_NS;
    private final long beginNs = System.nanoTime();

    Clockwork(
            SimNetwork simulation,
            Threads threads,
            Time time,
            Runnable beforeTimePasses,
            Runnable atEnd) {
        this.simulation = simulation;
        virtual = time != Time.REAL;
        manual = time == Time.MANUAL;
        limitNs = manual ? 0 : Worker.NEVER;
        carrier = threads == Threads.SINGLE_CARRIER ? new Carrier(this::ring) : null;
        this.beforeTimePasses = beforeTimePasses;
        this.atEnd = atEnd;
        workers = new Workers(threads, this::ring);
        quiet = new Quiet(workers);
        overtaking = new Overtaking(quiet, System::nanoTime);
        standstill = new Standstill(workers, this, simulation.seed());
        thread = new Thread(this::run, NAME);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
        if (carrier != null) {
            carrier.start();
        }
    }

    /** A thread that has not begun: a virtual one of the carrier, where there is one. */
    Thread thread(Runnable work, String name) {
        Thread made = carrier == null ? new Thread(work) : carrier.factory().newThread(work);
        made.setName(name);
        made.setDaemon(true);
        return made;
    }

    /** Null where threads are the JVM's. */
    Carrier carrier() {
        return carrier;
    }

    Workers workers() {
        return workers;
    }

    Standstill standstill() {
        return standstill;
    }

    // Time, for drivers and their sockets.

    /**
     * In real time it is later than the network has come: a wait from then on would be too short.
     */
    @Override
    public long nowNs() {
        return virtual ? nowNs : Math.max(nowNs, realNs());
    }

    private long realNs() {
        return System.nanoTime() - beginNs;
    }

    @Override
    public void park(Object blocker, long nanos) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException(
                    "this runs on the network's own thread, which can't wait for itself;"
                            + " use a thread of NetHost.run");
        }
        long deadline = nanos == 0 ? Worker.NEVER : nowNs() + nanos;
        workers.park(blocker, deadline < 0 ? Worker.NEVER : deadline, false);
    }

    /** Makes the calling thread wait until no packet is on its way and no other thread can run. */
    void settle() {
        workers.park(this, Worker.NEVER, true);
    }

    @Override
    public void unpark(Thread parked) {
        if (isOwnThread()) {
            // A thread that ran before the end of this turn might still take part in it, or not, by
            // chance.
            woken.add(parked);
        } else {
            workers.unpark(parked);
        }
    }

    @Override
    public void wake(Thread parked) {
        workers.add(parked, false);
        if (isOwnThread()) {
            wokenElsewhere.add(parked);
        } else {
            LockSupport.unpark(parked);
        }
    }

    /** Lets the threads run that the last turn has woken; true when one waited elsewhere. */
    private boolean letWokenGo() {
        boolean any = !wokenElsewhere.isEmpty();
        wokenElsewhere.forEach(LockSupport::unpark);
        wokenElsewhere.clear();
        for (int i = 0; i < woken.size(); i++) {
            workers.unpark(woken.get(i));
        }
        woken.clear();
        return any;
    }

    @Override
    public void driverHasWork() {
        driverWork = true;
        ring();
    }

    /** Without a lock: whoever waits for one may be carried by the thread that rings. */
    private void ring() {
        ringing = true;
        LockSupport.unpark(thread);
    }

    private void awaitBell(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; !ringing && left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            // Nobody interrupts this thread for a reason.
            boolean unused = Thread.interrupted();
        }
        ringing = false;
    }

    /**
     * Lets time pass, and the calling thread wait until it has.
     *
     * @throws IllegalStateException in real time, which nobody can move
     */
    void advance(long nanos) {
        if (!virtual) {
            throw new IllegalStateException("real time passes by itself; nobody can advance it");
        }
        long until =
                locked(
                        () -> {
                            long from = manual ? limitNs : nowNs;
                            long to = from + nanos < from ? Worker.NEVER : from + nanos;
                            limitNs = manual ? to : limitNs;
                            return to;
                        });
        long left;
        while ((left = until - nowNs) > 0) {
            park(this, left);
        }
    }

    /** Does something while time passes by itself, in {@link Time#MANUAL} too. */
    void withoutLimit(Runnable action) {
        if (!manual) {
            action.run();
            return;
        }
        locked(() -> limitNs = Worker.NEVER);
        try {
            action.run();
        } finally {
            locked(() -> limitNs = nowNs);
        }
    }

    boolean isManual() {
        return manual;
    }

    /** Does something with the network while no packet moves. */
    <T> T locked(Supplier<T> action) {
        if (Thread.currentThread() != thread) {
            workers.add(Thread.currentThread(), false);
        }
        network.lock();
        try {
            return action.get();
        } finally {
            network.unlock();
            ring();
        }
    }

    /** The calling thread is the network's own. */
    boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    /** Stops the thread and waits until it has. */
    void stop() {
        stopping = true;
        ring();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        workers.letGo();
        if (carrier != null) {
            carrier.finish();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // The network's thread.

    private void run() {
        while (!stopping) {
            long seen = workers.changes();
            if (carrier != null && carrier.isBusy()) {
                // What runs there must not find a lock taken: another one would be the next.
                awaitBell(LONGEST_POLL_NS);
                if (standstill.isOverdue()) {
                    standstill.watch(workers.firstThatCanRun());
                }
            } else if (workers.somebodyHasTheBaton()) {
                standstill.watchHolder();
                awaitBell(LONGEST_POLL_NS);
            } else if (carrier != null && carrier.letRun()) {
                standstill.progress();
            } else if (virtual && !nobodyCanRun(seen)) {
                standstill.watch(quiet.verdict());
                pause(LONGEST_POLL_NS);
            } else if (work(seen) || workers.passBaton() || passTime()) {
                standstill.progress();
                pollNs = POLL_NS;
            } else {
                standstill.watch(null);
                pause(IDLE_POLL_NS);
            }
        }
        network.lock();
        try {
            atEnd.run();
            letWokenGo();
        } finally {
            network.unlock();
        }
    }

    /**
     * Calls without a wait between them then fall on one instant, and the stack sees them together.
     * A thread that never waits is overtaken in the end.
     */
    private boolean nobodyCanRun(long seen) {
        if (quiet.now() && seen == workers.changes()) {
            overtaking.reset();
            return true;
        }
        if (!driverWork || carrier != null) {
            overtaking.reset();
        } else if (overtaking.isDue()) {
            work(workers.changes());
        }
        return false;
    }

    private void pause(long longestNs) {
        awaitBell(pollNs);
        pollNs = Math.min(pollNs * 2, longestNs);
    }

    /**
     * Packets and timers of this instant, until somebody is woken, at a socket or at a selector:
     * what that thread then asks for belongs to the next turn, all of it. False when there were
     * none.
     */
    private boolean work(long seen) {
        boolean worked = false;
        network.lock();
        try {
            boolean somebodyGoes = false;
            while (!somebodyGoes) {
                driverWork = false;
                int done = simulation.doWork();
                somebodyGoes = letWokenGo() || seen != workers.changes();
                if (done == 0) {
                    return worked || driverWork || somebodyGoes;
                }
                worked = true;
            }
        } catch (RuntimeException | Error e) {
            standstill.declare("the network has failed: " + e, e);
        } finally {
            network.unlock();
        }
        return worked;
    }

    /** To the next deadline, or to the end of a wait for silence; false when there is neither. */
    private boolean passTime() {
        network.lock();
        try {
            if (driverWork) {
                return true;
            }
            boolean atLimit = manual && nowNs >= limitNs;
            boolean nothingComes = simulation.nextPacketNs() == Long.MAX_VALUE;
            if ((atLimit || nothingComes) && workers.wakeSettlers()) {
                return true;
            }
            if (atLimit) {
                return false;
            }
            long next = Math.min(simulation.nextDeadlineNs(), workers.nextDeadlineNs());
            if (!virtual) {
                // By the wall time always passes, also while hosts are still being set up.
                if (!nothingComes) {
                    beforeTimePasses.run();
                }
                return passRealTime(next);
            }
            if (next == Long.MAX_VALUE) {
                return false;
            }
            beforeTimePasses.run();
            // Whoever has set the limit waits for it: it is one of the deadlines.
            moveTo(Math.max(next, nowNs));
            return true;
        } finally {
            network.unlock();
        }
    }

    private boolean passRealTime(long next) {
        moveTo(realNs());
        if (next - nowNs > 0) {
            network.unlock();
            try {
                awaitBell(Math.min(next - nowNs, LONGEST_WAIT_NS));
            } finally {
                network.lock();
            }
        }
        return true;
    }

    private void moveTo(long timeNs) {
        simulation.advanceTo(Math.max(timeNs, simulation.nowNs()));
        nowNs = simulation.nowNs();
        workers.wakeDue(nowNs);
    }
}
