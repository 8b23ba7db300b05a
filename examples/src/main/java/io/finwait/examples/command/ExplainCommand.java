package io.finwait.examples.command;

import io.finwait.examples.explain.ExplainFilter;
import io.finwait.examples.explain.ExplainPage;
import io.finwait.picture.Ladder;
import io.finwait.picture.SequencePlot;
import io.finwait.picture.SvgLadder;
import io.finwait.picture.TextLadder;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CapturedLadder;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static final int MOST_RUNGS = 2_000;
    private static final int MOST_BARS = 50_000;
    private static final int FOUND = 3;
    private static final int FAILED = 1;

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
    private List<String> only;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Only connections of this host.")
    private String host;

    @Option(names = "--port", paramLabel = "PORT", description = "Only connections of this port.")
    private Integer port;

    @Option(names = "--stream", paramLabel = "N", description = "Only connection number N.")
    private Integer stream;

    @Option(names = "--ladder", paramLabel = "N", description = "Draws connection number N.")
    private Integer ladder;

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
    private List<String> failOn;

    @Override
    public Integer call() throws IOException {
        check();
        if (ladder != null) {
            draw(files.get(0));
            return 0;
        }
        ExplainFilter filter =
                new ExplainFilter(
                        words(only), host, port == null ? 0 : port, stream == null ? -1 : stream);
        ExplainFilter failing = failOn == null ? null : new ExplainFilter(failOn, null, 0, -1);
        if (plot != null) {
            Files.writeString(
                    plot, new SequencePlot().render(ladderOf(files.get(0), stream, MOST_BARS)));
        }
        ExplainPage page = html == null ? null : new ExplainPage(Path.of(files.get(0)));
        boolean found = false;
        boolean unread = false;
        for (String file : files) {
            if (files.size() > 1 && !json) {
                Console.out().println(file);
            }
            Explanation explanation =
                    new Explanation(file, filter, failing, json, stream != null, page);
            try {
                explanation.tell();
            } catch (IOException e) {
                unread = true;
                Console.out().flush();
                System.err.println(spec.qualifiedName() + ": " + FinwaitCommand.sentence(file, e));
            }
            found |= explanation.hasFound();
        }
        if (page != null) {
            write(page);
        }
        return unread ? FAILED : found ? FOUND : 0;
    }

    private void write(ExplainPage page) throws IOException {
        Files.writeString(html, page.render());
        if (page.left() > 0) {
            System.err.println(
                    page.left() + " connections are not on the page; choose with --only or --host");
        }
    }

    private void check() {
        require(port == null || (port >= 1 && port <= 65_535), "--port is 1 to 65535");
        require(stream == null || stream >= 0, "--stream: connections are numbered from 0");
        require(ladder == null || ladder >= 0, "--ladder: connections are numbered from 0");
        require(hasWords(only) && hasWords(failOn), "--only and --fail-on need an ending");
        require(svg == null || ladder != null, "--svg writes a ladder; say which, with --ladder N");
        boolean alone =
                !json
                        && html == null
                        && plot == null
                        && stream == null
                        && host == null
                        && port == null
                        && only == null
                        && failOn == null;
        require(
                ladder == null || (alone && isOneFile()),
                "--ladder N draws one connection of one capture, and tells nothing more; it goes"
                        + " with --svg only");
        require(
                plot == null || (stream != null && isOneFile()),
                "--plot draws one connection of one capture; say which, with --stream N");
        require(
                html == null || isOneFile(),
                "--html shows one capture from a file; save a pipe's capture first");
    }

    /** A list of commas alone has no words. */
    private static boolean hasWords(List<String> words) {
        return words == null || !words.isEmpty();
    }

    private static List<String> words(List<String> given) {
        return given == null ? List.of() : given;
    }

    private boolean isOneFile() {
        return files.size() == 1 && !files.get(0).equals(Explanation.PIPE);
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), what);
        }
    }

    private static Ladder ladderOf(String file, int number, int most) throws IOException {
        try (CaptureReader reader = CaptureReader.open(Path.of(file))) {
            return CapturedLadder.of(reader, number, most);
        }
    }

    private void draw(String file) throws IOException {
        Ladder drawn = ladderOf(file, ladder, MOST_RUNGS);
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
}
