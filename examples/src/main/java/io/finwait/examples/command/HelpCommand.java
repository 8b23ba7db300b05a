package io.finwait.examples.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** {@code finwait help}. */
@Command(name = "help", description = "Shows the help of a command, or lists the commands.")
final class HelpCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "COMMAND",
            description = "Such as close; without one, all commands are listed.")
    private String name;

    @Override
    public Integer call() {
        CommandLine all = spec.parent().commandLine();
        CommandLine asked = name == null ? all : all.getSubcommands().get(name);
        if (asked == null) {
            throw new ParameterException(all, FinwaitCommand.noCommand(name, all));
        }
        asked.usage(all.getOut(), all.getColorScheme());
        return 0;
    }
}
