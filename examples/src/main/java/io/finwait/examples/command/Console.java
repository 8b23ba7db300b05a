package io.finwait.examples.command;

import io.finwait.examples.stage.PrintedShow;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Show;

import java.io.PrintStream;
import java.nio.charset.Charset;

/** What is known of the reader's terminal. The launcher tells whether it is one. */
final class Console {

    private Console() {}

    /** True when standard output is a terminal with colours and NO_COLOR is not set. */
    static boolean colour() {
        return Boolean.getBoolean("finwait.colour");
    }

    /** True when the output's character set lacks what ladders are labelled with. */
    static boolean ascii() {
        Charset charset = out().charset();
        return !charset.newEncoder().canEncode("µ…");
    }

    static Show show(Settings settings) {
        return new PrintedShow(out(), settings.ansi());
    }

    /** Prints a line that is to be seen now, also where the output is a file or a pipe. */
    static void say(String line) {
        synchronized (Console.class) {
            out().println(line);
            out().flush();
        }
    }

    static PrintStream out() {
        return System.out;
    }

    /** True when something printed could not be written: the disk is full, the reader has gone. */
    static boolean outputIsLost() {
        return out().checkError();
    }

    /** Says how far something is, to a reader at a terminal; an empty text takes it away. */
    static void progress(String text) {
        if (!Boolean.getBoolean("finwait.progress")) {
            return;
        }
        System.err.print("\r" + text + " ".repeat(Math.max(0, 40 - text.length())));
        if (text.isEmpty()) {
            System.err.print("\r");
        }
        System.err.flush();
    }
}
