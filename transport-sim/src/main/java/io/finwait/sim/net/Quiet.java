package io.finwait.sim.net;

/**
 * Tells whether any thread can run: those that the network knows, by the JVM; on Linux all others
 * of the process as well, by the kernel.
 *
 * <p>A thread that the network does not know and that never comes to rest holds the clock until it
 * has had 250 ms of a processor ({@link KernelTasks}).
 */
final class Quiet {

    private final Workers workers;
    private final KernelTasks tasks = new KernelTasks();
    private final boolean kernelKnows = tasks.known();
    private Worker running;

    Quiet(Workers workers) {
        this.workers = workers;
    }

    /** Nobody can run, in two looks. */
    boolean now() {
        return oursWait() && othersSleep() && oursWait();
    }

    /** Who could run at the last look; null when nobody that the network knows could. */
    Worker verdict() {
        return running;
    }

    private boolean oursWait() {
        for (Worker each : workers.all()) {
            if (each.canRun()) {
                running = each;
                return false;
            }
        }
        running = null;
        return true;
    }

    private boolean othersSleep() {
        if (!kernelKnows) {
            pause();
            return true;
        }
        return tasks.allSleep();
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
