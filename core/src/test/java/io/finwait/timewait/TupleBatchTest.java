package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** Tuples looked up together are those that are found one by one. */
class TupleBatchTest {

    private final TupleBatch batch = new TupleBatch();
    private final FourTuple tuple = new FourTuple();

    @Test
    void numbers_them_from_0_and_takes_no_more_than_its_capacity() {
        for (int round = 0; round < 3; round++) {
            assertThat(batch.size()).isZero();
            for (int i = 0; i < TupleBatch.CAPACITY; i++) {
                assertThat(batch.add(tuple.set(0, 1, 0, 2, 3, 4))).isEqualTo(i);
                assertThat(batch.size()).isEqualTo(i + 1);
            }
            assertThatThrownBy(() -> batch.add(tuple))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("full");
            assertThat(batch.size()).isEqualTo(TupleBatch.CAPACITY);
            batch.clear();
        }
    }

    /** Of both versions, with every part of a tuple changed alone, and every number of tuples. */
    @Test
    void finds_what_a_single_lookup_finds() {
        TimeWaitFixture f = TimeWaitFixture.withDefaults();
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 400; i++) {
            any(random);
            f.table.enter(tuple, 1, 1, 0, 0, false, 0, 0, f.now);
        }
        int hits = 0;
        for (int round = 0; round < 500; round++) {
            batch.clear();
            int expected = 0;
            int many = random.nextInt(TupleBatch.CAPACITY + 1);
            for (int i = 0; i < many; i++) {
                any(random);
                expected |= (f.table.contains(tuple) ? 1 : 0) << i;
                batch.add(tuple);
            }
            assertThat(f.table.find(batch)).isEqualTo(expected);
            hits += Integer.bitCount(expected);
        }
        assertThat(hits).isBetween(2_000, 7_000);
    }

    /** One of 768 tuples: two of each address and port and two versions. */
    private void any(SplittableRandom random) {
        int local = random.nextInt(2);
        int remote = random.nextInt(2, 6);
        int localPort = random.nextInt(1, 7);
        int remotePort = 65_535 - random.nextInt(8);
        if (random.nextBoolean()) {
            tuple.set(0, v4(local), 0, v4(remote), localPort, remotePort);
        } else {
            tuple.set(random.nextInt(1, 3), local, remote, remote, localPort, remotePort);
        }
    }

    private static long v4(int i) {
        return IpAddress.v4Low(0xC000_0200 + i);
    }
}
