package io.finwait.sim.script;

/**
 * The text of a script and where it came from.
 *
 * @param name what errors call it: a path, or something like "script"
 * @param text all of it
 */
record Source(String name, String text) {

    /** The line of an offset, from 1. */
    int lineAt(int offset) {
        int line = 1;
        for (int i = 0; i < offset && i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                line++;
            }
        }
        return line;
    }

    /** The column of an offset, from 1; a tab counts as one. */
    int columnAt(int offset) {
        return offset - text.lastIndexOf('\n', offset - 1);
    }

    /** The text of a line, counted from 1. */
    String line(int number) {
        return text.lines().skip(number - 1L).findFirst().orElse("");
    }

    /** An error that points at an offset. */
    ScriptSyntaxException error(int offset, String problem) {
        int line = lineAt(offset);
        return new ScriptSyntaxException(name, line, columnAt(offset), problem, line(line));
    }
}
