package io.finwait.examples.command;

import io.finwait.examples.explain.ExplainText;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CaptureExplainer;
import io.finwait.trace.explain.ConnectionStory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code finwait explain}. */
@Command(
        name = "explain",
        description = "Tells from captures who closed each connection, how it ended, and why.",
        footer = {
            "",
            "Reads pcap and pcapng, also compressed with gzip. With - it reads a pipe:",
            "  tcpdump -w - | finwait explain -"
        })
final class ExplainCommand implements Callable<Integer> {

    private static final int MEGABYTE = 1_000_000;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "A capture, or - for a pipe.")
    private List<String> files;

    @Override
    public Integer call() throws IOException {
        for (String file : files) {
            explain(file);
        }
        return 0;
    }

    private static void explain(String file) throws IOException {
        CaptureExplainer explainer = new CaptureExplainer();
        long size = file.equals("-") ? 0 : Files.size(Path.of(file));
        try (CaptureReader reader =
                file.equals("-")
                        ? CaptureReader.open(System.in)
                        : CaptureReader.open(Path.of(file))) {
            explainer.read(reader, octets -> progress(octets, size));
        }
        Console.progress("");
        for (int i = 0; i < explainer.connections(); i++) {
            ConnectionStory story = explainer.story(i);
            Console.out().println(ExplainText.line(story));
            if (!story.ending().isInOrder()) {
                Console.out().print(ExplainText.story(story));
            }
        }
        if (explainer.broken() != null) {
            throw new IOException(file + ": " + explainer.broken().getMessage());
        }
    }

    private static void progress(long octets, long size) {
        Console.progress(
                octets / MEGABYTE + (size > 0 ? " of " + size / MEGABYTE : "") + " MB read");
    }
}
