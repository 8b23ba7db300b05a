package io.finwait.timewait;

import static io.finwait.timewait.TimeWaitFixture.ACK;
import static io.finwait.timewait.TimeWaitFixture.FIN;
import static io.finwait.timewait.TimeWaitFixture.RCV_NXT;
import static io.finwait.timewait.TimeWaitFixture.RST;
import static io.finwait.timewait.TimeWaitFixture.SECOND;
import static io.finwait.timewait.TimeWaitFixture.SND_NXT;
import static io.finwait.timewait.TimeWaitFixture.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The orphan in FIN-WAIT-2, held as a small record. */
class FinWait2RecordTest {

    private static TimeWaitFixture orphan() {
        return TimeWaitFixture.withDefaults().enteredFinWait2(10 * SECOND, 1000);
    }

    @Test
    void t21_it_ends_silently_after_its_timeout() {
        TimeWaitFixture f = orphan();
        assertThat(f.at(10 * SECOND - 1)).isZero();
        assertThat(f.at(10 * SECOND)).isEqualTo(1);
        assertThat(f.endings).containsExactly(TimeWaitEnding.EXPIRED);
    }

    @Test
    void the_peers_fin_begins_time_wait() {
        TimeWaitFixture f = orphan();
        f.at(9 * SECOND);
        assertThat(f.segment(FIN | ACK, RCV_NXT, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.table.entry().rcvNxt()).isEqualTo(RCV_NXT + 1);
        assertThat(f.table.entry().isFinWait2()).isFalse();
        assertThat(f.table.nextDeadlineNs()).isEqualTo(69 * SECOND);
        f.at(12 * SECOND);
        assertThat(f.segment(FIN | ACK, RCV_NXT, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.at(72 * SECOND - 1)).isZero();
        assertThat(f.at(72 * SECOND)).isEqualTo(1);
    }

    @Test
    void a25_new_text_is_reset() {
        TimeWaitFixture f = orphan();
        assertThat(f.segment(ACK, RCV_NXT - 5, 5, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.segment(ACK, RCV_NXT + 1000, 5, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.segment(ACK, RCV_NXT - 5, 6, SND_NXT)).isEqualTo(TimeWaitVerdict.RESET);
        assertThat(f.table.size()).isZero();
        assertThat(f.endings).containsExactly(TimeWaitEnding.TEXT_AFTER_CLOSE);
        assertThat(orphan().segment(FIN | ACK, RCV_NXT, 2, SND_NXT))
                .isEqualTo(TimeWaitVerdict.RESET);
    }

    @Test
    void a_probe_of_a_closed_window_with_a_new_octet_is_reset_and_a_bare_fin_is_taken() {
        TimeWaitFixture closed = TimeWaitFixture.withDefaults().enteredFinWait2(10 * SECOND, 0);
        assertThat(closed.segment(FIN | ACK, RCV_NXT, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(closed.table.entry().isFinWait2()).isFalse();
        TimeWaitFixture probed = TimeWaitFixture.withDefaults().enteredFinWait2(10 * SECOND, 0);
        assertThat(probed.segment(ACK, RCV_NXT, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.RESET);
    }

    @Test
    void a_fin_behind_a_gap_is_not_taken() {
        TimeWaitFixture f = orphan();
        assertThat(f.segment(FIN | ACK, RCV_NXT + 1, 1, SND_NXT)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.table.entry().isFinWait2()).isTrue();
        assertThat(f.table.nextDeadlineNs()).isEqualTo(10 * SECOND);
    }

    @Test
    void c05_to_c07_only_an_exact_rst_ends_it() {
        TimeWaitFixture f = orphan();
        assertThat(f.segment(RST, RCV_NXT - 1, 0, 0)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(RST, RCV_NXT + 1000, 0, 0)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(RST, RCV_NXT + 999, 0, 0)).isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.segment(RST, RCV_NXT, 0, 0)).isEqualTo(TimeWaitVerdict.CLOSED);
        assertThat(f.table.size()).isZero();
    }

    @Test
    void c19_a_syn_is_challenged_and_never_reopens() {
        TimeWaitFixture f = orphan();
        assertThat(f.segment(SYN, RCV_NXT + 1, 1, 0)).isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.park()).isFalse();
    }

    @Test
    void c21_an_ack_of_what_was_never_sent_is_challenged_without_effect() {
        TimeWaitFixture f = orphan();
        assertThat(f.segment(FIN | ACK, RCV_NXT, 1, SND_NXT + 1))
                .isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.table.entry().isFinWait2()).isTrue();
    }

    @Test
    void t14_a_fin_with_an_older_ack_is_taken() {
        TimeWaitFixture f = orphan();
        assertThat(f.segment(FIN | ACK, RCV_NXT, 1, SND_NXT - 1)).isEqualTo(TimeWaitVerdict.ACK);
        assertThat(f.table.entry().isFinWait2()).isFalse();
    }

    @Test
    void a_pure_ack_in_window_is_met_with_silence() {
        TimeWaitFixture f = orphan();
        assertThat(f.segment(ACK, RCV_NXT, 0, SND_NXT)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(ACK, RCV_NXT + 9, 0, SND_NXT)).isEqualTo(TimeWaitVerdict.DROP);
        assertThat(f.segment(ACK, RCV_NXT - 1, 0, SND_NXT))
                .isEqualTo(TimeWaitVerdict.CHALLENGE_ACK);
        assertThat(f.table.counters().challenged()).isEqualTo(1);
    }
}
