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
    ONE_AT_A_TIME
}
