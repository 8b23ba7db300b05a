package io.finwait.sim.script;

/**
 * What became of a script.
 *
 * @param name of the script
 * @param outcome passed, failed or skipped
 * @param line of the event that failed, or that needs what is not there, from 1; 0 when there is
 *     none
 * @param reason why it failed or was skipped, in one line; empty when it passed
 * @param report for people: the script around the event, what was expected and what came, or what
 *     is needed; empty when it passed
 * @param virtualNs how much virtual time went by, in nanoseconds
 */
public record ScriptResult(
        String name, Outcome outcome, int line, String reason, String report, long virtualNs) {

    /** How it ended. */
    public enum Outcome {
        /** Everything was as expected. */
        PASSED,
        /** Something was not. */
        FAILED,
        /** It needs what is not there; {@link ScriptResult#reason()} says what. */
        SKIPPED
    }

    /** True when everything was as expected. */
    public boolean passed() {
        return outcome == Outcome.PASSED;
    }

    /**
     * Throws unless the script passed: for tests.
     *
     * @return this
     * @throws AssertionError with the report, when it failed or was skipped
     */
    public ScriptResult orThrow() {
        return switch (outcome) {
            case PASSED -> this;
            case FAILED, SKIPPED -> throw new AssertionError(report);
        };
    }
}
