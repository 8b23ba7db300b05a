package io.finwait.sim.script;

/**
 * A word of the script.
 *
 * @param text as written; of strings, commands and code what stands between the delimiters
 * @param start offset of the first character in the source
 * @param end offset behind the last one
 */
record Token(Kind kind, String text, int start, int end) {

    enum Kind {
        INTEGER,
        HEX,
        FLOAT,
        WORD,
        STRING,
        COMMAND,
        CODE,
        OPTION,
        ELLIPSIS,
        MARK,
        END
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    /** True for a punctuation mark. */
    boolean is(char mark) {
        return kind == Kind.MARK && text.charAt(0) == mark;
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    /** True when nothing stands between this token and the next. */
    boolean touches(Token next) {
        return end == next.start && next.kind != Kind.END;
    }

    /** What an error message calls it. */
    String describe() {
        return switch (kind) {
            case END -> "the end of the script";
            case COMMAND -> "a command in backquotes";
            case CODE -> "code in %{ }%";
            case STRING -> "the string \"" + text + "\"";
            case OPTION -> "the option '--" + text + "'";
            case INTEGER, HEX, FLOAT, WORD, ELLIPSIS, MARK -> "'" + text + "'";
        };
    }
}
