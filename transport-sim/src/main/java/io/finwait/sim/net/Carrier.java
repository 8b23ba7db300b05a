package io.finwait.sim.net;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * The one thread that runs the virtual threads of {@link Threads#SINGLE_CARRIER}, in the order in
 * which they became ready, and only while the network lets it.
 *
 * <p>The JDK has no public way to give a virtual thread a scheduler; its own tests use a
 * constructor, which is reached by reflection where the JVM was told to allow it.
 */
final class Carrier {

    private static final String BUILDER = "java.lang.ThreadBuilders$VirtualThreadBuilder";
    private static final long LINGER_NS = 2_000_000_000L;

    private final Queue<Runnable> ready = new ConcurrentLinkedQueue<>();
    private final ThreadFactory factory;
    private final Thread thread;
    private final Runnable whenAllWait;

    /** Set by the network, cleared by the carrier. */
    private volatile boolean mayRun;

    private volatile boolean running;
    private volatile boolean stopped;

    /**
     * A carrier whose thread has not begun.
     *
     * @param whenAllWait runs on the carrier when all that it could run waits again
     * @throws UnsupportedOperationException when this JVM has no such threads, or does not let us
     *     make them
     */
    Carrier(Runnable whenAllWait) {
        this.whenAllWait = whenAllWait;
        factory = factory(this::execute);
        thread = new Thread(this::carry, "finwait-carrier");
        thread.setDaemon(true);
    }

    private static ThreadFactory factory(Executor scheduler) {
        try {
            Constructor<?> made = Class.forName(BUILDER).getDeclaredConstructor(Executor.class);
            made.setAccessible(true);
            Method toFactory = Class.forName("java.lang.Thread$Builder").getMethod("factory");
            return (ThreadFactory) toFactory.invoke(made.newInstance(scheduler));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new UnsupportedOperationException(
                    "Threads.SINGLE_CARRIER needs a JDK from 21 to 25 that was started with"
                            + " --add-opens java.base/java.lang="
                            + target()
                            + "; this is Java "
                            + Runtime.version().feature(),
                    e instanceof InvocationTargetException ? e.getCause() : e);
        }
    }

    @NotOnAndroid
    private static String target() {
        Module ours = Carrier.class.getModule();
        return ours.isNamed() ? ours.getName() : "ALL-UNNAMED";
    }

    /** Makes virtual threads that run here. */
    ThreadFactory factory() {
        return factory;
    }

    void start() {
        thread.start();
    }

    /** A thread is at work here and could go on. One that is pinned and waits could not. */
    boolean isBusy() {
        if (!mayRun) {
            return false;
        }
        Thread.State state = thread.getState();
        return !running || (state != Thread.State.WAITING && state != Thread.State.TIMED_WAITING);
    }

    /** Lets all run that can, until all of it waits; false when there is nothing to be run. */
    boolean letRun() {
        if (mayRun || ready.isEmpty()) {
            return false;
        }
        mayRun = true;
        LockSupport.unpark(thread);
        return true;
    }

    private void carry() {
        while (!stopped) {
            while (!mayRun && !stopped) {
                LockSupport.park(this);
            }
            running = true;
            runReady();
            running = false;
            mayRun = false;
            whenAllWait.run();
        }
        // Those who waited are told that the network is over, and may take a while to end.
        long end = System.nanoTime() + LINGER_NS;
        for (long left = LINGER_NS; left > 0; left = end - System.nanoTime()) {
            runReady();
            LockSupport.parkNanos(this, left);
        }
    }

    /** Called for a virtual thread that can go on, on any thread. */
    private void execute(Runnable next) {
        ready.add(next);
        if (stopped) {
            LockSupport.unpark(thread);
        }
    }

    private void runReady() {
        Runnable next = ready.poll();
        while (next != null) {
            next.run();
            next = ready.poll();
        }
    }

    /** The network is closed: what still runs here runs to its end, without turns. */
    void finish() {
        stopped = true;
        LockSupport.unpark(thread);
    }
}
