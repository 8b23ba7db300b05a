package io.finwait.examples.command;

import io.finwait.examples.soak.Ledger;
import io.finwait.examples.soak.Soak;
import io.finwait.examples.soak.SoakSettings;
import io.finwait.examples.soak.SoakSettings.Place;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;

/** {@code finwait soak}. */
@Command(
        name = "soak",
        description = {
            "Runs two endpoints for a long time: connections that end in every way, orderly, by"
                + " abort, with unread octets, as orphans, behind a window that never opens, over a"
                + " link that loses, repeats, reorders and corrupts packets, while strangers flood"
                + " with SYNs and send junk.",
            "Every octet is compared with what was sent, and every ending must be one that the plan"
                + " of its connection explains. After each minute of traffic all must come to rest:"
                + " then no connection, entry in TIME-WAIT, block or packet may be held, and heap"
                + " and descriptors may not have grown.",
            "Exit code 1 when something was wrong; it is told with the seed, which repeats a run"
                    + " of sim exactly."
        })
final class SoakCommand implements Callable<Integer> {

    private static final int MOST_MINUTES = 1_000_000;
    private static final Duration ROUND = Duration.ofMinutes(1);

    @Spec private CommandSpec spec;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "Minutes of traffic; with sim of virtual time (default: ${DEFAULT-VALUE}).")
    private int minutes;

    @Option(
            names = "--transport",
            paramLabel = "PLACE",
            defaultValue = "sim",
            description =
                    "sim: virtual time (default); udp: sockets of the loopback interface; tun: two"
                            + " TUN devices with the kernel as router between them, needs root.")
    private Place transport;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "Connections opened in a second (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--flood",
            paramLabel = "N",
            defaultValue = "5000",
            description =
                    "SYNs of strangers in a second, during six seconds of each minute (default:"
                            + " ${DEFAULT-VALUE}).")
    private int flood;

    @Option(
            names = "--junk",
            paramLabel = "N",
            defaultValue = "200",
            description = "Packets of junk in a second (default: ${DEFAULT-VALUE}).")
    private int junk;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of all random numbers (default: a random one, which is printed).")
    private Long seed;

    @Override
    public Integer call() {
        require(minutes >= 1 && minutes <= MOST_MINUTES, "--minutes is out of range; choose 1 up");
        require(rate >= 0.01 && rate <= 10_000, "--rate is out of range; choose 0.01 to 10000");
        require(
                flood >= 0 && flood <= 100_000 && junk >= 0 && junk <= 100_000,
                "--flood and --junk are out of range; choose 0 to 100000");
        long chosen = seed == null ? new Random().nextLong(1_000_000_000) : seed;
        SoakSettings settings =
                new SoakSettings(
                        transport,
                        Duration.ofMinutes(minutes),
                        ROUND,
                        Math.round(rate * 1_000),
                        flood,
                        junk,
                        chosen);
        Console.out().println("seed " + chosen);
        try (Soak soak = new Soak(settings)) {
            return report(soak.run(System.err::println));
        }
    }

    private static int report(Ledger ledger) {
        ledger.inWords().forEach(Console.out()::println);
        ledger.faults().forEach(fault -> Console.out().println("WRONG: " + fault));
        if (ledger.isGood()) {
            Console.out().printf("all %,d endings are explained%n", ledger.endings());
        }
        return ledger.isGood() ? 0 : 1;
    }

    private void require(boolean good, String sentence) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }
}
