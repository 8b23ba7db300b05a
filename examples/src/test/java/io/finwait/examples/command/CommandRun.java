package io.finwait.examples.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A run of the command in this JVM.
 *
 * @param code its exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record CommandRun(int code, String out, String err) {

    static CommandRun of(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream realOut = System.out;
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            CommandRun run = keepingOut(args);
            return new CommandRun(run.code, out.toString(StandardCharsets.UTF_8), run.err);
        } finally {
            System.setOut(realOut);
        }
    }

    /** The same, with standard output as it is. */
    static CommandRun keepingOut(String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream realErr = System.err;
        try {
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            int code = FinwaitCommand.run(args);
            return new CommandRun(code, "", err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(realErr);
        }
    }
}
