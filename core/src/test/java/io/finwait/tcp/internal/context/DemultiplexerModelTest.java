package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The table of TCBs against a list, also with a hash under which many stand in one row. */
class DemultiplexerModelTest {

    private static Tcb tcb(SplittableRandom random, int spread) {
        Tcb tcb = new Tcb(null);
        boolean v4 = random.nextBoolean();
        tcb.set(
                v4 ? 0 : 0xFD00L << 48,
                v4 ? 0xFFFF_0A00_0001L : 1,
                v4 ? 0 : 0xFD00L << 48 | random.nextInt(2),
                (v4 ? 0xFFFF_0A00_0000L : 0) + 2 + random.nextInt(spread),
                80 + random.nextInt(2),
                1_024 + random.nextInt(spread));
        return tcb;
    }

    private static FourTuple copy(FourTuple of) {
        return new FourTuple().set(of);
    }

    @RepeatedTest(80)
    void findsEveryOneAndNobodyElse(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        // Keys of 0 and 1 make a hash of next to nothing: rows that are long and wrap around.
        Demultiplexer table = new Demultiplexer(seed % 2 == 0 ? () -> 0 : random::nextLong);
        List<Tcb> all = new ArrayList<>();
        int most = 1 + random.nextInt(seed % 4 < 2 ? 40 : 400);
        for (int step = 0; step < 1_500; step++) {
            String where = "seed " + seed + ", step " + step;
            Tcb some = tcb(random, seed % 3 == 0 ? 8 : 300);
            Tcb known = all.stream().filter(each -> each.isSame(some)).findFirst().orElse(null);
            assertThat(table.find(copy(some))).as(where).isSameAs(known);
            if (known == null && all.size() < most && random.nextInt(3) > 0) {
                table.add(some);
                all.add(some);
                assertThat(table.find(copy(some))).as(where).isSameAs(some);
            } else if (!all.isEmpty()) {
                Tcb gone = all.remove(random.nextInt(all.size()));
                assertThat(table.holds(gone)).as(where).isTrue();
                table.remove(gone);
                assertThat(table.holds(gone)).as(where).isFalse();
                assertThat(table.find(copy(gone))).as(where).isNull();
            }
            assertThat(table.size()).as(where).isEqualTo(all.size());
            for (int i = 0; i < all.size(); i += 1 + random.nextInt(4)) {
                Tcb each = all.get(i);
                assertThat(table.find(copy(each))).as(where).isSameAs(each);
            }
        }
        assertThat(table.snapshot()).containsExactlyInAnyOrderElementsOf(all);
        while (!all.isEmpty()) {
            table.remove(all.remove(random.nextInt(all.size())));
            for (Tcb each : all) {
                assertThat(table.holds(each)).as("seed %d, at the end", seed).isTrue();
            }
        }
        assertThat(table.snapshot()).isEmpty();
    }
}
