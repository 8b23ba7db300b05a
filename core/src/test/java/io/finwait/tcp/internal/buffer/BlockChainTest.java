package io.finwait.tcp.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** What chains hold and what they take: never more blocks than they need, and each given back. */
class BlockChainTest {

    private static final int BLOCK = BlockPool.BLOCK_OCTETS;
    private static final int SMALL = 512 + 64;
    private static final int MEDIUM = 4_096 + 64;
    private static final int LARGE = BLOCK + 1_536 + 64;

    private final BlockPool pool = new BlockPool(1L << 30);
    private final BlockChain chain = new BlockChain(pool);

    private static ByteBuffer octets(int from, int count) {
        ByteBuffer octets = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            octets.put(i, octet(from + i));
        }
        return octets;
    }

    private static byte octet(int place) {
        return (byte) (place * 31 + (place >>> 8) * 7 + 1);
    }

    private void write(int distance, int count) {
        chain.write(distance, octets(distance, count), 0, count);
        takes();
    }

    private void takes() {
        assertThat(chain.memory()).as("what it takes").isEqualTo((int) pool.octetsInUse());
    }

    /** Reads octets that began as many places further when they were written. */
    private void reads(int distance, int count, int dropped) {
        ByteBuffer target = ByteBuffer.allocate(count + 3);
        chain.read(distance, target, 3, count);
        for (int i = 0; i < count; i++) {
            if (target.get(3 + i) != octet(distance + dropped + i)) {
                throw new AssertionError("octet " + (distance + i) + " behind " + dropped);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 576", "512, 576", "513, 4160", "4096, 4160", "4097, 17984", "16384, 17984"})
    void aChainOfOneBlockTakesTheSmallest(int count, int memory) {
        write(0, count);
        assertThat(chain.memory()).isEqualTo(memory);
        reads(0, count, 0);
    }

    @Test
    void aBlockThatIsTooSmallIsReplacedAndGivenBack() {
        write(0, 500);
        write(500, 12);
        assertThat(chain.memory()).isEqualTo(SMALL);
        write(512, 1);
        assertThat(chain.memory()).isEqualTo(MEDIUM);
        assertThat(pool.inUse()).isEqualTo(1);
        write(513, 4_000);
        assertThat(chain.memory()).isEqualTo(LARGE);
        assertThat(pool.inUse()).isEqualTo(1);
        reads(0, 4_513, 0);
        write(4_513, BLOCK);
        assertThat(chain.memory()).isEqualTo(2 * LARGE);
        reads(0, 4_513 + BLOCK, 0);
    }

    /** Behind a gap of whole blocks only those are taken that hold something. */
    @Test
    void aGapTakesNothing() {
        write(5 * BLOCK + 10, 20);
        assertThat(pool.inUse()).isEqualTo(1);
        assertThat(chain.memory()).isEqualTo(LARGE);
        write(0, 3);
        assertThat(pool.inUse()).isEqualTo(2);
        chain.truncate(3);
        assertThat(pool.inUse()).isEqualTo(1);
        reads(0, 3, 0);
        chain.truncate(0);
        assertThat(pool.inUse()).isZero();
        takes();
        write(0, 7);
        assertThat(chain.memory()).as("it begins as the first time").isEqualTo(SMALL);
    }

    @Test
    void whatIsDroppedIsGivenBackBlockByBlock() {
        write(0, 3 * BLOCK);
        assertThat(pool.inUse()).isEqualTo(3);
        chain.drop(BLOCK - 1);
        assertThat(pool.inUse()).isEqualTo(3);
        chain.drop(1);
        assertThat(pool.inUse()).isEqualTo(2);
        reads(0, 2 * BLOCK, BLOCK);
        chain.truncate(BLOCK);
        assertThat(pool.inUse()).isEqualTo(1);
        chain.drop(BLOCK);
        assertThat(pool.inUse()).isZero();
        takes();
    }

    @Test
    void aTruncatedChainKeepsTheBlockOfItsLastOctet() {
        write(0, 2 * BLOCK + 5);
        chain.drop(10);
        chain.truncate(BLOCK - 10);
        assertThat(pool.inUse()).isEqualTo(1);
        write(BLOCK - 10, 20);
        chain.truncate(BLOCK - 9);
        assertThat(pool.inUse()).isEqualTo(2);
        takes();
    }

    @Test
    void fewOctetsAreCopiedIntoASmallBlock() {
        write(0, 2 * BLOCK);
        chain.drop(BLOCK - 200);
        chain.truncate(500);
        assertThat(pool.inUse()).isEqualTo(2);
        assertThat(chain.leastMemory(500)).isEqualTo(SMALL);
        assertThat(chain.leastMemory(513)).isEqualTo(MEDIUM);
        assertThat(chain.leastMemory(0)).isZero();
        chain.copyTogether(500);
        assertThat(chain.memory()).isEqualTo(SMALL);
        takes();
        reads(0, 500, BLOCK - 200);
        chain.copyTogether(500);
        chain.copyTogether(0);
        assertThat(chain.memory()).isEqualTo(SMALL);
        reads(0, 500, BLOCK - 200);
        assertThat(chain.leastMemory(100)).as("it is small enough").isEqualTo(SMALL);
    }

    @Test
    void aBlockFullIsCopiedFromTwoAndMoreIsNot() {
        write(0, 2 * BLOCK);
        chain.drop(100);
        chain.truncate(BLOCK);
        assertThat(chain.leastMemory(BLOCK)).isEqualTo(LARGE);
        assertThat(chain.leastMemory(BLOCK + 1)).isEqualTo(2 * LARGE);
        chain.copyTogether(BLOCK);
        assertThat(chain.memory()).isEqualTo(LARGE);
        reads(0, BLOCK, 100);
        chain.write(BLOCK, octets(BLOCK + 100, BLOCK), 0, BLOCK);
        assertThat(pool.inUse()).isEqualTo(2);
        chain.copyTogether(2 * BLOCK);
        assertThat(pool.inUse()).isEqualTo(2);
        reads(0, 2 * BLOCK, 100);
        chain.clear();
        assertThat(pool.inUse()).isZero();
        assertThat(chain.leastMemory(5)).as("nothing is held").isZero();
    }

    /** What the ends of a ring have to do with each other. */
    @RepeatedTest(30)
    void aLongStreamGoesRoundInFewBlocks(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        int dropped = 0;
        int length = 0;
        for (int step = 0; step < 300; step++) {
            int room = 5 * BLOCK - length;
            int count = Math.min(room, 1 + random.nextInt(random.nextInt(4) == 0 ? BLOCK : 900));
            if (count > 0) {
                chain.write(length, octets(dropped + length, count), 0, count);
                length += count;
            }
            if (random.nextInt(3) == 0) {
                int gone = random.nextInt(length + 1);
                if (gone == length) {
                    chain.clear();
                } else {
                    chain.drop(gone);
                }
                dropped += gone;
                length -= gone;
            }
            if (random.nextInt(10) == 0) {
                int least = chain.leastMemory(length);
                chain.copyTogether(length);
                if (length <= BLOCK) {
                    assertThat(chain.memory()).as("seed %d", seed).isEqualTo(least);
                }
            }
            reads(0, length, dropped);
            takes();
            int blocks = (length + 2 * (BLOCK - 1)) / BLOCK;
            assertThat(pool.inUse()).as("seed %d, step %d", seed, step).isBetween(0, blocks);
            assertThat(chain.toString()).contains(" blocks ");
        }
    }
}
