package io.finwait.examples.command;

import static java.util.stream.Collectors.joining;

import io.finwait.examples.stage.UserText;
import io.finwait.picture.HtmlPage;
import io.finwait.picture.Ladder;
import io.finwait.picture.LadderTap;
import io.finwait.sim.script.JUnitReport;
import io.finwait.sim.script.Profile;
import io.finwait.sim.script.ScriptOptions;
import io.finwait.sim.script.ScriptResult;
import io.finwait.sim.script.ScriptResult.Outcome;
import io.finwait.sim.script.ScriptSuite;
import io.finwait.spi.Transport;
import io.finwait.trace.End;
import io.finwait.trace.PcapngTap;
import io.finwait.trace.PcapngWriter;
import io.finwait.trace.TapTransport;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/** {@code finwait script}: runs packet scripts in virtual time. */
@Command(
        name = "script",
        description = "Runs packetdrill scripts against Finwait, in virtual time.",
        sortOptions = false,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:at least one script passed, none failed",
            "1:a script failed",
            "2:wrong usage",
            "3:nothing was run, since every script was skipped; with --every-folder, in a folder"
        },
        footer = {
            "",
            "Our own scripts expect what the RFCs say, except those in the folder linux:",
            "",
            "  finwait script transport-sim/src/test/resources/scripts/timewait",
            "  finwait script --profile linux \\",
            "      transport-sim/src/test/resources/scripts/linux"
        })
final class ScriptCommand implements Callable<Integer> {

    private static final int NOTHING_RUN = 3;

