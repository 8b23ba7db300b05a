package io.finwait.sim;

/** Goes along with what was thrown inside a simulation, so that the run can be repeated. */
final class SimulationContext extends RuntimeException {

    private static final long serialVersionUID = 1;

    SimulationContext(long seed, long nowNs) {
        super("in a simulation with seed " + seed + " at " + nowNs + " ns", null, false, false);
    }
}
