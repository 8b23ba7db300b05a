package io.finwait.examples.stage;

/** Prose in 80 columns. */
public final class Paragraphs {

    private static final int COLUMNS = 80;

    private Paragraphs() {}

    /** The words in lines of at most 80 columns, each ended by a newline. */
    public static String wrap(String text) {
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (String word : text.strip().split("\\s+", -1)) {
            if (column > 0 && column + 1 + word.length() > COLUMNS) {
                out.append('\n');
                column = 0;
            } else if (column > 0) {
                out.append(' ');
                column++;
            }
            out.append(word);
            column += word.length();
        }
        return out.append('\n').toString();
    }
}
