package io.finwait.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.examples.stage.Settings.Place;
import io.finwait.picture.Ladder;
import io.finwait.trace.End;
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
        Comparison comparison = new Comparison("close");
        comparison.played(
                Place.SIM, List.of(ladder(0, "read(): error \"Connection reset by peer\"")));
        comparison.played(Place.KERNEL, List.of(ladder(700 * MS, "read(): end-of-stream")));
        comparison.skipped(Place.TUN, "it needs luck");
        String text = comparison.text();
        assertThat(text)
                .startsWith("tun: skipped: it needs luck\n")
                .containsPattern("\n    -> FIN, ACK +1 ms +1 ms\n")
                .containsPattern(
                        "\n\\*   read\\(\\): error \"Connection reset by peer\" +2 ms +-\n")
                .containsPattern("\n\\*   read\\(\\): end-of-stream +- +2 ms\n")
                .contains("Linux reports end-of-stream\nfirst");
        assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    }

    /** Without root the kernel's two ends are seen by their states and calls alone. */
    @Test
    void packetsThatNobodySeesAreNoDifference() {
        Ladder loopback = new Ladder("client", "server").title("A scene");
        loopback.note(0, End.A, "connect()");
        loopback.note(2 * MS, End.B, "close()");
        Comparison comparison = new Comparison("close");
        comparison.played(Place.SIM, List.of(ladder(0, "close()")));
        comparison.played(Place.KERNEL, List.of(loopback));
        assertThat(comparison.text())
                .contains("their packets are not seen")
                .doesNotContain("No reason is known", "delays some ACKs");
    }

    @Test
    void whatAPlaceDidNotComeToIsNoDifference() {
        Ladder begun = new Ladder("client", "server").title("A scene");
        begun.note(0, End.A, "connect()");
        SegmentLabel fin = SegmentLabel.of(0x11, 1, 1, 0);
        begun.sent(MS, End.A, fin).arrives(MS);
        Comparison comparison = new Comparison("close");
        comparison.played(Place.SIM, List.of(ladder(0, "shutdown(output)")));
        comparison.played(Place.KERNEL, List.of(begun));
        comparison.stopped(Place.KERNEL, "nobody can lose a packet");
        assertThat(comparison.text())
                .startsWith("kernel: in part: nobody can lose a packet\n")
                .contains("The story stopped here in the place that is named above.")
                .doesNotContain("closeGracefully", "No reason is known");
    }

    @Test
    void onePlaceAloneIsNotTheSameEverywhere() {
        Comparison comparison = new Comparison("close");
        comparison.played(Place.SIM, List.of(ladder(0, "close()")));
        assertThat(comparison.text())
                .contains("nothing to compare")
                .doesNotContain("The same everywhere");
    }

    /** What concerns Linux alone is no reason between places without it. */
    @Test
    void reasonsAreThoseOfThePlacesThatDiffer() {
        Comparison comparison = new Comparison("close");
        comparison.played(Place.SIM, List.of(ladder(0, "read(): 5 octets")));
        comparison.played(Place.UDP, List.of(ladder(0, "read(): 3 octets")));
        assertThat(comparison.text()).contains("in pieces of any length").doesNotContain("Linux");
    }

    @Test
    void fivePlacesFitInto80Columns() {
        Comparison comparison = new Comparison("close");
        for (Place place : List.of(Place.SIM, Place.UDP, Place.UNIX, Place.TUN, Place.KERNEL)) {
            String call = "read(): error \"Connection reset by peer\"";
            comparison.played(place, List.of(ladder(0, call)));
        }
        assertThat(comparison.text().lines()).allMatch(line -> line.length() <= 80);
        assertThat(comparison.text())
                .containsPattern("reset by peer\"\n +2 ms +2 ms +2 ms +2 ms +2 ms\n");
    }

    @Test
    void whereNothingDiffersItSaysSo() {
        Comparison comparison = new Comparison("close");
        comparison.played(Place.SIM, List.of(ladder(0, "close()")));
        comparison.played(Place.UDP, List.of(ladder(5 * MS, "close()")));
        assertThat(comparison.text())
                .contains("The same everywhere, but for the time it took.")
                .doesNotContain("*");
    }
}
