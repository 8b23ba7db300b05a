package io.finwait.sim.net;

/** Which clock a {@link SimNet} goes by. */
public enum Time {

    /** It jumps to the next deadline when nobody can run: four minutes take a moment. */
    VIRTUAL,

    /**
     * It stands still until somebody calls {@link VirtualClock#advance}, and then jumps from one
     * deadline to the next as far as that goes. For tests that look at what has been done by a
     * certain time, between two packets for instance. A thread that waits for an answer waits until
     * another one advances the clock.
     */
    MANUAL,

    /**
     * That of the wall, for libraries that count by themselves whatever the sockets say, and for
     * {@link NetHost}s that relay to sockets of the kernel.
     */
    REAL
}
