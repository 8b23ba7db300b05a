package io.finwait.sim.net;

/**
 * Tells whether any thread can run: those that the network knows, by the JVM; on Linux all others
 * of the process as well, by the kernel and the JVM together.
 *
 * <p>A thread that the network does not know and that never comes to rest holds the clock until it
 * has had 250 ms of a processor ({@link KernelTasks}).
 */
final class Quiet {

    /** A second or more, as the clock's thread looks. */
    private static final int MOST_LOOKS = 1_000;

    private final Workers workers;
    private final KernelTasks tasks = new KernelTasks();
    private final JavaThreads javaThreads = new JavaThreads();
    private final boolean kernelKnows = tasks.known();
    private Thread running;

    /** Who was in the middle of their code at the last look, and for how many in a row. */
    private Thread inTheMiddle;

    private int looks;

    Quiet(Workers workers) {
        this.workers = workers;
    }

    /** Nobody can run, in two looks. */
    boolean now() {
        return oursWait() && othersSleep() && oursWait();
    }

    /** Who could run at the last look; null when that was nobody whom the JVM knows. */
    Thread verdict() {
        return running;
    }

    private boolean oursWait() {
        for (Worker each : workers.all()) {
            if (each.canRun()) {
                running = each.thread;
                return false;
            }
        }
        running = null;
        return true;
    }

    /** Whoever could run by the JVM's word alone waits in a call of the kernel's. */
    boolean othersSleep() {
        if (!kernelKnows) {
            pause();
            return true;
        }
        return tasks.allSleep(this::nobodyIsInTheMiddle);
    }

    /**
     * Who stays in the middle although nobody runs waits for another thread, which may wait for the
     * network: for a class that it initializes, for instance. Looks are counted, since a process
     * may be stopped for any time.
     */
    private boolean nobodyIsInTheMiddle() {
        Thread found = javaThreads.inTheMiddle(tasks::passedOver);
        looks = found != null && found == inTheMiddle ? looks + 1 : 0;
        inTheMiddle = found;
        running = found == null ? running : found;
        return found == null || looks >= MOST_LOOKS;
    }

    /** From now on counts what threads use. */
    void countTime() {
        tasks.countTime();
    }

    /** Processor time since {@link #countTime}; as much as can be where nobody counts it. */
    long usedNs() {
        return tasks.usedNs();
    }

    /** Time for a thread that was unparked to be seen running. */
    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            // Nobody interrupts this thread for a reason.
        }
    }
}
