package io.finwait.sim.script;

import java.util.List;

/** The socket under test, or the script itself, behaved differently from what was expected. */
final class ScriptFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Difference> differences;

    ScriptFailure(String message) {
        this(message, List.of());
    }

    ScriptFailure(String message, List<Difference> differences) {
        super(message, null, false, false);
        this.differences = List.copyOf(differences);
    }

    /** A value is not as the script expects it. */
    static ScriptFailure differs(String what, String expected, String came) {
        return new ScriptFailure(
                "expected %s to be %s%n    came %s".formatted(what, expected, came),
                List.of(new Difference(what, expected, came)));
    }

    /** What differs, field by field; empty when there is nothing to compare. */
    List<Difference> differences() {
        return differences;
    }

    /** A field that is not as expected. */
    record Difference(String field, String expected, String came) {}
}
