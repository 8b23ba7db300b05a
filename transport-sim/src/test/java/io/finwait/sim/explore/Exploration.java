package io.finwait.sim.explore;

/** One exploration whose report can cross a class loader's border. */
final class Exploration {

    private Exploration() {}

    static Object[] run(boolean narrow) {
        Report report = new Explorer(narrow ? Bounds.NARROW : Bounds.POLITE).run();
        return new Object[] {
            report.states(),
            report.expanded(),
            report.steps(),
            report.longestPath(),
            report.violation(),
            report.counterexample().toArray(String[]::new)
        };
    }
}
