package io.finwait.tcp.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.loss.NewReno;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.TcpOptions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The blocks of a segment where there are more ranges than an option has places. */
class SackBlocksTest {

    private static final int AT = 7;

    private final Tcb tcb = new Tcb(new NewReno());

    @BeforeEach
    void open() {
        tcb.sackPermitted = true;
        tcb.rcv.reset(100_000);
        tcb.rcv.synchronize(-1_000);
    }

    /** Ranges of ten octets, each a hundred behind the one before; the last one is the newest. */
    private void arrive(int ranges) {
        for (int i = 1; i <= ranges; i++) {
            tcb.rcv.arrivedAhead(tcb.rcv.nxt + 100 * i, tcb.rcv.nxt + 100 * i + 10);
        }
    }

    /** The blocks of the next segment, counted from RCV.NXT. */
    private List<String> blocks() {
        int count = SackBlocks.count(tcb);
        int octets = SackBlocks.octets(count);
        ByteBuffer b = ByteBuffer.allocate(AT + octets);
        assertThat(SackBlocks.write(b, AT, tcb.rcv, count)).isEqualTo(AT + octets);
        TcpOptions options = new TcpOptions();
        options.parse(b, AT, octets);
        List<String> blocks = new ArrayList<>();
        for (int i = 0; i < options.sackBlocks(); i++) {
            int left = options.sackLeft(i) - tcb.rcv.nxt;
            blocks.add(left + " to " + (options.sackRight(i) - tcb.rcv.nxt));
        }
        assertThat(blocks).hasSize(count);
        return blocks;
    }

    /** Timestamps take the place of one; a duplicate takes one, and stands before the ranges. */
    @ParameterizedTest
    @CsvSource({
        "false, false, 0, 0", "false, false, 3, 3", "false, false, 4, 4", "false, false, 6, 4",
        "true, false, 3, 3", "true, false, 4, 3", "false, true, 0, 1", "false, true, 3, 4",
        "false, true, 4, 4", "true, true, 2, 3", "true, true, 3, 3"
    })
    void soManyBlocksFit(boolean timestamps, boolean duplicate, int ranges, int blocks) {
        tcb.rcv.timestamps = timestamps;
        if (duplicate) {
            tcb.rcv.duplicate(tcb.rcv.nxt - 5, tcb.rcv.nxt);
        }
        arrive(ranges);
        assertThat(SackBlocks.count(tcb)).isEqualTo(blocks);
        tcb.sackPermitted = false;
        assertThat(SackBlocks.count(tcb)).as("without SACK").isZero();
    }

    @Test
    void withoutBlocksThereIsNoOption() {
        assertThat(SackBlocks.octets(0)).isZero();
        assertThat(SackBlocks.octets(1)).isEqualTo(12);
        assertThat(SackBlocks.octets(4)).isEqualTo(36);
    }

    @Test
    void theNewestRangesAreListed() {
        arrive(6);
        tcb.rcv.arrivedAhead(tcb.rcv.nxt + 210, tcb.rcv.nxt + 215);
        assertThat(blocks())
                .containsExactly("200 to 215", "600 to 610", "500 to 510", "400 to 410");
        tcb.rcv.timestamps = true;
        assertThat(blocks()).containsExactly("200 to 215", "600 to 610", "500 to 510");
    }

    /** RFC 2883 §4: what has come twice first, and then what a segment without it would list. */
    @Test
    void aDuplicateStandsBeforeTheRangesAndTakesTheLastOnesPlace() {
        arrive(6);
        tcb.rcv.duplicate(tcb.rcv.nxt - 50, tcb.rcv.nxt - 40);
        assertThat(blocks())
                .containsExactly("-50 to -40", "600 to 610", "500 to 510", "400 to 410");
        tcb.rcv.timestamps = true;
        assertThat(blocks()).containsExactly("-50 to -40", "600 to 610", "500 to 510");
    }

    @Test
    void aDuplicateAloneIsToldToo() {
        tcb.rcv.duplicate(tcb.rcv.nxt - 50, tcb.rcv.nxt - 40);
        assertThat(blocks()).containsExactly("-50 to -40");
    }
}
