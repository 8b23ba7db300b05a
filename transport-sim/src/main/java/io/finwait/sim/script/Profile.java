package io.finwait.sim.script;

import java.util.Map;

/** Whose habits a script expects where the RFCs leave a choice. */
public enum Profile {
    /** The RFCs as Finwait reads them. */
    RFC,
    /** Linux, and suites written for it. */
    LINUX,
    /** FreeBSD, and its test suite. */
    FREEBSD;

    /**
     * What {@code #ifdef} finds defined: where a suite has a branch for the standard, it is taken.
     * FreeBSD's own name is not defined, since scripts contradict themselves when both are.
     */
    public Map<String, String> definitions() {
        return switch (this) {
            case RFC, FREEBSD -> Map.of("STANDARD", "1");
            case LINUX -> Map.of("Linux", "1");
        };
    }
}
