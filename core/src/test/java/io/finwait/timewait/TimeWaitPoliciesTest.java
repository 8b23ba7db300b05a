package io.finwait.timewait;

import static io.finwait.timewait.TimeWaitFixture.ACK;
import static io.finwait.timewait.TimeWaitFixture.FIN;
import static io.finwait.timewait.TimeWaitFixture.RCV_NXT;
import static io.finwait.timewait.TimeWaitFixture.REMOTE;
import static io.finwait.timewait.TimeWaitFixture.SECOND;
import static io.finwait.timewait.TimeWaitFixture.SND_NXT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.timewait.TimeWaitPolicy.Overflow;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** How long, how many, and who goes when there is no room (D18). */
class TimeWaitPoliciesTest {

    private static final IpAddress OTHER = IpAddress.parse("192.0.2.99");

    private static TimeWaitFixture cappedAt(int entries, Overflow overflow) {
        return new TimeWaitFixture(TimeWaitPolicy.defaults().withMaxEntries(entries, overflow));
    }

    @Test
    void d18_f07_refuse_new_turns_the_newcomer_away() {
        TimeWaitFixture f = cappedAt(2, Overflow.REFUSE_NEW);
        assertThat(f.enter(REMOTE, 1)).isTrue();
        assertThat(f.enter(REMOTE, 2)).isTrue();
        assertThat(f.enter(REMOTE, 3)).isFalse();
        assertThat(f.contains(REMOTE, 1)).isTrue();
        assertThat(f.contains(REMOTE, 3)).isFalse();
        assertThat(f.table.counters().refused()).isEqualTo(1);
    }

    @Test
    void the_same_tuple_is_no_newcomer() {
        TimeWaitFixture f = cappedAt(1, Overflow.REFUSE_NEW);
        assertThat(f.enter(REMOTE, 1)).isTrue();
        assertThat(f.enter(REMOTE, 1)).isTrue();
        assertThat(f.endings).containsExactly(TimeWaitEnding.REMOVED);
    }

