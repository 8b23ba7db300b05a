package io.finwait.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** The table of neighbours beside a map that can't be wrong. */
class NeighbourTableTest {

    private static final int CAPACITY = 1_024;

    @Test
    void whatIsThereIsFoundWhateverComesAndGoes() {
        for (int seed = 1; seed <= 20; seed++) {
            NeighbourTable table = new NeighbourTable(CAPACITY, RandomSource.seeded(seed));
            Map<Long, Neighbour> model = new HashMap<>();
            Random random = new Random(seed);
            for (int i = 0; i < 20_000; i++) {
                long low = random.nextInt(3_000);
                Neighbour known = model.get(low);
                assertThat(table.find(0, low)).as("seed %d, step %d", seed, i).isSameAs(known);
                if (known != null) {
                    table.remove(known);
                    model.remove(low);
                } else if (table.inTheWay() == null) {
                    Neighbour added = table.add(0, low);
                    added.state = NeighbourState.STALE;
                    table.answered(added);
                    model.put(low, added);
                }
            }
            assertThat(table.size()).isEqualTo(model.size());
            model.forEach((low, each) -> assertThat(table.find(0, low)).isSameAs(each));
        }
    }

    @Test
    void whoWasUsedLongestAgoIsInTheWay() {
        NeighbourTable table = new NeighbourTable(4, RandomSource.seeded(1));
        for (int low = 0; low < 4; low++) {
            Neighbour added = table.add(0, low);
            added.state = NeighbourState.REACHABLE;
            table.answered(added);
        }
        table.resolved().touch(table.find(0, 0));
        assertThat(table.inTheWay()).isSameAs(table.find(0, 1));
    }

    @Test
    void aPrefixHoldsItsNetworkAndNothingElse() {
        assertThat(contains("10.1.2.3/0", "255.0.0.1")).isTrue();
        assertThat(contains("10.1.2.3/0", "::1")).isFalse();
        assertThat(contains("10.1.2.3/31", "10.1.2.2")).isTrue();
        assertThat(contains("10.1.2.3/32", "10.1.2.2")).isFalse();
        assertThat(contains("fd00::1/0", "2001:db8::1")).isTrue();
        assertThat(contains("fd00::1/0", "10.0.0.1")).isFalse();
        assertThat(contains("fd00::1/64", "fd00::ffff:0:0:1")).isTrue();
        assertThat(contains("fd00::1/64", "fd00:0:0:1::1")).isFalse();
        assertThat(contains("fd00::1/65", "fd00::8000:0:0:1")).isFalse();
        assertThat(contains("fd00::1/128", "fd00::1")).isTrue();
        assertThat(contains("fd00::1/128", "fd00::2")).isFalse();
    }

    private static boolean contains(String prefix, String address) {
        IpAddress parsed = IpAddress.parse(address);
        return Prefix.parse(prefix).contains(parsed.high(), parsed.low());
    }
}
