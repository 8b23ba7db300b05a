package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finwait.timewait.TimeWaitPolicy.Overflow;
import io.finwait.timewait.TimeWaitPolicy.Reuse;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** What a policy and a filter may say, and whom a prefix takes in. */
class TimeWaitPolicyTest {

    private static void refused(UnaryOperator<TimeWaitPolicy> change, String because) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change.apply(TimeWaitPolicy.defaults()))
                .withMessageContaining(because);
    }

    @Test
    void whatIsOutOfRangeIsRefusedAndItsEdgesAreNot() {
        Duration longest = TimeWaitPolicy.LONGEST_2MSL;
        refused(all -> all.withRestartCap(0), "restartCap 0 is out of range; choose 1 to 8");
        refused(all -> all.withRestartCap(9), "restartCap 9");
        refused(all -> all.withShortest(longest.plusNanos(1)), "shortestNs");
        refused(all -> all.withShortest(Duration.ofNanos(-1)), "shortestNs -1");
        refused(all -> all.withAnswerInterval(longest.plusNanos(1)), "answerIntervalNs");
        refused(all -> all.withAnswerInterval(Duration.ofNanos(-1)), "answerIntervalNs -1");
        TimeWaitPolicy most =
                TimeWaitPolicy.defaults()
                        .withRestartCap(8)
                        .withShortest(longest)
                        .withAnswerInterval(longest);
        assertThat(most.restartCap()).isEqualTo(8);
        assertThat(most.shortestNs()).isEqualTo(longest.toNanos());
        assertThat(most.answerIntervalNs()).isEqualTo(longest.toNanos());
        TimeWaitPolicy least =
                most.withRestartCap(1)
                        .withShortest(Duration.ZERO)
                        .withAnswerInterval(Duration.ZERO);
        assertThat(least.restartCap()).isEqualTo(1);
        assertThat(least.shortestNs()).isZero();
        assertThat(least.answerIntervalNs()).isZero();
    }

    @Test
    void capsAndDelaysHaveEdgesToo() {
        Duration longest = TimeWaitPolicy.LONGEST_2MSL;
        refused(all -> all.withMaxEntries(-1, Overflow.REFUSE_NEW), "maxEntries -1");
        refused(all -> all.withMaxEntries((1 << 26) + 1, Overflow.REFUSE_NEW), "maxEntries");
        refused(all -> all.withMaxOctets(-1, Overflow.REFUSE_NEW), "maxOctets -1");
        refused(all -> all.withReuse(Reuse.ALL, Duration.ofNanos(-1)), "reuseDelayNs -1");
        refused(all -> all.withReuse(Reuse.ALL, longest.plusNanos(1)), "reuseDelayNs");
        TimeWaitPolicy edges =
                TimeWaitPolicy.defaults()
                        .withMaxEntries(1 << 26, Overflow.REFUSE_NEW)
                        .withMaxOctets(0, Overflow.SHORTEN_FIRST)
                        .withReuse(Reuse.OFF, longest);
        assertThat(edges.maxEntries()).isEqualTo(1 << 26);
        assertThat(edges.maxOctets()).isZero();
        assertThat(edges.overflow()).isEqualTo(Overflow.SHORTEN_FIRST);
        assertThat(edges.reuse()).isEqualTo(Reuse.OFF);
        assertThat(edges.reuseDelayNs()).isEqualTo(longest.toNanos());
    }

    @Test
    void thereAreOneToEightPathClassesAndTheLastIsForEverybody() {
        TimeWaitPolicy policy = TimeWaitPolicy.defaults();
        for (int i = 1; i < TimeWaitPolicy.MAX_PATH_CLASSES; i++) {
            policy =
                    policy.withPathClass(
                            "class " + i, AddressPredicate.LOOPBACK, TimeWaitPolicy.LONGEST_2MSL);
        }
        assertThat(policy.pathClasses()).hasSize(8);
        TimeWaitPolicy full = policy;
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                full.withPathClass(
                                        "ninth",
                                        AddressPredicate.LOOPBACK,
                                        TimeWaitPolicy.SHORTEST_2MSL))
                .withMessage("9 path classes; give 1 to 8");
        refused(all -> all.withPathClasses(List.of()), "0 path classes");
        refused(
                all -> all.withPathClasses(full.pathClasses().subList(0, 1)),
                "must hold for AddressPredicate.ANY");
        assertThat(full.withTwoMsl(Duration.ofSeconds(5)).pathClasses())
                .singleElement()
                .satisfies(each -> assertThat(each.twoMslNs()).isEqualTo(5_000_000_000L));
        refused(all -> all.withTwoMsl(TimeWaitPolicy.SHORTEST_2MSL.minusNanos(1)), "3 to 240");
        refused(all -> all.withTwoMsl(TimeWaitPolicy.LONGEST_2MSL.plusNanos(1)), "3 to 240");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536})
    void aFilterTakesPortsOnly(int port) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeWaitFilter.ALL.withLocalPort(port))
                .withMessageContaining("local port " + port);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeWaitFilter.ALL.withRemotePort(port))
                .withMessageContaining("remote port " + port);
        assertThat(TimeWaitFilter.ALL.withRemotePort(65_535).remotePort()).isEqualTo(65_535);
        assertThat(TimeWaitFilter.ALL.withLocalPort(0).localPort()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0, 0, 203.0.113.9, true",
        "10.0.0.0, 0, ::1, false",
        "10.0.0.7, 8, 10.255.255.255, true",
        "10.0.0.7, 8, 11.0.0.0, false",
        "10.0.0.6, 31, 10.0.0.7, true",
        "10.0.0.6, 31, 10.0.0.8, false",
        "10.0.0.6, 32, 10.0.0.6, true",
        "10.0.0.6, 32, 10.0.0.7, false",
        "fd00::, 0, 10.0.0.1, true",
        "fd00::, 8, fdff::1, true",
        "fd00::, 8, fc00::1, false",
        "fd00:0:0:1::, 64, fd00:0:0:1:ffff::, true",
        "fd00:0:0:1::, 64, fd00:0:0:2::, false",
        "fd00:0:0:1::, 65, fd00:0:0:1:7fff::, true",
        "fd00:0:0:1::, 65, fd00:0:0:1:8000::, false",
        "fd00::6, 127, fd00::7, true",
        "fd00::6, 128, fd00::6, true",
        "fd00::6, 128, fd00::7, false",
    })
    void aPrefixTakesInWhoSharesItsBits(String prefix, int length, String who, boolean in) {
        IpAddress asked = IpAddress.parse(who);
        AddressPredicate within = AddressPredicate.within(IpAddress.parse(prefix), length);
        assertThat(within.test(asked.high(), asked.low())).isEqualTo(in);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0, -1", "10.0.0.0, 33", "fd00::, -1", "fd00::, 129"})
    void noPrefixIsLongerThanAnAddress(String prefix, int length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressPredicate.within(IpAddress.parse(prefix), length))
                .withMessageContaining("prefix length " + length + " is out of range");
    }
}
