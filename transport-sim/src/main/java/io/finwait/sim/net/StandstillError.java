package io.finwait.sim.net;

/**
 * The virtual time of a {@link SimNet} stands still, and nothing will ever move it. Thrown in every
 * thread that waits there; the message says which threads there are, what they wait for or who
 * holds the clock, with their stacks.
 */
public final class StandstillError extends AssertionError {

    private static final long serialVersionUID = 1;

    StandstillError(String message) {
        super(message);
    }

    /** The same for one more thread, so that each has a stack of its own. */
    StandstillError again() {
        return new StandstillError(getMessage());
    }
}
