package io.finwait.examples.explain;

import io.finwait.picture.HtmlPage;
import io.finwait.picture.Ladder;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CapturedLadder;
import io.finwait.trace.explain.ConnectionStory;
import io.finwait.trace.explain.Reason;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The connections of a capture as one page of HTML. */
public final class ExplainPage {

    /** A browser has to hold them all. */
    private static final int MOST_CONNECTIONS = 500;

    private static final int MOST_SEGMENTS = 20_000;

    private final Path capture;
    private final List<ConnectionStory> stories = new ArrayList<>();
    private int left;

    /** An empty page for a capture, which is read once more for it. */
    public ExplainPage(Path capture) {
        this.capture = capture;
    }

    /** Takes a connection; those beyond the first 500 are counted only. */
    public void add(ConnectionStory story) {
        if (stories.size() < MOST_CONNECTIONS) {
            stories.add(story);
        } else {
            left++;
        }
    }

    /** How many connections did not come onto the page. */
    public int left() {
        return left;
    }

    /** The page. */
    public String render() throws IOException {
        BitSet streams = new BitSet();
        stories.forEach(story -> streams.set(story.stream()));
        Map<Integer, Ladder> ladders;
        try (CaptureReader reader = CaptureReader.open(capture)) {
            ladders = CapturedLadder.several(reader, streams, MOST_SEGMENTS);
        }
        HtmlPage page = new HtmlPage(capture.getFileName().toString());
        for (ConnectionStory story : stories) {
            Ladder ladder = ladders.get(story.stream());
            ladder.title(
                    story.stream()
                            + "  "
                            + story.opener().address()
                            + " > "
                            + story.other().address());
            page.add(ladder, words(story));
        }
        return page.render();
    }

    private static List<HtmlPage.Words> words(ConnectionStory story) {
        List<HtmlPage.Words> words = new ArrayList<>();
        words.add(new HtmlPage.Words("verdict", story.verdict()));
        words.add(new HtmlPage.Words("Zeek", story.connState() + " " + story.history()));
        String heading = "cause";
        for (Reason reason : story.reasons()) {
            String numbers =
                    reason.packets().stream()
                            .map(each -> "#" + each)
                            .collect(Collectors.joining(", ", " (", ")"));
            words.add(
                    new HtmlPage.Words(
                            heading,
                            reason.cause().words()
                                    + ": "
                                    + reason.evidence()
                                    + (reason.packets().isEmpty() ? "" : numbers)));
            heading = "or";
        }
        story.seenBy().forEach(each -> words.add(new HtmlPage.Words("seen", each)));
        if (!story.timeWait().isEmpty()) {
            words.add(new HtmlPage.Words("then", story.timeWait()));
        }
        story.remarks().forEach(each -> words.add(new HtmlPage.Words("also", each)));
        return words;
    }
}
