package io.finwait.tcp.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** What blocks take, what is kept of them for later, and what of the budget is in use. */
class BlockPoolTest {

    private static final int SMALL = 512 + 64;
    private static final int MEDIUM = 4_096 + 64;
    private static final int LARGE = 16_384 + 1_536 + 64;
    private static final long ALWAYS_KEPT = 4L << 20;

    private static List<ByteBuffer> take(BlockPool pool, int octets, int count) {
        List<ByteBuffer> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(pool.take(octets));
        }
        return taken;
    }

    @ParameterizedTest
    @CsvSource({
        "0, 512",
        "1, 512",
        "512, 512",
        "513, 4096",
        "4096, 4096",
        "4097, 17920",
        "16384, 17920"
    })
    void aBlockIsTheSmallestThatHasPlace(int octets, int capacity) {
        BlockPool pool = new BlockPool(1L << 30);
        assertThat(BlockPool.capacityFor(octets)).isEqualTo(capacity);
        ByteBuffer block = pool.take(octets);
        assertThat(block.capacity()).isEqualTo(capacity);
        assertThat(pool.inUse()).isEqualTo(1);
        assertThat(pool.octetsInUse()).isEqualTo(capacity + 64);
        assertThat(pool.octetsFree()).isZero();
        pool.give(block);
        assertThat(pool.inUse()).isZero();
        assertThat(pool.octetsInUse()).isZero();
        assertThat(pool.octetsFree()).isEqualTo(capacity + 64);
        assertThat(pool.take(octets)).as("again").isSameAs(block);
        assertThat(pool.octetsFree()).isZero();
        assertThat(pool.octetsInUse()).isEqualTo(capacity + 64);
    }

    /** A few megabytes, or as much as is in use. */
    @Test
    void asMuchIsKeptAsIsInUse() {
        BlockPool pool = new BlockPool(1L << 30);
        List<ByteBuffer> taken = take(pool, 16_384, 1_000);
        int given = 0;
        while (pool.octetsFree() + LARGE <= Math.max(ALWAYS_KEPT, pool.octetsInUse() - LARGE)) {
            pool.give(taken.get(given));
            given++;
            assertThat(pool.octetsFree()).isEqualTo((long) given * LARGE);
        }
        assertThat(given).as("half of them").isEqualTo(500);
        pool.give(taken.get(given++));
        assertThat(pool.octetsFree()).as("it goes, and another one").isEqualTo(499L * LARGE);
        while (given < taken.size()) {
            pool.give(taken.get(given++));
        }
        assertThat(pool.octetsFree()).isBetween(ALWAYS_KEPT - 2 * LARGE, ALWAYS_KEPT);
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void nothingIsKeptBeyondTheBudget() {
        BlockPool pool = new BlockPool(10L * LARGE);
        List<ByteBuffer> taken = take(pool, 16_384, 12);
        assertThat(pool.octetsInUse()).as("it is not enforced here").isEqualTo(12L * LARGE);
        pool.give(taken.get(0));
        assertThat(pool.octetsFree()).isZero();
        pool.give(taken.get(1));
        assertThat(pool.octetsFree()).isZero();
        pool.give(taken.get(2));
        assertThat(pool.octetsFree()).as("nine are in use, and one is kept").isEqualTo(LARGE);
        pool.give(taken.get(3));
        assertThat(pool.octetsFree()).isEqualTo(2L * LARGE);
    }

    /** What is kept of one size makes room for what is needed of another. */
    @Test
    void keptBlocksGoWhereOthersAreNeeded() {
        BlockPool pool = new BlockPool(4L * LARGE);
        take(pool, 16_384, 2).forEach(pool::give);
        take(pool, 4_096, 1).forEach(pool::give);
        take(pool, 512, 1).forEach(pool::give);
        assertThat(pool.octetsFree()).isEqualTo(2L * LARGE + MEDIUM + SMALL);
        List<ByteBuffer> taken = take(pool, 512, 2);
        assertThat(pool.octetsFree()).as("there is room").isEqualTo(2L * LARGE + MEDIUM);
        pool.countElsewhere(4L * LARGE - pool.octetsInUse() - pool.octetsFree());
        assertThat(pool.octetsFree()).as("just").isEqualTo(2L * LARGE + MEDIUM);
        pool.countElsewhere(pool.octetsElsewhere() + 1);
        assertThat(pool.octetsFree()).as("a large one goes first").isEqualTo(LARGE + MEDIUM);
        pool.countElsewhere(4L * LARGE - pool.octetsInUse() - MEDIUM);
        assertThat(pool.octetsFree()).isEqualTo(MEDIUM);
        pool.give(taken.get(0));
        assertThat(pool.octetsFree()).isEqualTo(MEDIUM + SMALL);
        pool.countElsewhere(4L * LARGE - pool.octetsInUse() - SMALL);
        assertThat(pool.octetsFree()).as("then a medium one").isEqualTo(SMALL);
        pool.take(4_096);
        assertThat(pool.octetsFree()).as("then a small one, for one in use").isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, false",
        "750, false, false",
        "751, true, false",
        "1000, true, false",
        "1001, true, true"
    })
    void threeQuartersAreAPressure(int elsewhere, boolean pressure, boolean full) {
        BlockPool pool = new BlockPool(1_000);
        pool.countElsewhere(elsewhere);
        assertThat(pool.octetsElsewhere()).isEqualTo(elsewhere);
        assertThat(pool.isUnderPressure()).isEqualTo(pressure);
        assertThat(pool.isFull()).isEqualTo(full);
        assertThat(pool.beyond(8)).isEqualTo(elsewhere - 8 * 62);
    }

    @Test
    void blocksInUseAreAPressureToo() {
        BlockPool pool = new BlockPool(4L * LARGE);
        take(pool, 16_384, 3);
        assertThat(pool.isUnderPressure()).isFalse();
        take(pool, 1, 1);
        assertThat(pool.isUnderPressure()).isTrue();
        assertThat(pool.isFull()).isFalse();
        take(pool, 16_384, 1);
        assertThat(pool.isFull()).isTrue();
        assertThat(pool.beyond(16)).isEqualTo(SMALL);
    }

    /** Nobody gets a block that another one has. */
    @RepeatedTest(20)
    void noBlockIsTakenTwice(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        BlockPool pool = new BlockPool(random.nextInt(100) * (long) LARGE);
        Set<ByteBuffer> held = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<ByteBuffer> order = new ArrayDeque<>();
        long octets = 0;
        for (int step = 0; step < 2_000; step++) {
            if (order.isEmpty() || (random.nextInt(5) < 3 && order.size() < 150)) {
                int wanted = random.nextInt(BlockPool.BLOCK_OCTETS + 1) >> random.nextInt(8);
                ByteBuffer block = pool.take(wanted);
                assertThat(block.capacity()).isGreaterThanOrEqualTo(wanted);
                assertThat(held.add(block)).as("seed %d, step %d", seed, step).isTrue();
                order.addLast(block);
                octets += block.capacity() + 64;
            } else {
                ByteBuffer block = random.nextBoolean() ? order.pollFirst() : order.pollLast();
                held.remove(block);
                octets -= block.capacity() + 64;
                pool.give(block);
            }
            assertThat(pool.inUse()).isEqualTo(order.size());
            assertThat(pool.octetsInUse()).isEqualTo(octets);
            assertThat(pool.octetsFree()).isNotNegative();
        }
    }
}