    @Test
    void an_entry_whose_tuple_a_newcomer_takes_is_counted_at_once() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults();
        f.enter(REMOTE, 1);
        f.enter(REMOTE, 2);
        f.table.size();
        f.enter(REMOTE, 1);
        assertThat(f.table.counters().removed()).isEqualTo(1);
        assertThat(f.endings).containsExactly(TimeWaitEnding.REMOVED);
    }

    @Test
    void newcomers_turned_away_leave_nothing_behind() {
        TimeWaitFixture f = cappedAt(1, Overflow.REFUSE_NEW);
        f.enter(REMOTE, 1);
        long octets = f.table.octets();
        for (int local = 1; local <= 1000; local++) {
            boolean taken =
                    f.table.enter(
                            FourTuple.of(0, local, 0, 1, 443, 1),
                            SND_NXT,
                            RCV_NXT,
                            0,
                            0,
                            false,
                            0,
                            0,
                            f.now);
            assertThat(taken).isFalse();
        }
        assertThat(f.table.octets()).isEqualTo(octets);
    }

    @Test
    void d18_f07_evict_oldest_lets_the_one_nearest_to_its_end_go() {
        TimeWaitFixture f = cappedAt(2, Overflow.EVICT_OLDEST);
        f.enter(REMOTE, 1);
        f.at(SECOND);
        f.enter(REMOTE, 2);
        f.at(2 * SECOND);
        assertThat(f.enter(REMOTE, 3)).isTrue();
        assertThat(f.contains(REMOTE, 1)).isFalse();
        assertThat(f.contains(REMOTE, 2)).isTrue();
        assertThat(f.endings).containsExactly(TimeWaitEnding.EVICTED);
    }

    @Test
    void d18_shorten_first_keeps_everybody_for_the_shortest_stay() {
        TimeWaitFixture f = cappedAt(1, Overflow.SHORTEN_FIRST);
        f.enter(REMOTE, 1);
        f.at(3 * SECOND - 1);
        assertThat(f.enter(REMOTE, 2)).isFalse();
        f.at(3 * SECOND);
        assertThat(f.enter(REMOTE, 2)).isTrue();
        assertThat(f.contains(REMOTE, 1)).isFalse();
    }

    @Test
    void d18_fair_per_remote_takes_from_the_host_that_has_most() {
        TimeWaitFixture f = cappedAt(10, Overflow.FAIR_PER_REMOTE);
        f.enter(OTHER, 1);
        f.enter(OTHER, 2);
        for (int port = 1; port <= 8; port++) {
            f.enter(REMOTE, port);
        }
        assertThat(f.enter(REMOTE, 9)).as("pays with an entry of its own").isTrue();
        assertThat(f.enter(OTHER, 3)).isTrue();
        assertThat(f.contains(OTHER, 1)).isTrue();
        assertThat(f.contains(OTHER, 2)).isTrue();
        assertThat(f.table.size()).isEqualTo(10);
    }

    @Test
    void fair_per_remote_leaves_a_greedy_host_with_its_share() {
        TimeWaitFixture f = cappedAt(1000, Overflow.FAIR_PER_REMOTE);
        int port = 1;
        for (int i = 0; i < 10_000; i++) {
            f.enter(REMOTE, port++);
            f.enter(IpAddress.v4(0x0A01_0000 + i % 9), port++);
        }
        int[] greedy = new int[1];
        TimeWaitFilter its =
                TimeWaitFilter.ALL.withRemotes((h, l) -> h == REMOTE.high() && l == REMOTE.low());
        f.table.list(0, 1000, its, 0, entry -> greedy[0]++);
        assertThat(greedy[0]).as("entries of the greedy host, one of ten").isBetween(60, 180);
        assertThat(f.table.size()).isEqualTo(1000);
    }

    /** A host has as many IPv6 addresses as it likes, all of one /64. */
    @Test
    void d18_fair_per_remote_takes_a_64_for_one_host() {
        TimeWaitFixture f = cappedAt(100, Overflow.FAIR_PER_REMOTE);
        IpAddress honest = IpAddress.parse("2001:db8:0:1::1");
        IpAddress neighbour = IpAddress.parse("2001:db8:0:2::1");
        for (int port = 1; port <= 10; port++) {
            f.enter(honest, port);
            f.enter(neighbour, port);
        }
        for (int i = 1; i <= 10_000; i++) {
            f.enter(new IpAddress(0x20010DB8_00010000L, i), 1 + i % 60_000);
        }
        assertThat(f.table.size()).isEqualTo(100);
        for (int port = 1; port <= 10; port++) {
            assertThat(f.contains(honest, port)).as("port %d", port).isTrue();
            assertThat(f.contains(neighbour, port)).as("port %d", port).isTrue();
        }
    }

    @Test
    void octets_are_capped_as_well() {
        long room = 2 * TimeWaitTable.IPV4_OCTETS;
        TimeWaitFixture f =
                new TimeWaitFixture(
                        TimeWaitPolicy.defaults().withMaxOctets(room, Overflow.EVICT_OLDEST));
        f.enter(REMOTE, 1);
        f.enter(REMOTE, 2);
        f.enter(IpAddress.parse("2001:db8::7"), 3);
        assertThat(f.table.size()).as("an IPv6 entry takes the room of two").isEqualTo(1);
    }

    @Test
    void path_classes_have_their_own_2msl() {
        TimeWaitFixture f =
                new TimeWaitFixture(
                        TimeWaitPolicy.defaults()
                                .withPathClass(
                                        "site",
                                        AddressPredicate.within(IpAddress.parse("192.0.2.0"), 24),
                                        Duration.ofSeconds(10))
                                .withPathClass(
                                        "loopback",
                                        AddressPredicate.LOOPBACK,
                                        TimeWaitPolicy.SHORTEST_2MSL));
        f.enter(IpAddress.parse("198.51.100.1"), 1);
        f.enter(REMOTE, 2);
        f.enter(IpAddress.parse("127.0.0.1"), 3);
        assertThat(f.table.nextDeadlineNs()).isEqualTo(3 * SECOND);
        assertThat(f.at(3 * SECOND)).isEqualTo(1);
        assertThat(f.table.nextDeadlineNs()).isEqualTo(10 * SECOND);
        assertThat(f.at(10 * SECOND)).isEqualTo(1);
        assertThat(f.table.nextDeadlineNs()).isEqualTo(60 * SECOND);
    }

    @Test
    void expiry_is_bounded_and_in_order() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults();
        for (int port = 1; port <= 100; port++) {
            f.at(port);
            f.enter(REMOTE, port);
        }
        long late = 200 * SECOND;
        assertThat(f.table.expire(late, 30)).isEqualTo(30);
        assertThat(f.contains(REMOTE, 30)).isFalse();
        assertThat(f.contains(REMOTE, 31)).isTrue();
        assertThat(f.table.expire(late, 100)).isEqualTo(70);
    }

    @Test
    void after_a_sleep_of_days_nothing_is_left_and_the_table_works() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults();
        f.enter(REMOTE, 1);
        f.now = 10L * 86_400 * SECOND;
        f.enter(REMOTE, 2);
        assertThat(f.endings).containsExactly(TimeWaitEnding.EXPIRED);
        assertThat(f.table.nextDeadlineNs()).isEqualTo(f.now + 60 * SECOND);
    }

    @Test
    void a_full_table_still_answers() {
        TimeWaitFixture f = cappedAt(1, Overflow.REFUSE_NEW).entered();
        assertThat(f.enter(OTHER, 1)).isFalse();
        assertThat(f.segment(FIN | ACK, RCV_NXT - 1, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
    }

    @Test
    void a_wrong_policy_says_what_to_choose() {
        assertThatThrownBy(() -> TimeWaitPolicy.defaults().withTwoMsl(Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose 3 to 240 seconds");
        assertThatThrownBy(() -> TimeWaitPolicy.defaults().withMaxEntries(-1, Overflow.REFUSE_NEW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxEntries");
    }
}
