package io.finwait.sim.explore;

/**
 * What an exploration found.
 *
 * @param bounds what was searched
 * @param states different states found
 * @param expanded states all of whose successors were looked at; equal to {@code states} when the
 *     frontier became empty
 * @param steps transitions between states
 * @param longestPath choices on the way to the state furthest away
 * @param violation the invariant that was broken, or null
 * @param counterexample the shortest way to the violation, or null
 */
public record ExplorationReport(
        Bounds bounds,
        int states,
        int expanded,
        long steps,
        int longestPath,
        String violation,
        Counterexample counterexample) {

    /** True when every state within the bounds was looked at. */
    public boolean frontierIsEmpty() {
        return expanded == states;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(bounds.inWords()).append(": ").append(states).append(" states, ");
        text.append(steps).append(" steps, longest way ").append(longestPath).append(", ");
        text.append(frontierIsEmpty() ? "frontier empty" : "frontier not empty").append(", ");
        if (violation == null) {
            return text.append("violations 0").toString();
        }
        text.append(violation).append(", after ").append(counterexample.length()).append(" steps:");
        for (String step : counterexample.inWords()) {
            text.append("\n  ").append(step);
        }
        return text.toString();
    }
}