    @Spec private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE-OR-DIR",
            description = "scripts, and folders that are searched for *.pkt")
    private List<Path> paths;

    @Option(
            names = "--profile",
            description =
                    "which stack's habits the scripts expect: ${COMPLETION-CANDIDATES}"
                            + " (${DEFAULT-VALUE})")
    private Profile profile = Profile.RFC;

    @Option(
            names = "-D",
            paramLabel = "NAME=VALUE",
            mapFallbackValue = "1",
            description = "defines a word, and a name for #ifdef")
    private Map<String, String> definitions = new LinkedHashMap<>();

    @Option(
            names = "--ip",
            paramLabel = "4|6",
            description = "IP version of scripts that name none (${DEFAULT-VALUE})")
    private int ipVersion = 4;

    @Option(
            names = "--tolerance-usecs",
            paramLabel = "N",
            description =
                    "how far off its time an event may be, for scripts that do not say so"
                            + " themselves")
    private long toleranceUs = -1;

    @Option(names = "--strict-end", description = "fails on segments that are left over at the end")
    private boolean strictEnd;

    @Option(
            names = "--every-folder",
            description = "fails when nothing was run in one of the folders, see exit code 3")
    private boolean everyFolder;

    @Option(names = "--report", paramLabel = "FILE", description = "writes JUnit XML")
    private Path report;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description = "captures the packets of the script (one script only) as pcapng")
    private Path pcap;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "draws the script (one script only) as a page for a browser")
    private Path html;

    @Option(
            names = "--show",
            paramLabel = "N",
            description = "how many failures are shown in full (${DEFAULT-VALUE})")
    private int show = 5;

    @Option(names = "--threads", paramLabel = "N", description = "how many scripts run at a time")
    private int threads = Runtime.getRuntime().availableProcessors();

    private UnaryOperator<Transport> taps = UnaryOperator.identity();
    private int done;
    private int shown;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Path> files = files();
        if (files.isEmpty()) {
            throw wrong(
                    "there is no *.pkt in "
                            + paths.stream().map(Path::toString).collect(joining(", ")));
        }
        if (pcap != null && files.size() != 1) {
            throw wrong("--pcap captures one script; there are " + files.size());
        }
        if (html != null && files.size() != 1) {
            throw wrong("--html draws one script; there are " + files.size());
        }
        requireNoScript("--pcap", pcap, files);
        requireNoScript("--html", html, files);
        requireNoScript("--report", report, files);
        if (ipVersion != 4 && ipVersion != 6) {
            throw wrong("--ip " + ipVersion + ": choose 4 or 6");
        }
        if (threads < 1) {
            throw wrong("--threads " + threads + ": choose 1 or more");
        }
        ScriptOptions options =
                ScriptOptions.DEFAULT
                        .withProfile(profile)
                        .withIpVersion(ipVersion)
                        .withToleranceNs(toleranceUs < 0 ? -1 : toleranceUs * 1000)
                        .withStrictEnd(strictEnd);
        Ladder ladder = new Ladder("Finwait", "script").title(files.getFirst().toString());
        if (html != null) {
            taps = inner -> new TapTransport(inner, new LadderTap(ladder, End.A));
            options = options.withTransport(taps);
        }
        List<ScriptResult> results = pcap == null ? run(files, options) : capture(files, options);
        if (html != null) {
            try {
                Files.writeString(html, page(ladder, results.getFirst()));
            } catch (IOException e) {
                throw unwritten("page", html, e);
            }
        }
        if (report != null) {
            try {
                JUnitReport.write(report, "finwait script", results);
            } catch (IOException e) {
                throw unwritten("report", report, e);
            }
        }
        summary(results);
        List<String> idle = idleFolders(results);
        boolean nothing = count(results, Outcome.SKIPPED) == results.size();
        if (!nothing) {
            idle.forEach(out()::println);
            out().flush();
        }
        if (nothing || (everyFolder && !idle.isEmpty() && count(results, Outcome.FAILED) == 0)) {
            return NOTHING_RUN;
        }
        return count(results, Outcome.FAILED) > 0 ? 1 : 0;
    }

    private static String page(Ladder ladder, ScriptResult result) {
        List<HtmlPage.Words> words = new ArrayList<>();
        words.add(new HtmlPage.Words("result", word(result.outcome())));
        if (result.outcome() == Outcome.FAILED) {
            result.report().lines().forEach(line -> words.add(new HtmlPage.Words("", line)));
        }
        return new HtmlPage(ladder.title()).add(ladder, words).render();
    }

    /** A script named by mistake as an output would be overwritten. */
    private void requireNoScript(String option, Path output, List<Path> files) throws IOException {
        if (output == null || !Files.exists(output)) {
            return;
        }
        for (Path file : files) {
            if (Files.isSameFile(file, output)) {
                throw wrong(
                        option + " " + output + " would overwrite the script; name another file");
            }
        }
    }

    private static UncheckedIOException unwritten(String what, Path file, IOException e) {
        return new UncheckedIOException(
                "the " + what + " can't be written to '" + file + "': " + UserText.reason(e), e);
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private List<Path> files() throws IOException {
        try {
            return ScriptSuite.find(paths);
        } catch (NoSuchFileException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "there is no file or folder " + e.getFile(), e);
        }
    }

    private List<ScriptResult> run(List<Path> files, ScriptOptions options)
            throws InterruptedException {
        ScriptSuite suite = new ScriptSuite(options, definitions, threads);
        List<ScriptResult> results = suite.run(files, result -> progress(result, files.size()));
        if (Console.colour()) {
            out().print("\r");
        }
        return results;
    }

    private List<ScriptResult> capture(List<Path> files, ScriptOptions options)
            throws IOException, InterruptedException {
        try (PcapngWriter writer = PcapngWriter.create(pcap)) {
            PcapngTap tap = new PcapngTap(writer, files.getFirst().getFileName().toString(), 0);
            List<ScriptResult> results =
                    run(
                            files,
                            options.withTransport(
                                    inner -> new TapTransport(taps.apply(inner), tap)));
            writer.flush();
            if (tap.failure() != null) {
                throw tap.failure();
            }
            return results;
        } catch (IOException e) {
            throw unwritten("capture", pcap, e);
        }
    }

    private void progress(ScriptResult result, int all) {
        done++;
        if (result.outcome() == Outcome.FAILED && shown < show) {
            shown++;
            out().printf("%s%n", result.report());
        }
        if (result.outcome() == Outcome.SKIPPED && all == 1) {
            out().printf("%s%n", result.report());
        }
        if (Console.colour()) {
            out().printf("\r%d of %d", done, all);
            out().flush();
        }
    }

    private void summary(List<ScriptResult> results) {
        for (Outcome outcome : List.of(Outcome.FAILED, Outcome.SKIPPED)) {
            Map<String, Integer> reasons = new LinkedHashMap<>();
            for (ScriptResult result : results) {
                if (result.outcome() == outcome) {
                    reasons.merge(result.reason(), 1, Integer::sum);
                }
            }
            reasons.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                    .forEach(
                            e ->
                                    out().printf(
                                                    "%-7s %4d  %s%n",
                                                    word(outcome), e.getValue(), e.getKey()));
        }
        out().printf(
                        "%d scripts: %d passed, %d failed, %d skipped%n",
                        results.size(),
                        count(results, Outcome.PASSED),
                        count(results, Outcome.FAILED),
                        count(results, Outcome.SKIPPED));
        if (count(results, Outcome.SKIPPED) == results.size()) {
            out().println("Nothing was run: every script was skipped, for the reasons above.");
        }
        out().flush();
    }

    /** A line for each folder whose scripts were all skipped. */
    private static List<String> idleFolders(List<ScriptResult> results) {
        Map<Path, List<ScriptResult>> folders = new TreeMap<>();
        for (ScriptResult result : results) {
            Path folder = Path.of(result.name()).toAbsolutePath().getParent();
            folders.computeIfAbsent(folder, f -> new ArrayList<>()).add(result);
        }
        List<String> idle = new ArrayList<>();
        folders.forEach(
                (folder, all) -> {
                    if (count(all, Outcome.SKIPPED) == all.size()) {
                        idle.add("Nothing was run in %s: %d skipped".formatted(folder, all.size()));
                    }
                });
        return idle;
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case PASSED -> "passed";
            case FAILED -> "failed";
            case SKIPPED -> "skipped";
        };
    }

    private static long count(List<ScriptResult> results, Outcome outcome) {
        return results.stream().filter(r -> r.outcome() == outcome).count();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
