package io.finwait.sim.net;

/** A thread that a network knows. All but {@link #phase} is guarded by the {@link Clockwork}. */
final class Worker {

    enum Phase {
        /** Runs, or waits elsewhere. */
        OUTSIDE,
        /** Waits in a call of a socket or of the network. */
        WAITING,
        /** What it waited for is there; it waits for the baton. */
        READY,
        /** Was woken and has not gone on yet: on a busy machine that may take a second. */
        WOKEN,
        /** Has ended. */
        GONE
    }

    static final long NEVER = Long.MAX_VALUE;

    final Thread thread;
    final int number;

    /** One of those that pass the baton, where there is one. */
    final boolean ours;

    volatile Phase phase = Phase.OUTSIDE;
    long deadlineNs = NEVER;

    /** Waits until no packet is on its way. */
    boolean settling;

    /** Was unparked before it waited. */
    boolean permit;

    Worker(Thread thread, int number, boolean ours) {
        this.thread = thread;
        this.number = number;
        this.ours = ours;
    }

    /** Can run, as far as the JVM says; a thread that waits elsewhere can't. */
    boolean canRun() {
        if (phase == Phase.WOKEN) {
            return thread.isAlive();
        }
        if (phase != Phase.OUTSIDE) {
            return false;
        }
        Thread.State state = thread.getState();
        return state == Thread.State.RUNNABLE
                || state == Thread.State.BLOCKED
                || state == Thread.State.NEW;
    }

    /** Waits in a call of a socket or of the network, or for the baton behind it. */
    boolean waitsHere() {
        Phase now = phase;
        return now == Phase.WAITING || now == Phase.READY;
    }

    boolean waitsElsewhere() {
        return phase == Phase.OUTSIDE && thread.isAlive() && !canRun();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(128);
        text.append('"').append(thread.getName()).append("\", ");
        switch (phase) {
            case OUTSIDE -> text.append(canRun() ? "can run" : "waits elsewhere");
            case WAITING ->
                    text.append(deadlineNs == NEVER ? "waits without an end" : "waits until ")
                            .append(deadlineNs == NEVER ? "" : deadlineNs / 1e9 + " s");
            case READY -> text.append("could go on, and waits for the baton");
            case WOKEN -> text.append("was woken and has not run since");
            case GONE -> text.append("has ended");
        }
        for (StackTraceElement each : thread.getStackTrace()) {
            text.append("\n        at ").append(each);
        }
        return text.toString();
    }
}
