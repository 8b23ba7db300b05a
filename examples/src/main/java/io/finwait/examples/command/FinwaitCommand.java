package io.finwait.examples.command;

import io.finwait.examples.stage.UserText;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/** The {@code finwait} command. */
@Command(
        name = "finwait",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        version = "finwait 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows how TCP connections end.",
        footer = {"", "finwait help COMMAND says more."},
        subcommands = {
            CloseCommand.class,
            StoryCommands.HalfCloseCommand.class,
            StoryCommands.SimultaneousCloseCommand.class,
            StoryCommands.LostLastAckCommand.class,
            StoryCommands.DelayedDuplicateCommand.class,
            StoryCommands.ReopenCommand.class,
            StoryCommands.LastAckSynCommand.class,
            StoryCommands.ResetByPeerCommand.class,
            StoryCommands.UnreadDataCommand.class,
            StoryCommands.AbortCommand.class,
            StoryCommands.LingerCommand.class,
            StoryCommands.OrphanCommand.class,
            StoryCommands.PortExhaustionCommand.class,
            TimeWaitCommand.class,
            StoriesCommand.class,
            HoldCommand.class,
            CompareCommand.class,
            ServeCommand.class,
            NetcatCommand.class,
            NetstatCommand.class,
            ForwardCommand.class,
            GatewayCommand.class,
            RelayCommand.class,
            LinkCommand.class,
            ScriptCommand.class,
            ExploreCommand.class,
            SoakCommand.class,
            ExplainCommand.class,
            HelpCommand.class
        })
public final class FinwaitCommand implements Callable<Integer> {

    private static final int WRONG_USE = 2;
    private static final int FAILED = 1;

    @Spec private CommandSpec spec;

    /** Made by picocli. */
    public FinwaitCommand() {}

    /** Runs the command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        int code = run(args);
        System.out.flush();
        System.err.flush();
        System.exit(code);
    }

    /** Runs the command; the exit code is 0, 1 when it failed, 2 when it was called wrongly. */
    public static int run(String... args) {
        CommandLine line = new CommandLine(new FinwaitCommand());
        line.registerConverter(Duration.class, new Converters.OfDuration());
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(Console.colour() ? Ansi.ON : Ansi.OFF));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler(FinwaitCommand::wrongUse);
        line.setExecutionExceptionHandler((e, command, result) -> failed(e, command));
        int code = line.execute(args);
        line.getOut().flush();
        if (Console.outputIsLost()) {
            System.err.println(
                    "finwait: the output can't be written: what it goes to is full or closed");
            return FAILED;
        }
        return code;
    }

    /** Without a command there are all of them to choose from, but nothing was done. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return WRONG_USE;
    }

    private static int wrongUse(ParameterException e, String... args) {
        String unknown = firstUnknown(e);
        String sentence = unknown == null ? e.getMessage() : sentence(unknown, e.getCommandLine());
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        System.err.println(
                name
                        + ": "
                        + sentence.replaceAll("\\s*\\R\\s*", " ")
                                .replaceFirst(" is not an? (int|long)$", " is not a whole number")
                        + " (see "
                        + name
                        + " --help)");
        return WRONG_USE;
    }

    /** An unknown word is reported first, even if it leaves a required option unset. */
    private static String firstUnknown(ParameterException e) {
        List<String> unknown =
                e instanceof MissingParameterException
                        ? e.getCommandLine().getUnmatchedArguments()
                        : e instanceof UnmatchedArgumentException unmatched
                                ? unmatched.getUnmatched()
                                : List.of();
        return unknown.isEmpty() ? null : unknown.getFirst();
    }

    private static String sentence(String typed, CommandLine command) {
        if (typed.startsWith("-")) {
            String name = typed.replaceFirst("=.*", "");
            List<String> names =
                    command.getCommandSpec().options().stream()
                            .map(OptionSpec::longestName)
                            .toList();
            return "'" + name + "' is not an option" + Suggestion.of(name, names);
        }
        return command.getSubcommands().isEmpty()
                ? "'" + typed + "' is not expected here"
                : noCommand(typed, command);
    }

    static String noCommand(String typed, CommandLine all) {
        return "'"
                + typed
                + "' is not a command"
                + Suggestion.of(typed, all.getSubcommands().keySet());
    }

    /**
     * One sentence for people: what is thrown here on purpose has a message that says what to do.
     */
    private static int failed(Exception e, CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        System.out.flush();
        if (Boolean.getBoolean("finwait.trace")) {
            e.printStackTrace();
        }
        System.err.println(name + ": " + message(e));
        return e instanceof IllegalArgumentException ? WRONG_USE : FAILED;
    }

    private static String message(Exception e) {
        return switch (e) {
            case UncheckedIOException unchecked -> unchecked.getMessage();
            case FileSystemException file when file.getFile() != null ->
                    "'" + file.getFile() + "': " + UserText.reason(file);
            case IOException io -> UserText.reason(io);
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }

    /** Why a file could not be read, with its name. */
    static String sentence(String file, IOException e) {
        boolean named = e instanceof FileSystemException system && system.getFile() != null;
        return (named ? "" : "'" + file + "': ") + message(e);
    }
}
