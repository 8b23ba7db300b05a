package io.finwait.examples.command;

import io.finwait.nio.control.RunningStack;
import io.finwait.nio.control.RunningStacks;
import io.finwait.nio.control.View;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code finwait netstat}. */
@Command(
        name = "netstat",
        description = {
            "Shows the connections of stacks that run now: serve, netcat, forward.",
            "With -o or -i also what their timers and windows do, with -s what was counted."
        },
        footer = {
            "",
            "With --watch the output is repeated until the stacks have ended or you press"
                    + " Ctrl-C. Any program can be shown: see io.finwait.nio.control.ControlSocket."
        })
final class NetstatCommand implements Callable<Integer> {

    private static final String CLEAR = "\033[H\033[J";

    @Spec private CommandSpec spec;

    @Option(names = "--watch", description = "Repeats the output.")
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "Time between two updates (default: ${DEFAULT-VALUE}).")
    private Duration interval;

    @ArgGroup private Views views = new Views();

    /** One of them at most. */
    private static final class Views {

        @Option(
                names = {"-o", "--timers"},
                description = "With the timer of each, seconds left, retransmissions and probes.")
        private boolean timers;

        @Option(
                names = {"-i", "--info"},
                description = "With a line of what ss -ti tells of each.")
        private boolean info;

        @Option(
                names = {"-s", "--statistics"},
                description = "What was counted instead, in the words of netstat -s.")
        private boolean statistics;

        View chosen() {
            if (timers) {
                return View.TIMERS;
            }
            if (info) {
                return View.INFO;
            }
            return statistics ? View.STATISTICS : View.CONNECTIONS;
        }
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "STACK",
            description = "Only those of this name or process, such as serve or 4711.")
    private String only;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (interval.compareTo(Duration.ofMillis(10)) < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--interval is too short; choose 10ms or more");
        }
        View view = views.chosen();
        String shown = look(view);
        if (shown.isEmpty() && !look(View.CONNECTIONS).isEmpty()) {
            throw new IOException(
                    "what runs now is no stack, and shows nothing but its connections;"
                            + " leave the option out");
        }
        if (shown.isEmpty()) {
            throw new IOException(
                    "none of your stacks "
                            + (only == null ? "" : "called '" + only + "' ")
                            + "is running (looked in "
                            + RunningStacks.folder()
                            + "); start one, with finwait serve or finwait netcat");
        }
        CountDownLatch never = new CountDownLatch(1);
        while (!shown.isEmpty()) {
            Console.say((watch && Console.colour() ? CLEAR : "") + shown);
            if (!watch || Console.outputIsLost()) {
                return 0;
            }
            never.await(interval.toNanos(), TimeUnit.NANOSECONDS);
            shown = look(view);
        }
        Console.say("ended");
        return 0;
    }

    private String look(View view) throws IOException {
        StringBuilder shown = new StringBuilder();
        List<RunningStack> stacks = RunningStacks.list();
        for (RunningStack stack : stacks) {
            if (only == null
                    || stack.name().equals(only)
                    || Long.toString(stack.pid()).equals(only)) {
                shown.append(shown.isEmpty() ? "" : "\n").append(shown(stack, view));
            }
        }
        return shown.toString();
    }

    private static String shown(RunningStack stack, View view) {
        try {
            String text = stack.look(view);
            return text.isEmpty() ? "" : stack.name() + ", process " + stack.pid() + "\n" + text;
        } catch (IOException e) {
            // It has ended since it was listed, or hangs.
            return Files.exists(stack.socket()) ? stack.name() + ": " + e.getMessage() + "\n" : "";
        }
    }
}
