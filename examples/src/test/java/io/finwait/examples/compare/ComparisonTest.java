package io.finwait.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.examples.stage.Settings.Place;
import io.finwait.trace.End;
import io.finwait.trace.Ladder;
import io.finwait.trace.SegmentLabel;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/** Sequences of moments side by side, and why they differ. */
class ComparisonTest {

    private static final long MS = 1_000_000;

    private static List<Moment> moments(String... whats) {
        return Arrays.stream(whats).map(what -> new Moment(what, MS)).toList();
    }

    @Test
    void whatIsMissingOrMoreHasARowOfItsOwn() {
        Alignment alignment = new Alignment();
        alignment.add(moments("SYN", "SYN, ACK", "ACK", "FIN"));
        alignment.add(moments("SYN", "SYN again", "SYN, ACK", "ACK", "FIN"));
        alignment.add(moments("SYN", "SYN, ACK", "FIN", "RST"));
        assertThat(alignment.rows())
                .extracting(Alignment.Row::what)
                .containsExactly("SYN", "SYN again", "SYN, ACK", "ACK", "FIN", "RST");
        assertThat(alignment.rows())
                .extracting(Alignment.Row::timesNs)
                .containsExactly(
                        List.of(MS, MS, MS),
                        Arrays.asList(null, MS, null),
                        List.of(MS, MS, MS),
                        Arrays.asList(MS, MS, null),
                        List.of(MS, MS, MS),
                        Arrays.asList(null, null, MS));
    }

    private static Ladder ladder(long beginNs, String lastCall) {
        Ladder ladder = new Ladder("client", "server").title("A scene");
        ladder.state(0, End.A, "CLOSED");
        ladder.note(beginNs, End.A, "connect()");
        SegmentLabel fin = SegmentLabel.of(0x11, 1, 1, 0);
        ladder.sent(beginNs + MS, End.A, fin).arrives(beginNs + MS);
        ladder.note(beginNs + 2 * MS, End.B, lastCall);
        return ladder;
    }

    @Test
    void aTableSaysWhenInEachPlaceAndWhyNot() {
        Comparison comparison = new Comparison();
        comparison.played(
                Place.SIM, List.of(ladder(0, "read(): error \"Connection reset by peer\"")));
        comparison.played(Place.KERNEL, List.of(ladder(700 * MS, "read(): end-of-stream")));
        comparison.notPlayed(Place.TUN, "it needs luck");
        String text = comparison.text();
        assertThat(text)
                .startsWith("tun: skipped: it needs luck\n")
                .containsPattern("\n    -> FIN, ACK +1 ms +1 ms\n")
                .containsPattern(
                        "\n\\*   read\\(\\): error \"Connection reset by peer\" +2 ms +-\n")
                .containsPattern("\n\\*   read\\(\\): end-of-stream +- +2 ms\n")
                .contains("Linux says end-of-stream\nfirst");
        assertThat(text.lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void whereNothingDiffersItSaysSo() {
        Comparison comparison = new Comparison();
        comparison.played(Place.SIM, List.of(ladder(0, "close()")));
        comparison.played(Place.UDP, List.of(ladder(5 * MS, "close()")));
        assertThat(comparison.text())
                .contains("The same everywhere, but for the time it took.")
                .doesNotContain("*");
    }
}
