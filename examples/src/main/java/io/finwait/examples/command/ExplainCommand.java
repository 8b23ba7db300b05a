package io.finwait.examples.command;

import io.finwait.examples.explain.ExplainFilter;
import io.finwait.examples.explain.ExplainJson;
import io.finwait.examples.explain.ExplainPage;
import io.finwait.examples.explain.ExplainText;
import io.finwait.picture.Ladder;
import io.finwait.picture.SequencePlot;
import io.finwait.picture.SvgLadder;
import io.finwait.picture.TextLadder;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CaptureExplainer;
import io.finwait.trace.explain.CapturedLadder;
import io.finwait.trace.explain.ConnectionStory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code finwait explain}. */
@Command(
        name = "explain",
        description =
                "Reads captures and tells who closed each connection, how it ended," + " and why.",
        footer = {
            "",
            "Reads pcap and pcapng, also compressed with gzip. With - it reads a pipe,"
                    + " and reports each connection when it ends:",
            "",
            "  tcpdump -U -w - tcp | finwait explain -",
            "",
            "Each connection gets a line: its number, its ends, when it began, how long"
                    + " it lasted, octets of data each way, Zeek's conn_state and history. The"
                    + " verdict follows, and for a connection that did not end in order the"
                    + " likeliest cause with the numbers of its packets, what the applications saw,"
                    + " and the states of both ends.",
            "",
            "Endings: orderly, simultaneous, closing, half-closed, reset, refused,"
                    + " unanswered, gave-up, open; and slow, for connections with retransmissions"
                    + " or closed windows.",
            "",
            "Exit code: 0; 3 when --fail-on finds one; 1 when a file cannot be read to"
                    + " its end."
        })
final class ExplainCommand implements Callable<Integer> {

    private static final int MEGABYTE = 1_000_000;
    private static final int MOST_RUNGS = 2_000;
    private static final int MOST_BARS = 50_000;
    private static final int FOUND = 3;
    private static final String PIPE = "-";

    @Spec private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "A capture, or - for a pipe.")
    private List<String> files;

    @Option(
            names = "--only",
            paramLabel = "ENDING",
            split = ",",
            description =
                    "Only connections that ended in one of these ways:"
                            + " reset,half-closed,slow, ...")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Only connections of this host.")
    private String host;

    @Option(names = "--port", paramLabel = "PORT", description = "Only connections of this port.")
    private int port;

    @Option(names = "--stream", paramLabel = "N", description = "Only connection number N.")
    private int stream = -1;

    @Option(names = "--ladder", paramLabel = "N", description = "Draws connection number N.")
    private int ladder = -1;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "Writes the ladder of --ladder to a file, as a picture.")
    private Path svg;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description =
                    "Draws the sequence numbers of --stream N over time, as SVG: text, what was"
                            + " sent again, ACKs, window, SACK.")
    private Path plot;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Writes a page to look at closely in a browser; one capture, its first 500"
                            + " connections.")
    private Path html;

    @Option(names = "--json", description = "Writes one line of JSON for each connection.")
    private boolean json;

    @Option(
            names = "--fail-on",
            paramLabel = "ENDING",
            split = ",",
            description = "Exit code 3 when a connection ended in one of these ways.")
    private List<String> failOn = new ArrayList<>();

    private ExplainFilter filter;
    private ExplainFilter failing;
    private boolean found;
    private ExplainPage page;

    @Override
    public Integer call() throws IOException {
        filter = new ExplainFilter(only, host, port, stream);
        failing = new ExplainFilter(failOn, null, 0, -1);
        if (svg != null && ladder < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--svg writes a ladder; say which, with --ladder N");
        }
        if (plot != null) {
            if (stream < 0 || files.size() != 1) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--plot draws one connection of one capture; say which, with --stream N");
            }
            Files.writeString(plot, new SequencePlot().render(ladderOf(files.get(0), stream)));
        }
        if (html != null) {
            if (files.size() != 1 || files.get(0).equals(PIPE)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--html shows one capture from a file; save a pipe's capture first");
            }
            page = new ExplainPage(Path.of(files.get(0)));
        }
        for (String file : files) {
            if (ladder >= 0) {
                draw(file);
            } else {
                explain(file);
            }
        }
        return found ? FOUND : 0;
    }

    private Ladder ladderOf(String file, int number) throws IOException {
        if (file.equals(PIPE)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "pictures are drawn of a file, not of a pipe; save the capture first");
        }
        try (CaptureReader reader = CaptureReader.open(Path.of(file))) {
            return CapturedLadder.of(reader, number, plot == null ? MOST_RUNGS : MOST_BARS);
        }
    }

    private void draw(String file) throws IOException {
        Ladder drawn = ladderOf(file, ladder);
        if (svg != null) {
            Files.writeString(svg, new SvgLadder().render(drawn));
            return;
        }
        TextLadder text = new TextLadder();
        if (Console.colour()) {
            text.ansi();
        }
        if (Console.ascii()) {
            text.ascii();
        }
        Console.out().print(text.render(drawn));
    }

    private void explain(String file) throws IOException {
        CaptureExplainer explainer = new CaptureExplainer();
        BitSet told = new BitSet();
        if (file.equals(PIPE)) {
            try (CaptureReader reader = CaptureReader.open(System.in)) {
                follow(explainer, reader, told);
            }
        } else {
            long size = Files.size(Path.of(file));
            try (CaptureReader reader = CaptureReader.open(Path.of(file))) {
                explainer.read(reader, octets -> progress(octets, size));
            }
            Console.progress("");
        }
        for (int i = told.nextClearBit(0);
                i < explainer.connections();
                i = told.nextClearBit(i + 1)) {
            tell(explainer.story(i));
        }
        tellWhatWasNotRead(explainer);
        if (page != null) {
            Files.writeString(html, page.render());
            tell(page.left(), "connections are not on the page; choose with --only or --host");
        }
        if (explainer.broken() != null) {
            throw new IOException(file + ": " + explainer.broken().getMessage());
        }
    }

    /** Tells of each connection as soon as it has ended. */
    private void follow(CaptureExplainer explainer, CaptureReader reader, BitSet told)
            throws IOException {
        int at = explainer.next(reader);
        while (at != CaptureExplainer.NONE && !Console.outputIsLost()) {
            if (at >= 0 && !told.get(at) && explainer.hasEnded(at)) {
                told.set(at);
                tell(explainer.story(at));
            }
            at = explainer.next(reader);
        }
    }

    private void tell(ConnectionStory story) {
        found |= !failOn.isEmpty() && failing.takes(story);
        if (!filter.takes(story)) {
            return;
        }
        if (page != null) {
            page.add(story);
        }
        if (json) {
            Console.out().println(ExplainJson.line(story));
            return;
        }
        Console.out().println(ExplainText.line(story));
        if (!story.ending().isInOrder() || stream >= 0) {
            Console.out().print(ExplainText.story(story));
        }
    }

    private static void tellWhatWasNotRead(CaptureExplainer explainer) {
        tell(explainer.cut(), "packets not looked into: the capture holds less than their headers");
        tell(explainer.fragments(), "packets not looked into: later fragments of IP packets");
        tell(explainer.unknownLinkTypes(), "packets not looked into: their link type is not known");
    }

    private static void tell(long count, String what) {
        if (count > 0) {
            System.err.println(count + " " + what);
        }
    }

    private static void progress(long octets, long size) {
        Console.progress(
                octets / MEGABYTE + (size > 0 ? " of " + size / MEGABYTE : "") + " MB read");
    }
}
