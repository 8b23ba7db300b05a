package io.finwait.sim.script;

/**
 * A script is not in the language. The message names file, line and column, says what was expected
 * and what is there instead, and shows the line with a caret below the place.
 */
public final class ScriptSyntaxException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;
    private final String problem;

    ScriptSyntaxException(String file, int line, int column, String problem, String text) {
        super(
                "%s:%d:%d: %s\n    %s\n    %s^"
                        .formatted(file, line, column, problem, text, margin(text, column)));
        this.line = line;
        this.column = column;
        this.problem = problem;
    }

    /** What stands in front of the caret: tabs stay, so that the caret meets its character. */
    private static String margin(String text, int column) {
        StringBuilder margin = new StringBuilder();
        for (int i = 0; i < column - 1; i++) {
            margin.append(i < text.length() && text.charAt(i) == '\t' ? '\t' : ' ');
        }
        return margin.toString();
    }

    /** The line of the mistake, from 1. */
    public int line() {
        return line;
    }

    /** The column of the mistake, from 1. */
    public int column() {
        return column;
    }

    /** What was expected and what is there instead, without the place. */
    public String problem() {
        return problem;
    }
}
