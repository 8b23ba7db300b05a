package io.finwait.sim.explore;

/** One exploration whose report can cross a class loader's border. */
final class Exploration {

    private Exploration() {}

    /** States, violation, length of the shortest way there. */
    static Object[] run(String search) {
        Bounds bounds =
                switch (search) {
                    case "polite" -> Bounds.POLITE;
                    case "narrow" -> Bounds.NARROW;
                    default -> Bounds.TWO_INCARNATIONS;
                };
        ExplorationReport report = new Explorer(bounds).run();
        Counterexample found = report.counterexample();
        return new Object[] {
            report.states(), report.violation(), found == null ? 0 : found.length()
        };
    }
}
