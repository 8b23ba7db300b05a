package io.finwait.examples.command;

import io.finwait.examples.explain.ExplainFilter;
import io.finwait.examples.explain.ExplainJson;
import io.finwait.examples.explain.ExplainPage;
import io.finwait.examples.explain.ExplainText;
import io.finwait.examples.explain.LiveInput;
import io.finwait.trace.capture.BrokenCaptureException;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CaptureExplainer;
import io.finwait.trace.explain.ConnectionStory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One capture, read and told: to standard output as text or JSON, and onto a page. */
final class Explanation {

    static final String PIPE = "-";

    private static final int MEGABYTE = 1_000_000;

    /** What fills the pipe has been told to end as well, and writes its last packets first. */
    private static final long GRACE_MS = 300;

    private static final long LONGEST_END_MS = 5_000;

    private final String file;
    private final ExplainFilter filter;
    private final ExplainFilter failing;
    private final boolean json;
    private final boolean whole;
    private final ExplainPage page;
    private final CaptureExplainer explainer = new CaptureExplainer();
    private final BitSet told = new BitSet();
    private boolean found;
    private long shown;

    /**
     * An explanation of a capture.
     *
     * @param failing what to look out for, or null
     * @param json objects in place of text
     * @param whole also the stories of connections that ended in order
     * @param page where connections go too, or null
     */
    Explanation(
            String file,
            ExplainFilter filter,
            ExplainFilter failing,
            boolean json,
            boolean whole,
            ExplainPage page) {
        this.file = file;
        this.filter = filter;
        this.failing = failing;
        this.json = json;
        this.whole = whole;
        this.page = page;
    }

    /** True when a connection was one of those to look out for. */
    boolean hasFound() {
        return found;
    }

    /** Reads and tells; an exception says why it could not be read to its end. */
    void tell() throws IOException {
        if (!file.equals(PIPE)) {
            tellRest(read());
            return;
        }
        LiveInput pipe = new LiveInput(System.in);
        CountDownLatch finished = new CountDownLatch(1);
        Thread atCtrlC = new Thread(() -> end(pipe, finished), "finwait-ctrl-c");
        Runtime.getRuntime().addShutdownHook(atCtrlC);
        try {
            tellRest(live(pipe));
        } finally {
            finished.countDown();
            if (!pipe.wasStopped()) {
                Runtime.getRuntime().removeShutdownHook(atCtrlC);
            }
        }
    }

    /** At Ctrl-C: what has not ended is told as well, before the JVM does. */
    private static void end(LiveInput pipe, CountDownLatch finished) {
        try {
            if (!finished.await(GRACE_MS, TimeUnit.MILLISECONDS)) {
                pipe.stop();
                finished.await(LONGEST_END_MS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellRest(BrokenCaptureException broken) throws IOException {
        for (int i = told.nextClearBit(0);
                i < explainer.connections();
                i = told.nextClearBit(i + 1)) {
            tell(explainer.story(i));
        }
        Console.out().flush();
        tellWhatWasNotRead();
        if (broken != null) {
            throw broken;
        }
        if (filter.stream() >= explainer.connections()) {
            throw new IOException(
                    "there is no connection "
                            + filter.stream()
                            + "; they are numbered from 0, and there are "
                            + explainer.connections());
        }
    }

    private BrokenCaptureException read() throws IOException {
        Path path = Path.of(file);
        long size = Files.size(path);
        try (CaptureReader reader = CaptureReader.open(path)) {
            explainer.read(reader, octets -> progress(octets, size));
        } finally {
            Console.progress("");
        }
        return explainer.broken();
    }

    /** Tells of each connection as soon as it has ended. */
    private BrokenCaptureException live(LiveInput pipe) throws IOException {
        try (CaptureReader reader = CaptureReader.open(pipe)) {
            follow(reader);
            return null;
        } catch (BrokenCaptureException e) {
            return pipe.wasStopped() ? null : e;
        }
    }

    private void follow(CaptureReader reader) throws IOException {
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
        found |= failing != null && failing.takes(story);
        if (!filter.takes(story)) {
            return;
        }
        shown++;
        if (page != null) {
            page.add(story);
        }
        if (json) {
            Console.out().println(ExplainJson.line(file, story));
            return;
        }
        Console.out().println(ExplainText.line(story));
        if (!story.ending().isInOrder() || whole) {
            Console.out().print(ExplainText.story(story));
        }
    }

    private void tellWhatWasNotRead() {
        say(explainer.cut(), "packets not looked into: the capture holds less than their headers");
        say(
                explainer.fragments(),
                "packets not looked into: fragments of IP packets without the first");
        say(explainer.unknownLinkTypes(), "packets not looked into: their link type is not known");
        if (explainer.connections() == 0) {
            say("no TCP connection in " + explainer.packets() + " packets");
        } else if (shown == 0) {
            say("none of its connections is one of those asked for: " + explainer.connections());
        }
    }

    private void say(long count, String what) {
        if (count > 0) {
            say(count + " " + what);
        }
    }

    private void say(String what) {
        System.err.println("'" + file + "': " + what);
    }

    private static void progress(long octets, long size) {
        Console.progress(octets / MEGABYTE + " of " + size / MEGABYTE + " MB read");
    }
}
