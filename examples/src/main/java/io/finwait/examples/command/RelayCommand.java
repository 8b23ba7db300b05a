package io.finwait.examples.command;

import io.finwait.nio.control.RunningStack;
import io.finwait.nio.control.RunningStacks;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code finwait relay}. */
@Command(
        name = "relay",
        description = "Tells a running finwait forward to switch faults on or off, or to reset.",
        footer = {
            "",
            "  relay faults DIRECTION FAULTS      for connections that are opened from now on",
            "  relay faults-now DIRECTION FAULTS  for those that are open as well",
            "  relay only all                     the faults are for all connections,",
            "  relay only first N                 for the first N,",
            "  relay only chance P SEED           or for some, with a probability from 0 to 1",
            "  relay reset                        resets all connections that are open",
            "  relay reset N                      resets that one",
            "  relay show                         shows what is set, and the connections",
            "",
            "DIRECTION is up, down or both. FAULTS are words with commas between them, each of"
                    + " which means what the option of finwait forward does: begins-after=TIME,"
                    + " delay=TIME, jitter=TIME, rate=BITS, slice=OCTETS, slice-pause=TIME,"
                    + " cut-after=OCTETS, fin-after=OCTETS, reset-after=OCTETS, hold-fin=TIME,"
                    + " drop-fin, drop-reset; or none. For example:",
            "",
            "  finwait relay faults-now down delay=20ms,jitter=5ms",
            "  finwait relay faults-now both none"
        })
final class RelayCommand implements Callable<Integer> {

    private static final String RELAYS = "forward";

    @Spec private CommandSpec spec;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "The process of the relay, when several run.")
    private Long pid;

    @Parameters(arity = "1..*", paramLabel = "WORDS", description = "What it is to do.")
    private List<String> words;

    @Override
    public Integer call() throws IOException {
        try {
            Console.say(relay().command(String.join(" ", words)).stripTrailing());
            return 0;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private RunningStack relay() throws IOException {
        List<RunningStack> relays =
                RunningStacks.list().stream()
                        .filter(each -> each.name().equals(RELAYS))
                        .filter(each -> pid == null || each.pid() == pid)
                        .toList();
        if (relays.size() > 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "several relays are running; choose one with --pid "
                            + String.join(
                                    " or --pid ",
                                    relays.stream().map(each -> "" + each.pid()).toList()));
        }
        if (relays.isEmpty()) {
            throw new IOException(
                    "no relay "
                            + (pid == null ? "" : "of process " + pid + " ")
                            + "is running (looked in "
                            + RunningStacks.folder()
                            + "); start one with finwait forward");
        }
        return relays.get(0);
    }
}
