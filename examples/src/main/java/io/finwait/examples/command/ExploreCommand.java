package io.finwait.examples.command;

import io.finwait.examples.stage.UserText;
import io.finwait.picture.TextLadder;
import io.finwait.sim.explore.Bounds;
import io.finwait.sim.explore.Counterexample;
import io.finwait.sim.explore.ExplorationReport;
import io.finwait.sim.explore.Explorer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code finwait explore}. */
@Command(
        name = "explore",
        description = {
            "Explores every interleaving of two real endpoints within bounds: deliveries"
                    + " in any order, losses, duplicates, timers and calls, breadth first.",
            "Exit code 1 when an invariant is violated; the shortest path to the"
                    + " violation is printed and drawn."
        })
final class ExploreCommand implements Callable<Integer> {

    /** What is explored, by the name that people give. */
    private enum Search {
        /** One connection; each side closes or aborts at any time. */
        SMALL,
        /** One connection; both read to the end before they close. */
        POLITE,
        /** Text and FIN wait behind a closed window. */
        NARROW,
        /** Two connections of one pair of sockets, the second after TIME-WAIT. */
        INCARNATIONS,
        /** The same with a TIME-WAIT that is too short: the leak must be found. */
        SHORT;

        Bounds bounds() {
            return switch (this) {
                case SMALL -> Bounds.SMALL;
                case POLITE -> Bounds.POLITE;
                case NARROW -> Bounds.NARROW;
                case INCARNATIONS -> Bounds.TWO_INCARNATIONS;
                case SHORT -> Bounds.TWO_INCARNATIONS.withShortTimeWait();
            };
        }
    }

    @Option(
            names = "--search",
            paramLabel = "NAME",
            defaultValue = "small",
            description =
                    "small (each closes or aborts), polite (both read to the end), narrow (a closed"
                            + " window), incarnations (a second connection after TIME-WAIT), short"
                            + " (after too short a one). Default: small.")
    private Search search;

    @Option(
            names = "--losses",
            paramLabel = "N",
            description = "Packets that may be lost; more make the search much larger.")
    private Integer losses;

    @Option(
            names = "--duplicates",
            paramLabel = "N",
            description = "Packets that may arrive twice.")
    private Integer duplicates;

    @Option(
            names = "--early",
            paramLabel = "N",
            description = "Timers that may fire while a packet is still on its way.")
    private Integer early;

    @Option(
            names = "--docs",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = "docs/assurance.md",
            description = "Runs all searches and writes what they found to FILE.")
    private Path docs;

    @Option(
            names = "--save",
            paramLabel = "FOLDER",
            description =
                    "Where a counterexample is saved: ladder.txt, ladder.svg, ladder.html, and for"
                        + " each end what it did and saw as a packet script (for finwait script)"
                        + " and as a capture (client.pkt, client.pcapng, server.pkt,"
                        + " server.pcapng).")
    private Path folder;

    @Override
    public Integer call() {
        if (docs != null) {
            requireFile();
            return writeDocs();
        }
        Bounds bounds = search.bounds();
        bounds =
                bounds.withFaults(
                        losses == null ? bounds.losses() : losses,
                        duplicates == null ? bounds.duplicates() : duplicates,
                        early == null ? bounds.early() : early);
        ExplorationReport report = explore(bounds);
        Console.out().println(report);
        if (report.violation() == null) {
            return 0;
        }
        Console.out().println();
        Console.out().print(new TextLadder().render(report.counterexample().ladder()));
        save(report.counterexample());
        return 1;
    }

    private void save(Counterexample counterexample) {
        if (folder == null) {
            return;
        }
        try {
            counterexample.save(folder).forEach(f -> Console.out().println("Written: " + f));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't save in '" + folder + "': " + UserText.reason(e), e);
        }
    }

    private static ExplorationReport explore(Bounds bounds) {
        ExplorationReport report =
                new Explorer(bounds)
                        .onProgress(
                                states ->
                                        System.err.printf(
                                                Locale.ROOT, "\r%,d states so far ", states))
                        .run();
        System.err.print("\r" + " ".repeat(40) + "\r");
        return report;
    }

    /** The searches take minutes: what can't be written is told before. */
    private void requireFile() {
        String why = whyNot(docs);
        if (!why.isEmpty()) {
            throw new UncheckedIOException(
                    "can't write %s: %s; name a file, such as docs/assurance.md"
                            .formatted(docs, why),
                    new IOException(why));
        }
    }

    private static String whyNot(Path file) {
        Path in = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            return "it is a folder";
        }
        if (!Files.isDirectory(in)) {
            return "no such folder: " + in;
        }
        return Files.isWritable(Files.exists(file) ? file : in) ? "" : "it is write-protected";
    }

    private int writeDocs() {
        List<String> rows = new ArrayList<>();
        boolean good = true;
        for (Search each : Search.values()) {
            long begun = System.nanoTime();
            ExplorationReport report = explore(each.bounds());
            boolean complete = report.violation() == null && report.frontierIsEmpty();
            good &= complete != (each == Search.SHORT);
            rows.add(
                    String.format(
                            Locale.ROOT,
                            "| `%s` | %s | %,d | %,d | %d | %s | %s | %.0f s |",
                            each.name().toLowerCase(Locale.ROOT),
                            each.bounds().inWords(),
                            report.states(),
                            report.steps(),
                            report.longestPath(),
                            report.frontierIsEmpty() ? "empty" : "not empty",
                            report.violation() == null
                                    ? "0"
                                    : "found after %d steps: %s"
                                            .formatted(
                                                    report.counterexample().length(),
                                                    report.violation()),
                            (System.nanoTime() - begun) / 1e9));
        }
        try {
            Files.writeString(docs, page(rows) + otherParts());
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + docs + ": " + e.getMessage(), e);
        }
        Console.out().println("Written: " + docs);
        return good ? 0 : 1;
    }

    /** What stands on the page from its first section on was not written here, and stays. */
    private String otherParts() throws IOException {
        String page = Files.exists(docs) ? Files.readString(docs) : "";
        int first = page.indexOf("\n## ");
        return first < 0 ? "" : page.substring(first);
    }

    private static String page(List<String> rows) {
        return """
        # Assurance: every interleaving within bounds

        Written by `./finwait explore --docs`. `mvn verify -Pci` does the same searches (`ExplorerTest`), `small` without a loss and `polite` without a duplicate;
        `mvn verify -Pthorough` does those too.

        Two real endpoints, not a model of them. A state is the list of choices that leads to it, executed
        again on new endpoints; states of equal canonical digest are one, and so are a world and its mirror
        image. Where the frontier is empty, nothing within the bounds was left out.

        | search | bounds | states | steps | longest way | frontier | violations | time |
        |---|---|---|---|---|---|---|---|
        %s

        The invariants: no octet is delivered twice, out of order, after end-of-stream or to another
        incarnation; an orderly end here means that the peer's TCP has accepted every octet and the FIN; when
        both applications read to the end before they close, nobody is reset and nobody times out; no
        retransmission timer fires when nothing was lost or late; the two ends never answer each other for
        ever; from every state both can reach CLOSED.

        That the explorer can fail is shown by `PlantedBugsTest`: eight bugs that stacks have really had,
        planted by bytecode one at a time; each is found. So is a TIME-WAIT that nobody asks.
        """
                .formatted(String.join("\n", rows));
    }
}
