package io.finwait.timewait;

import static io.finwait.timewait.TimeWaitFixture.ACK;
import static io.finwait.timewait.TimeWaitFixture.FIN;
import static io.finwait.timewait.TimeWaitFixture.MS;
import static io.finwait.timewait.TimeWaitFixture.RCV_NXT;
import static io.finwait.timewait.TimeWaitFixture.REMOTE;
import static io.finwait.timewait.TimeWaitFixture.REMOTE_PORT;
import static io.finwait.timewait.TimeWaitFixture.RST;
import static io.finwait.timewait.TimeWaitFixture.SECOND;
import static io.finwait.timewait.TimeWaitFixture.SND_NXT;
import static io.finwait.timewait.TimeWaitFixture.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.timewait.TimeWaitPolicy.Rst;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** What TIME-WAIT says to each kind of segment; names carry the requirement. */
class TimeWaitRulesTest {

    @Test
    void d01_stays_exactly_2msl() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        assertThat(f.table.nextDeadlineNs()).isEqualTo(60 * SECOND);
        assertThat(f.at(60 * SECOND - 1)).isZero();
        assertThat(f.table.size()).isEqualTo(1);
        assertThat(f.at(60 * SECOND)).isEqualTo(1);
        assertThat(f.table.size()).isZero();
        assertThat(f.endings).containsExactly(TimeWaitEnding.EXPIRED);
        assertThat(f.segment(ACK, RCV_NXT, 0, SND_NXT)).isEqualTo(TimeWaitVerdict.NOT_FOUND);
    }

    @Test
    void d01_as_exactly_when_nobody_has_looked_for_a_long_time() {
        // As deadlines are kept modulo 37 minutes, and the last look is half of that ago.
        for (long minute = 1; minute <= 100; minute++) {
            TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
            f.now = minute * 60 * SECOND;
            assertThat(f.enter(REMOTE, REMOTE_PORT + 1)).isTrue();
            int old = f.at(f.now + 60 * SECOND - 1);
            assertThat(f.contains(REMOTE, REMOTE_PORT + 1)).as("minute %d", minute).isTrue();
            assertThat(old + f.at(f.now + 1)).as("minute %d", minute).isLessThanOrEqualTo(2);
            assertThat(f.table.size()).as("minute %d", minute).isZero();
        }
    }

    @Test
    void t01_a_retransmitted_fin_is_acknowledged_and_restarts_2msl() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        f.at(59 * SECOND);
        assertThat(f.segment(FIN | ACK, RCV_NXT - 1, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.table.entry().sndNxt()).isEqualTo(SND_NXT);
        assertThat(f.table.entry().rcvNxt()).isEqualTo(RCV_NXT);
        assertThat(f.table.entry().window()).isEqualTo(32_768);
        assertThat(f.at(119 * SECOND - 1)).isZero();
        assertThat(f.at(119 * SECOND)).isEqualTo(1);
    }

    @Test
    void t01_a_fin_with_text_restarts_as_well() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        f.at(SECOND);
        assertThat(f.segment(FIN | ACK, RCV_NXT - 101, 101, SND_NXT))
                .isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.table.nextDeadlineNs()).isEqualTo(61 * SECOND);
    }

    @Test
    void t20_restarts_are_capped_at_8_times_2msl() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        for (long second = 50; second < 480; second += 50) {
            assertThat(f.at(second * SECOND)).isZero();
            assertThat(f.segment(FIN | ACK, RCV_NXT - 1, 1, SND_NXT))
                    .isEqualTo(TimeWaitVerdict.ACK);
        }
        assertThat(f.table.nextDeadlineNs()).isEqualTo(480 * SECOND);
        assertThat(f.at(480 * SECOND - 1)).isZero();
        assertThat(f.at(480 * SECOND)).isEqualTo(1);
    }

    @Test
    void d04_nothing_but_the_retransmitted_fin_restarts() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        f.at(10 * SECOND);
        f.segment(ACK, RCV_NXT, 0, SND_NXT);
        f.segment(ACK, RCV_NXT - 10, 0, SND_NXT);
        f.segment(ACK, RCV_NXT, 10, SND_NXT);
        f.segment(ACK | FIN, RCV_NXT, 1, SND_NXT);
        f.segment(ACK | FIN, RCV_NXT - 2, 1, SND_NXT);
        f.segment(FIN, RCV_NXT - 1, 1, SND_NXT);
        f.segment(SYN, RCV_NXT - 20, 1, 0);
        f.segment(RST, RCV_NXT, 0, 0);
        assertThat(f.table.nextDeadlineNs()).isEqualTo(60 * SECOND);
        assertThat(f.table.counters().restarted()).isZero();
    }

    @Test
    void t02_d05_a_pure_ack_in_place_is_met_with_silence() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        assertThat(f.segment(ACK, RCV_NXT, 0, SND_NXT)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(ACK, RCV_NXT, 0, SND_NXT - 5)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.table.counters().challenged()).isZero();
    }

    @Test
    void d06_answers_without_text_come_once_in_500_ms_and_those_to_text_always() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        assertThat(f.segment(ACK, RCV_NXT + 1, 0, SND_NXT))
                .isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.segment(ACK, RCV_NXT - 1, 0, SND_NXT)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(ACK, RCV_NXT, 0, SND_NXT + 1)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(ACK, RCV_NXT - 5, 5, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.segment(ACK, RCV_NXT, 5, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.segment(ACK | FIN, RCV_NXT + 9, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        f.at(499 * MS);
        assertThat(f.segment(ACK, RCV_NXT, 0, SND_NXT + 1)).isEqualTo(TimeWaitVerdict.DROP);
        f.at(500 * MS);
        assertThat(f.segment(ACK, RCV_NXT, 0, SND_NXT + 1))
                .isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.table.counters().suppressed()).isEqualTo(3);
    }

    @Test
    void d07_without_ack_and_syn_it_is_dropped() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        assertThat(f.segment(0, RCV_NXT, 10, 0)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(FIN, RCV_NXT - 1, 1, 0)).isEqualTo(TimeWaitVerdict.DROP);
    }

    @Test
    void t04_c15_a_rst_is_ignored_and_counted() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        assertThat(f.segment(RST, RCV_NXT, 0, 0)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(RST | ACK, RCV_NXT + 5, 0, SND_NXT)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(RST, RCV_NXT - 1, 0, 0)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.table.size()).isEqualTo(1);
        assertThat(f.table.counters().assassinationsBlocked()).isEqualTo(2);
    }

    @Test
    void t04_by_policy_a_rst_that_matches_exactly_ends_it() {
        TimeWaitFixture f =
                new TimeWaitFixture(TimeWaitPolicy.defaults().withRst(Rst.EXACT_MATCH)).entered();
        assertThat(f.segment(RST, RCV_NXT - 1, 0, 0)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(RST, RCV_NXT + 1, 0, 0)).isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.segment(RST, RCV_NXT, 0, 0)).isEqualTo(TimeWaitVerdict.CLOSED);
        assertThat(f.endings).containsExactly(TimeWaitEnding.RESET);
        assertThat(f.table.size()).isZero();
    }

    @Test
    void t25_a_rst_is_not_checked_against_paws() {
        TimeWaitFixture f =
                new TimeWaitFixture(TimeWaitPolicy.defaults().withRst(Rst.EXACT_MATCH))
                        .entered(true, 500);
        assertThat(f.segment(RST, RCV_NXT, 0, 0, 499)).isEqualTo(TimeWaitVerdict.CLOSED);
    }

    @Test
    void t25_what_fails_paws_is_answered_when_it_carries_text_and_never_restarts() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered(true, 500);
        f.at(SECOND);
        assertThat(f.segment(ACK, RCV_NXT - 9, 0, SND_NXT, 499)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(FIN | ACK, RCV_NXT - 1, 1, SND_NXT, 499))
                .isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.table.nextDeadlineNs()).isEqualTo(60 * SECOND);
        assertThat(f.segment(FIN | ACK, RCV_NXT - 1, 1, SND_NXT, 600))
                .isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.table.entry().tsRecent()).isEqualTo(600);
        assertThat(f.table.nextDeadlineNs()).isEqualTo(61 * SECOND);
    }

    @Test
    void c30_without_the_negotiated_option_a_segment_is_dropped() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered(true, 500);
        assertThat(f.segment(FIN | ACK, RCV_NXT - 1, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.DROP);
    }

    @Test
    void d08_without_timestamps_a_syn_must_lie_beyond_rcv_nxt() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        assertThat(f.segment(SYN, RCV_NXT, 1, 0)).isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0)).isEqualTo(TimeWaitVerdict.REOPEN);
        // Timestamps enabled for the new incarnation tell it from the old one.
        assertThat(f.segment(SYN, RCV_NXT - 99, 1, 0, 7)).isEqualTo(TimeWaitVerdict.REOPEN);
        f.listenerTimestamps = false;
        assertThat(f.segment(SYN, RCV_NXT - 99, 1, 0, 7)).isEqualTo(TimeWaitVerdict.DROP);
    }

    @Test
    void d08_d09_d16_with_timestamps_they_decide() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered(true, 500);
        assertThat(f.segment(SYN, RCV_NXT - 99, 1, 0, 501)).isEqualTo(TimeWaitVerdict.REOPEN);
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0, 500)).isEqualTo(TimeWaitVerdict.REOPEN);
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0)).isEqualTo(TimeWaitVerdict.REOPEN);
        assertThat(f.segment(SYN, RCV_NXT, 1, 0, 500)).isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0, 499)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(SYN, RCV_NXT - 1, 1, 0)).isEqualTo(TimeWaitVerdict.DROP);
        f.listenerTimestamps = false;
        assertThat(f.segment(SYN, RCV_NXT - 99, 1, 0, 501)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0, 499)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0, 501)).isEqualTo(TimeWaitVerdict.REOPEN);
    }

    @Test
    void d12_syn_with_ack_rst_or_fin_never_reopens() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        assertThat(f.segment(SYN | ACK, RCV_NXT + 9, 1, SND_NXT))
                .isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.segment(SYN | RST, RCV_NXT + 9, 1, 0)).isEqualTo(TimeWaitVerdict.DROP);
        f.at(SECOND);
        assertThat(f.segment(SYN | FIN, RCV_NXT + 9, 2, 0))
                .isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.table.size()).isEqualTo(1);
    }

    @Test
    void d13_without_a_listener_or_by_policy_a_syn_is_challenged() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        f.listening = false;
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0)).isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        TimeWaitFixture off =
                new TimeWaitFixture(TimeWaitPolicy.defaults().withReopening(false)).entered();
        assertThat(off.segment(SYN, RCV_NXT + 1, 1, 0)).isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
    }

    @Test
    void d10_the_new_incarnation_begins_beyond_the_old_one() {
        assertThat(TimeWaitTable.reopeningIss(SND_NXT + 1, SND_NXT, -1)).isEqualTo(SND_NXT + 1);
        assertThat(TimeWaitTable.reopeningIss(SND_NXT, SND_NXT, 0)).isEqualTo(SND_NXT + 65_537);
        assertThat(TimeWaitTable.reopeningIss(SND_NXT - 9, SND_NXT, -1))
                .isEqualTo(SND_NXT + 65_537 + 65_535);
    }

    @Test
    void d11_a_parked_entry_comes_back_with_its_old_deadline() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        f.at(20 * SECOND);
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0)).isEqualTo(TimeWaitVerdict.REOPEN);
        assertThat(f.park()).isTrue();
        assertThat(f.segment(ACK, RCV_NXT + 2, 0, 77)).isEqualTo(TimeWaitVerdict.PASS);
        assertThat(f.segment(RST, RCV_NXT + 2, 0, 0)).isEqualTo(TimeWaitVerdict.PASS);
        assertThat(f.segment(FIN | ACK, RCV_NXT - 1, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.segment(SYN, RCV_NXT - 1, 1, 0)).isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.returned()).isTrue();
        assertThat(f.table.counters().returned()).isEqualTo(1);
        assertThat(f.segment(ACK, RCV_NXT, 0, SND_NXT)).isEqualTo(TimeWaitVerdict.DROP);
    }

    @Test
    void d11_parking_does_not_stop_the_time() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        f.at(20 * SECOND);
        assertThat(f.park()).isTrue();
        assertThat(f.at(60 * SECOND - 1)).isZero();
        assertThat(f.returned()).isTrue();
        assertThat(f.park()).isTrue();
        assertThat(f.at(60 * SECOND)).isEqualTo(1);
        assertThat(f.returned()).isFalse();
        assertThat(f.established()).isFalse();
        assertThat(f.endings).containsExactly(TimeWaitEnding.EXPIRED);
    }

    @Test
    void an_established_connection_drops_the_parked_entry() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered();
        assertThat(f.established()).isFalse();
        f.park();
        assertThat(f.established()).isTrue();
        assertThat(f.endings).containsExactly(TimeWaitEnding.REOPENED);
        assertThat(f.table.size()).isZero();
    }

    @Test
    void d14_a_connect_may_reuse_with_timestamps_after_a_second() {
        TimeWaitPolicy all =
                TimeWaitPolicy.defaults()
                        .withReuse(TimeWaitPolicy.Reuse.ALL, Duration.ofSeconds(1));
        TimeWaitFixture f = new TimeWaitFixture(all).entered(true, 500);
        f.at(SECOND - 1);
        assertThat(f.reuse(true)).isFalse();
        f.at(SECOND);
        assertThat(f.reuse(false)).isFalse();
        assertThat(f.reuse(true)).isTrue();
        assertThat(f.table.entry().tsRecent()).isEqualTo(500);
        assertThat(f.reuse(true)).as("parked already").isFalse();
        assertThat(f.segment(SYN | ACK, 77, 1, 4)).isEqualTo(TimeWaitVerdict.PASS);
        assertThat(f.established()).isTrue();
        assertThat(f.endings).containsExactly(TimeWaitEnding.REUSED);
    }

    @Test
    void d14_never_without_timestamps_never_far_away_by_default_never_fin_wait_2() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults().entered(true, 500);
        f.at(2 * SECOND);
        assertThat(f.reuse(true)).as("not loopback").isFalse();
        TimeWaitPolicy all =
                TimeWaitPolicy.defaults()
                        .withReuse(TimeWaitPolicy.Reuse.ALL, Duration.ofSeconds(1));
        TimeWaitFixture plain = new TimeWaitFixture(all).entered();
        plain.at(2 * SECOND);
        assertThat(plain.reuse(true)).isFalse();
        TimeWaitFixture orphan = new TimeWaitFixture(all).enteredFinWait2(60 * SECOND, 1000);
        orphan.at(2 * SECOND);
        assertThat(orphan.reuse(true)).isFalse();
    }
}
