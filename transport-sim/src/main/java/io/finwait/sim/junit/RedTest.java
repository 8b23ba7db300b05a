package io.finwait.sim.junit;

import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.MediaType;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** Tells what happened in the network of a test that has failed. */
final class RedTest {

    private static final int MOST_LINES = 60;

    private final SimNet net;
    private final ExtensionContext test;

    RedTest(SimNet net, ExtensionContext test) {
        this.net = net;
        this.test = test;
    }

    void explain(Throwable red) {
        try {
            String story = story();
            red.addSuppressed(new NetworkStory(story));
            test.publishReportEntry(Map.of("seed", Long.toString(net.seed()), "network", story));
            publishFiles(story);
        } catch (RuntimeException | Error e) {
            red.addSuppressed(e);
        }
    }

    private String story() {
        return "seed "
                + net.seed()
                + " (repeat with -Dfinwait.simnet.seed="
                + net.seed()
                + "), at "
                + net.clock().elapsed()
                + "\n\n"
                + net.netstat()
                + "\n"
                + shortened(net.ladder());
    }

    /** The beginning and the end of what is long. */
    private static String shortened(String ladder) {
        List<String> lines = ladder.lines().toList();
        int more = lines.size() - 2 * MOST_LINES;
        return more <= 0
                ? ladder
                : String.join("\n", lines.subList(0, MOST_LINES))
                        + "\n    ... "
                        + more
                        + " lines, all of them in the capture ...\n"
                        + String.join("\n", lines.subList(lines.size() - MOST_LINES, lines.size()));
    }

    private void publishFiles(String story) {
        try {
            test.publishFile(
                    "network.txt",
                    MediaType.TEXT_PLAIN_UTF_8,
                    file -> Files.writeString(file, story));
            test.publishFile(
                    "network.pcapng",
                    MediaType.create("application", "vnd.tcpdump.pcap"),
                    net::capture);
            test.publishFile("network.html", MediaType.create("text", "html"), net::page);
        } catch (LinkageError e) {
            // A JUnit before 5.14, which takes no files: the story is in the entry and the trace.
            test.publishReportEntry("capture", "needs JUnit 5.14 or newer");
        }
    }
}
