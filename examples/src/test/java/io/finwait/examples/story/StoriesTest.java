package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.examples.stage.Glossary;
import io.finwait.picture.LadderEvent;
import io.finwait.tcp.ClosePolicy;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/** What all stories have in common. */
class StoriesTest {

    @Test
    void aStoryIsTheSameEachTime() {
        for (Map.Entry<String, Story> each : Stories.all().entrySet()) {
            if (each.getKey().equals("port-exhaustion")) {
                continue;
            }
            String first = Told.by(each.getValue()).text();
            String second = Told.by(Stories.all().get(each.getKey())).text();
            assertThat(second).as(each.getKey()).isEqualTo(first);
        }
    }

    @Test
    void noLineIsLongerThan80Columns() {
        for (Map.Entry<String, Story> each : Stories.all().entrySet()) {
            if (each.getKey().equals("port-exhaustion")) {
                continue;
            }
            assertThat(Told.by(each.getValue()).text().lines())
                    .as(each.getKey())
                    .allMatch(line -> line.length() <= 80);
        }
    }

    @Test
    void aStoryEndsWithASentenceOfWhatWasSeen() {
        for (Map.Entry<String, Story> each : Stories.all().entrySet()) {
            if (each.getKey().equals("port-exhaustion")) {
                continue;
            }
            String text = Told.by(each.getValue()).text();
            String last = text.substring(text.lastIndexOf("\nSeen: "));
            assertThat(last.strip()).as(each.getKey()).endsWith(".");
        }
    }

    /**
     * Half-open is something else: only one end still knows of the connection (RFC 9293 §3.5.1).
     */
    @Test
    void halfClosedIsNotCalledHalfOpen() {
        String text = Told.by(new HalfClose()).text().replaceAll("\\s+", " ");
        assertThat(text).contains("stays half-closed").doesNotContain("half open", "half-open");
    }

    /**
     * FIN_WAIT_2 has a timer as soon as nobody can read any more; the story orphan shows it run
     * out.
     */
    @Test
    void theTimerThatHelpsAfterCloseIsNamed() {
        String text = Told.by(new HalfClose()).text().replaceAll("\\s+", " ");
        assertThat(text)
                .contains("no timer ends CLOSE_WAIT")
                .contains("after close() nobody can, and a timer ends it (60 s")
                .doesNotContain("no timer helps");
        assertThat(ClosePolicy.DEFAULT.finWait2TimeoutNs()).isEqualTo(60_000_000_000L);
    }

    /** A reader who knows no TCP meets no state and no flag before it is explained. */
    @Test
    void wordsAreExplainedBeforeTheyAreUsed() {
        for (Map.Entry<String, Story> each : Stories.all().entrySet()) {
            if (each.getKey().equals("port-exhaustion")) {
                continue;
            }
            String text = Told.by(each.getValue()).text();
            for (String word : Glossary.wordsOfProse(text)) {
                int explained = text.indexOf("\n  " + word + " ");
                assertThat(explained).as("%s in %s", word, each.getKey()).isPositive();
                String before = text.substring(0, explained);
                List<String> others =
                        before.lines().filter(line -> !line.startsWith("  ")).toList();
                assertThat(Glossary.wordsOfProse(String.join("\n", others)))
                        .as("%s, before %s is explained", each.getKey(), word)
                        .doesNotContain(word);
            }
        }
    }

    @Test
    void portsRunOutAsTheyMust() {
        String text = Told.by(new PortExhaustion()).text();
        assertThat(text)
                .contains("as it is                       60 s   1000    20.00 s     5000")
                .contains("half the wait                  30 s   1000    20.00 s    10000")
                .contains("reuse, safe by timestamps      60 s   1000      never    15000        0")
                .contains(
                        "the server closes first        60 s   1000      never    15000        0");
        assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void everyLadderHasATitleAndPackets() {
        for (Map.Entry<String, Story> each : Stories.all().entrySet()) {
            if (each.getKey().equals("port-exhaustion")) {
                continue;
            }
            Told.by(each.getValue())
                    .ladders()
                    .forEach(
                            ladder -> {
                                assertThat(ladder.title()).isNotBlank();
                                assertThat(ladder.events())
                                        .hasAtLeastOneElementOfType(LadderEvent.StateChange.class);
                            });
        }
    }
}
