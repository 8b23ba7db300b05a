package io.finwait.examples.command;

import io.finwait.nio.relay.Relay;
import io.finwait.nio.relay.RelayFaults;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.time.Duration;
import java.util.function.LongPredicate;

/** The faults of {@code finwait forward}, and which connections they are for. */
final class FaultOptions {

    private enum Direction {
        UP,
        DOWN,
        BOTH
    }

    private static final String OCTETS = "OCTETS";

    /** Of the command that has these options. */
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--direction",
            paramLabel = "up|down|both",
            defaultValue = "both",
            description =
                    "The direction that the faults apply to: up, from client to server;"
                            + " down, from server to client; or both (default: ${DEFAULT-VALUE}).")
    private Direction direction;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            defaultValue = "0ms",
            description = "Delays octets, FIN and RST by this much, such as 100ms.")
    private Duration delay;

    @Option(
            names = "--jitter",
            paramLabel = "TIME",
            defaultValue = "0ms",
            description = "Delays by up to so much more; the order stays.")
    private Duration jitter;

    @Option(
            names = "--slice",
            paramLabel = OCTETS,
            defaultValue = "0",
            description = "Cuts octets into pieces of so many.")
    private int slice;

    @Option(
            names = "--slice-pause",
            paramLabel = "TIME",
            defaultValue = "0ms",
            description = "The time between two of these pieces.")
    private Duration slicePause;

    @Option(
            names = "--rate",
            paramLabel = "BITS",
            defaultValue = "0",
            converter = Converters.OfRate.class,
            description =
                    "Passes octets on no faster than this, such as 64k or 10M bits per"
                            + " second.")
    private long bitsPerSecond;

    @Option(
            names = "--reset-after",
            paramLabel = OCTETS,
            description = "Resets both ends after so many octets of a connection; 0 means at once.")
    private Long resetAfter;

    @Option(
            names = "--fin-after",
            paramLabel = OCTETS,
            description = "Ends the stream after so many octets, as if its sender had closed.")
    private Long finAfter;

    @Option(
            names = "--cut-after",
            paramLabel = OCTETS,
            description =
                    "Passes nothing on after so many octets, and tells nobody: an"
                            + " unplugged cable.")
    private Long cutAfter;

    @Option(
            names = "--drop-fin",
            description = "Does not pass FIN on: the other end waits for ever.")
    private boolean dropFin;

    @Option(
            names = "--drop-reset",
            description =
                    "Does not pass RST on: the other end keeps a connection that no"
                            + " longer exists.")
    private boolean dropReset;

    @Option(
            names = "--hold-fin",
            paramLabel = "TIME",
            defaultValue = "0ms",
            description = "Holds FIN back for so long.")
    private Duration holdFin;

    @Option(
            names = "--begins-after",
            paramLabel = "TIME",
            defaultValue = "0ms",
            description = "All this begins so long after a connection was opened.")
    private Duration beginsAfter;

    @Option(
            names = "--first",
            paramLabel = "N",
            description = "Only the first N connections suffer it.")
    private Long first;

    @Option(
            names = "--chance",
            paramLabel = "SHARE",
            converter = Converters.OfLoss.class,
            description = "Only so many connections suffer it, by chance, such as 10%%.")
    private Double chance;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Equal seeds choose the same connections (default: ${DEFAULT-VALUE}).")
    private long seed;

    RelayFaults up() {
        return direction == Direction.DOWN ? RelayFaults.none() : faults();
    }

    RelayFaults down() {
        return direction == Direction.UP ? RelayFaults.none() : faults();
    }

    LongPredicate only() {
        if (first != null && chance != null) {
            throw wrong("--first and --chance both choose connections; write one of them");
        }
        if ((first != null || chance != null) && faults().equals(RelayFaults.none())) {
            throw wrong("there is nothing to suffer; name a fault, such as --reset-after 0");
        }
        if (chance != null) {
            return Relay.byChance(chance, seed);
        }
        return first == null
                ? number -> true
                : Relay.first(notNegative("--first", first, "connections"));
    }

    private RelayFaults faults() {
        RelayFaults faults =
                RelayFaults.none()
                        .beginsAfter(beginsAfter)
                        .delay(delay)
                        .jitter(jitter)
                        .rate(octets(bitsPerSecond))
                        .slices((int) notNegative("--slice", slice, "octets"), slicePause)
                        .holdFin(holdFin);
        if (resetAfter != null) {
            faults = faults.resetAfter(notNegative("--reset-after", resetAfter, "octets"));
        }
        if (finAfter != null) {
            faults = faults.finAfter(notNegative("--fin-after", finAfter, "octets"));
        }
        if (cutAfter != null) {
            faults = faults.cutAfter(notNegative("--cut-after", cutAfter, "octets"));
        }
        faults = dropFin ? faults.dropFin() : faults;
        faults = dropReset ? faults.dropReset() : faults;
        if (direction != Direction.BOTH && faults.equals(RelayFaults.none())) {
            throw wrong("--direction says where faults are; name one, such as --drop-fin");
        }
        return faults;
    }

    private long octets(long bits) {
        if (bits > 0 && bits < 8) {
            throw wrong("--rate is less than an octet per second; choose 8 or more bits");
        }
        return bits / 8;
    }

    private long notNegative(String option, long number, String what) {
        if (number < 0) {
            throw wrong(option + " " + number + " is negative; choose 0 or more " + what);
        }
        return number;
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
