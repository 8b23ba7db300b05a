package io.finwait.examples.stage;

import io.finwait.picture.Ladder;

import java.io.PrintStream;
import java.util.List;

/** Prints in 80 columns. */
public final class PrintedShow implements Show {

    private static final String BOLD = "\u001b[1m";
    private static final String RESET = "\u001b[0m";

    private final PrintStream out;
    private final boolean ansi;

    /** Prints, headings in bold where the terminal can. */
    public PrintedShow(PrintStream out, boolean ansi) {
        this.out = out;
        this.ansi = ansi;
    }

    @Override
    public void heading(String text) {
        out.println(ansi ? BOLD + text + RESET : text);
        out.println();
    }

    @Override
    public void words(List<String> lines) {
        out.println("The words:");
        lines.forEach(out::println);
        out.println();
    }

    @Override
    public void prose(String text) {
        out.println(Paragraphs.wrap(text));
    }

    @Override
    public void lines(String text) {
        out.println(text);
    }

    @Override
    public void ladder(Ladder ladder, String drawn) {
        out.println(drawn);
        out.flush();
    }
}
