package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.finwait.spi.RandomSource;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;

/** What the table takes, and that it takes nothing while it works. */
class TableMemoryTest {

    private static final long LOCAL = IpAddress.v4Low(0x0A00_0001);
    private final FourTuple tuple = new FourTuple();
    private static final long STEP = 100_000;

    private final TimeWaitTable table =
            new TimeWaitTable(TimeWaitPolicy.defaults(), RandomSource.seeded(3));
    private final TupleBatch batch = new TupleBatch();
    private long now;
    private int entered;

    @Test
    void d19_an_ipv4_entry_takes_at_most_48_octets_and_nothing_is_allocated_in_the_steady_state() {
        turnOver(700_000);
        assertThat(table.size()).isEqualTo(600_000);
        assertThat(table.octets() / (double) table.size()).isLessThan(48.0);
        work(50_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // The least of some rounds: the bean's own answer may be an object, and once in a while the
        // JIT compiler allocates on this thread's account.
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 30 && allocated >= 200; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            work(200_000);
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).as("octets for 200,000 closes").isLessThan(200);
    }

    @Test
    void d19_an_ipv6_entry_takes_at_most_80_octets() {
        for (int i = 0; i < 300_000; i++) {
            table.enter(
                    tuple.set(0xFDL << 56, 1, 0x2001L << 48, i, 443, 999),
                    i,
                    i,
                    9,
                    0,
                    true,
                    i,
                    0,
                    now);
        }
        assertThat(table.octets() / (double) table.size()).isLessThan(80.0);
    }

    @Test
    void an_emptied_table_gives_its_memory_back() {
        turnOver(500_000);
        long full = table.octets();
        now += 61_000_000_000L;
        assertThat(table.expire(now, Integer.MAX_VALUE)).isEqualTo(500_000);
        assertThat(table.octets()).isLessThan(full / 4);
    }

    private void turnOver(int entries) {
        for (int i = 0; i < entries; i++) {
            now += STEP;
            enter(entered++);
            table.expire(now, 4);
        }
    }

    /** A close each 100 µs, and lookups, retransmitted FINs and batches among them. */
    private void work(int closes) {
        for (int i = 0; i < closes; i++) {
            turnOver(1);
            table.segment(
                    tuple.set(0, LOCAL, 0, remote(entered - 1000), 443, port(entered - 1000)),
                    entered - 1001,
                    0,
                    TcpHeader.ACK,
                    0,
                    true,
                    1,
                    false,
                    false,
                    now);
            if (i % 32 == 0) {
                batch.clear();
                for (int k = 0; k < TupleBatch.CAPACITY; k++) {
                    batch.add(tuple.set(0, LOCAL, 0, remote(entered - k), 443, port(entered - k)));
                }
                table.find(batch);
            }
        }
    }

    private void enter(int i) {
        table.enter(
                tuple.set(0, LOCAL, 0, remote(i), 443, port(i)), i, i, 65_535, 7, true, i, 0, now);
    }

    private static long remote(int i) {
        return IpAddress.v4Low(0x0B00_0000 + i / 50_000);
    }

    private static int port(int i) {
        return 10_000 + i % 50_000;
    }
}
