package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.State;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

/**
 * The table of TIME-WAIT indexes new entries in batches, many times as fast as one by one. A duty
 * cycle asks it for nothing that would make it index each entry at once.
 */
class TimeWaitBatchesTest {

    private final Bench bench = new Bench();
    private final TimeWaitTable table = bench.endpoint.timeWaits.table();

    @Test
    void aDutyCycleLeavesNewEntriesToTheirBatch() {
        FourTuple pair =
                FourTuple.of(IpAddress.parse("10.0.0.1"), 80, IpAddress.parse("10.0.0.2"), 40_000);
        enter(pair);
        bench.work();
        enter(pair);
        bench.work();
        // The one that is replaced goes only when the newer one is indexed, and would be one less.
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isZero();
        assertThat(table.size()).isOne();
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isEqualTo(-1);
    }

    private void enter(FourTuple pair) {
        long now = bench.endpoint.nowNs();
        assertThat(table.enter(pair, 1, 1, 9, 0, false, 0, 0, now)).isTrue();
    }
}
