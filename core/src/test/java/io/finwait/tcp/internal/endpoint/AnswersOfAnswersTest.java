package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.MS;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two ends whose numbers have come apart answer each other's answers, and must come to an end. */
class AnswersOfAnswersTest {

    /** How far apart one end's numbers are from what the other end thinks. */
    @ParameterizedTest
    @CsvSource({
        "1, 700000000, 900000000",
        "300, 700000000, 900000000",
        "600, 700000000, 900000000",
        "5000, 700000000, 900000000",
        "60000, 700000000, 900000000",
        "300, 1, 0",
        "300, 0, 1",
        "300, 1, 1",
        "300, 0, 10",
        "300, -1, 0",
        "5000, 1, 1",
        "5000, 10, 0",
        "5000, 100000, 100000"
    })
    void comeToAnEnd(long oneWayMs, int apartHere, int apartThere) {
        Bench here = new Bench();
        Bench there = new Bench();
        here.endpoint.listen(Bench.PORT, 16);
        there.endpoint.listen(Bench.PORT, 16);
        Bench.Peer toHere = here.open(40_000, false);
        Bench.Peer toThere = there.open(40_000, false);
        // What "here" sends next is numbered toHere.ack; "there" expects toThere.seq, and so on.
        int hereToThere = toThere.seq - toHere.ack + apartHere;
        int thereToHere = toHere.seq - toThere.ack + apartThere;

        toHere.segment(ACK, toHere.seq - 5_000_000, toHere.ack, 0);
        here.work();
        toThere.segment(ACK, toThere.seq, toThere.ack + 5_000_000, 0);
        there.work();
        int carried = 0;
        long end = here.now + 24 * 3_600 * SECOND;
        while (here.now < end && !(here.sent.isEmpty() && there.sent.isEmpty())) {
            for (Bench.Sent s : here.sent) {
                toThere.segment(s.flags(), s.seq() + hereToThere, s.ack() - thereToHere, s.text());
                carried++;
            }
            for (Bench.Sent s : there.sent) {
                toHere.segment(s.flags(), s.seq() + thereToHere, s.ack() - hereToThere, s.text());
                carried++;
            }
            here.sent.clear();
            there.sent.clear();
            there.now += oneWayMs * MS;
            here.now += oneWayMs * MS;
            here.work();
            there.work();
        }
        assertThat(here.now).as("after " + carried + " packets").isLessThan(end);
        assertThat(carried).isLessThan(50);
    }

    /** A peer that only ever asks whether we are there is answered each time (RFC 9293 §3.8.4). */
    @Test
    void keepaliveProbesAreAnsweredForEver() {
        Bench bench = new Bench();
        bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = bench.open(40_000, true);
        for (int i = 0; i < 1_000; i++) {
            bench.sent.clear();
            bench.now += SECOND;
            peer.segment(ACK, peer.seq - 1, peer.ack, 0);
            bench.work();
            assertThat(bench.sent).as("probe " + i).hasSize(1);
        }
    }

    /**
     * A peer that has restarted sends SYN after SYN, each twice as late, and needs its challenge.
     */
    @Test
    void eachSynOfARestartedPeerIsChallenged() {
        Bench bench = new Bench();
        bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = bench.open(40_000, false);
        for (int i = 0; i < 8; i++) {
            bench.sent.clear();
            peer.segment(SYN, 77, 0, 0);
            bench.work();
            assertThat(bench.sent).as("SYN " + i).hasSize(1);
            bench.now += SECOND << i;
        }
    }
}
