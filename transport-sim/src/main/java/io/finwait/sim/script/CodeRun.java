package io.finwait.sim.script;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the Python that stands in scripts, as far as suites use it: assertions, and variables that
 * hold from one piece of code to the next. {@code print} does nothing. Numbers and names of the
 * socket under test are those of Linux' {@code struct tcp_info}.
 */
final class CodeRun {

    private static final Pattern ASSIGNMENT =
            Pattern.compile("([A-Za-z_]\\w*)\\s*([-+]?=)(?!=)\\s*(.*)", Pattern.DOTALL);

    private final Map<String, Long> variables = new HashMap<>();

    /**
     * Runs a piece of code.
     *
     * @throws ScriptFailure when an assertion does not hold
     * @throws UnsupportedScriptException when there is something that is not understood
     */
    void run(String code, StackUnderTest stack) {
        for (String line : code.replace("\\\n", " ").split("[\\n;]", -1)) {
            String text = line.replaceFirst("#.*", "").strip();
            if (!text.isEmpty() && !text.equals("\\") && !text.matches("print\\s*\\(.*\\)")) {
                statement(text, stack);
            }
        }
    }

    private void statement(String text, StackUnderTest stack) {
        CodeExpression.Names names = name -> value(name, stack);
        if (text.matches("assert\\b.*")) {
            CodeExpression condition = new CodeExpression(text.substring(6), names);
            if (condition.evaluate() == 0) {
                throw new ScriptFailure(
                        "'%s' does not hold: %s".formatted(text, condition.describeNames()));
            }
            return;
        }
        Matcher assignment = ASSIGNMENT.matcher(text);
        if (!assignment.matches()) {
            throw new UnsupportedScriptException("code '" + text + "'");
        }
        String name = assignment.group(1);
        long value = new CodeExpression(assignment.group(3), names).evaluate();
        long before = assignment.group(2).equals("=") ? 0 : value(name, stack);
        variables.put(name, before + (assignment.group(2).equals("-=") ? -value : value));
    }

    private long value(String name, StackUnderTest stack) {
        Long variable = variables.get(name);
        if (variable != null) {
            return variable;
        }
        if (name.startsWith("tcpi_")) {
            return stack.info(name);
        }
        return InfoNames.constant(name);
    }
}
