package io.finwait.sim;

/** Added, as suppressed, to what is thrown inside a simulation: what it takes to repeat the run. */
final class SimulationContext extends RuntimeException {

    private static final long serialVersionUID = 1;

    SimulationContext(long seed, long nowNs) {
        super("in a simulation with seed " + seed + " at " + nowNs + " ns", null, false, false);
    }
}
