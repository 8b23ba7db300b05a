package io.finwait.sim.net;

/** Which clock a {@link SimNet} goes by. */
public enum Time {

    /** It jumps to the next deadline when nobody can run: four minutes take a moment. */
    VIRTUAL,

    /**
     * That of the wall, for libraries that count by themselves whatever the sockets say, and for
     * {@link NetHost}s that relay to sockets of the kernel.
     */
    REAL
}
