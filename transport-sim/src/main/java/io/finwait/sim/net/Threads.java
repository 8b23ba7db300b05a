package io.finwait.sim.net;

/** How the threads of a {@link SimNet} are run, and what repeats because of it. */
public enum Threads {

    /**
     * As the JVM schedules them. Time passes only when none of them can run. Every octet of every
     * packet repeats as long as the calls come in the same order at the same virtual times; the
     * order of calls at one instant is the JVM's.
     */
    FREE,

    /**
     * One at a time: the thread that made the network and those of {@link NetHost#run} pass a baton
     * among them, and whoever waits in a call of a socket or of the network gives it up. Everything
     * repeats, as long as they wait in such calls alone. A thread that waits elsewhere while it has
     * the baton fails the test after two seconds, with its stack.
     */
    ONE_AT_A_TIME,

    /**
     * Threads of {@link NetHost#run} and of {@link SimNet#threadFactory} are virtual ones that a
     * single thread carries, in the order in which they became ready, and never beside the thread
     * that made the network. They may wait for each other in whatever way: in queues, locks,
     * futures. Everything repeats but timed waits outside of the network, such as {@code
     * Thread.sleep}. The thread that made the network waits for the others in {@link SimNet#finish}
     * or at sockets; when it waits elsewhere for two seconds, the test fails.
     *
     * <p>Needs a JDK from 21 to 25 that was started with {@code --add-opens
     * java.base/java.lang=ALL-UNNAMED} ({@code =io.finwait.sim} on the module path); a {@code
     * SimTest} is skipped elsewhere. Before JDK 24 a virtual thread that waits in a {@code
     * synchronized} block keeps all others from running.
     */
    SINGLE_CARRIER
}
