package io.finwait.tcp.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/** Send and receive buffers against a stream whose octets follow from their places. */
class BuffersModelTest {

    private static final int SEEDS = 60;
    private static final int WINDOW = 70_000;

    private final BlockPool pool = new BlockPool(1L << 30);
    private final LentText lent = new LentText();

    private static byte octet(int stream, int place) {
        return (byte) (stream * 101 + place * 31 + (place >>> 8) * 7);
    }

    private static ByteBuffer octets(int stream, int place, int count, int before) {
        ByteBuffer octets = ByteBuffer.allocate(before + count);
        for (int i = 0; i < count; i++) {
            octets.put(before + i, octet(stream, place + i));
        }
        return octets;
    }

    /** Mostly small ones, and some that reach over more than a block. */
    private static int length(SplittableRandom random, int most) {
        int length =
                random.nextInt(8) == 0 ? 1 + random.nextInt(40_000) : 1 + random.nextInt(1_500);
        return Math.min(length, most);
    }

    /** One connection: where it was read to, what is readable, and what stands behind gaps. */
    private final class Receiver {

        private final int stream;
        private final ReceiveBuffer buffer = new ReceiveBuffer(pool, lent);
        private final BitSet behindGaps = new BitSet();
        private int read;
        private int next;

        Receiver(int stream) {
            this.stream = stream;
        }

        int room() {
            return WINDOW - (next - read);
        }

        /** As text arrives: lent where it is the next and nothing waits behind a gap. */
        ByteBuffer arrive(SplittableRandom random) {
            int ahead = random.nextInt(3) == 0 ? random.nextInt(20_000) : 0;
            int count = length(random, room() - ahead);
            if (count <= 0) {
                return null;
            }
            int before = random.nextInt(50);
            ByteBuffer source = octets(stream, next + ahead, count, before);
            if (ahead == 0 && behindGaps.isEmpty()) {
                buffer.lend(source, before, count);
                next += count;
                return source;
            }
            buffer.write(ahead, source, before, count);
            behindGaps.set(next + ahead, next + ahead + count);
            if (behindGaps.get(next)) {
                int to = behindGaps.nextClearBit(next);
                buffer.advance(to - next);
                behindGaps.clear(next, to);
                next = to;
            }
            return source;
        }

        void read(SplittableRandom random, String where) {
            ByteBuffer target = ByteBuffer.allocate(length(random, WINDOW));
            int count = buffer.read(target);
            assertThat(count).as(where).isEqualTo(Math.min(next - read, target.capacity()));
            assertThat(target.position()).as(where).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                if (target.get(i) != octet(stream, read + i)) {
                    throw new AssertionError(where + ": octet " + (read + i) + " is wrong");
                }
            }
            read += count;
        }

        void discard(SplittableRandom random) {
            if (next > read) {
                int count = 1 + random.nextInt(next - read);
                buffer.discard(count);
                read += count;
            }
        }

        void check(String where) {
            assertThat(buffer.readable()).as(where).isEqualTo(next - read);
        }
    }

    /** The transport fills its buffers with something else. */
    private static void scramble(ByteBuffer taken) {
        for (int i = 0; i < taken.capacity(); i++) {
            taken.put(i, (byte) (taken.get(i) ^ 0x5A));
        }
    }

    @RepeatedTest(SEEDS)
    void whatIsReceivedIsReadWhateverHappensToItBetween(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        Receiver[] receivers = {new Receiver(1), new Receiver(2), new Receiver(3)};
        for (int cycle = 0; cycle < 60; cycle++) {
            String where = "seed " + seed + ", cycle " + cycle;
            List<ByteBuffer> taken = new ArrayList<>();
            for (int i = random.nextInt(80); i >= 0; i--) {
                Receiver receiver = receivers[random.nextInt(3)];
                switch (random.nextInt(8)) {
                    case 0, 1 -> receiver.read(random, where);
                    case 2 -> {
                        if (random.nextInt(4) == 0) {
                            receiver.discard(random);
                        }
                    }
                    case 3 -> {
                        if (random.nextInt(10) == 0) {
                            receiver.buffer.dropUnreadable();
                            receiver.behindGaps.clear();
                        } else if (random.nextInt(3) == 0) {
                            receiver.buffer.copyTogether();
                        }
                    }
                    default -> {
                        ByteBuffer source = receiver.arrive(random);
                        if (source != null) {
                            taken.add(source);
                        }
                    }
                }
                receiver.check(where);
            }
            assertThat(lent.keepAll()).as(where).isNull();
            taken.forEach(BuffersModelTest::scramble);
        }
        for (Receiver each : receivers) {
            each.buffer.dropUnreadable();
            while (each.next > each.read) {
                each.read(random, "seed " + seed + ", at the end");
            }
        }
        assertThat(pool.inUse()).as("seed %d: blocks in use", seed).isZero();
    }

    @RepeatedTest(SEEDS)
    void clearedBuffersHoldNoBlock(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        Receiver receiver = new Receiver(1);
        for (int i = 0; i < 20; i++) {
            receiver.arrive(random);
        }
        if (random.nextBoolean()) {
            assertThat(lent.keepAll()).isNull();
        }
        receiver.buffer.clear();
        assertThat(receiver.buffer.readable()).isZero();
        assertThat(lent.keepAll()).isNull();
        assertThat(pool.inUse()).as("seed %d", seed).isZero();
    }

    @RepeatedTest(SEEDS)
    void whatIsSentIsThereUntilItIsAcknowledged(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        SendBuffer buffer = new SendBuffer(pool);
        int una = 0;
        int end = 0;
        for (int step = 0; step < 400; step++) {
            String where = "seed " + seed + ", step " + step;
            if (random.nextInt(3) > 0) {
                int count = length(random, 40_000);
                int most = Math.min(random.nextInt(count + 100), WINDOW - (end - una));
                ByteBuffer source = octets(9, end, count, 0);
                int added = buffer.append(source, most);
                assertThat(added).as(where).isEqualTo(Math.min(most, count));
                assertThat(source.position()).as(where).isEqualTo(added);
                end += added;
            } else if (end > una) {
                int acknowledged =
                        random.nextInt(4) == 0 ? end - una : 1 + random.nextInt(end - una);
                buffer.acknowledge(acknowledged);
                una += acknowledged;
            }
            if (random.nextInt(5) == 0) {
                buffer.copyTogether();
                assertThat(buffer.memory()).as(where).isEqualTo(buffer.leastMemory());
            }
            assertThat(buffer.length()).as(where).isEqualTo(end - una);
            if (end > una) {
                int distance = random.nextInt(end - una);
                int count = 1 + random.nextInt(Math.min(1_500, end - una - distance));
                ByteBuffer target = ByteBuffer.allocate(count + 7);
                buffer.copy(distance, count, target, 7);
                for (int i = 0; i < count; i++) {
                    if (target.get(7 + i) != octet(9, una + distance + i)) {
                        throw new AssertionError(where + ": octet " + (una + distance + i));
                    }
                }
            }
        }
        buffer.acknowledge(end - una);
        assertThat(pool.inUse()).as("seed %d: blocks in use", seed).isZero();
    }
}
