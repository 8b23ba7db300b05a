package io.finwait.examples.command;

import io.finwait.examples.stage.Stage;
import io.finwait.examples.story.FourWayClose;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.concurrent.Callable;

/** {@code finwait close}. */
@Command(
        name = "close",
        description =
                "How a connection is closed: which packets are sent, and which state"
                        + " each end is in.")
final class CloseCommand implements Callable<Integer> {

    @Mixin private StageOptions options;

    @Option(
            names = "--closer",
            paramLabel = "client|server|both",
            defaultValue = "client",
            description = "Who closes first, or both at once (default: ${DEFAULT-VALUE}).")
    private FourWayClose.Closer closer;

    @Option(
            names = "--loss",
            paramLabel = "P",
            defaultValue = "0%",
            converter = Converters.OfLoss.class,
            description =
                    "Fraction of the simulated packets that is lost, such as 10%% or 0.1;"
                            + " at most 60%% (default: ${DEFAULT-VALUE}).")
    private double loss;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            defaultValue = "10ms",
            description =
                    "How long a simulated packet travels, up to 1s (default: ${DEFAULT-VALUE}).")
    private Duration delay;

    @Override
    public Integer call() {
        if (loss > 0.6) {
            throw options.wrong("--loss is out of range; choose 0% to 60%");
        }
        if (delay.compareTo(Duration.ofSeconds(1)) > 0) {
            throw options.wrong("--delay is out of range; choose 0ms to 1s");
        }
        Stage stage = options.stage(loss, delay);
        if (stage.settings().inRealTime() && (loss > 0 || delay.toMillis() != 10)) {
            throw options.wrong(
                    "--loss and --delay apply to the simulation only; leave them out with"
                            + " another --transport");
        }
        new FourWayClose(closer).play(stage);
        return 0;
    }
}
