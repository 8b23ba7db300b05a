package io.finwait.tcp.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/** Text that the transport lends, where copying fails, and what buffers tell of themselves. */
class LentTextTest {

    private static final int BLOCK = BlockPool.BLOCK_OCTETS;

    private final BlockPool pool = new BlockPool(1L << 30);
    private final LentText lent = new LentText();

    private static ByteBuffer octets(int from, int count) {
        ByteBuffer octets = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            octets.put(i, (byte) (from + i));
        }
        return octets;
    }

    private static void assertRead(ReceiveBuffer buffer, int from, int count) {
        ByteBuffer target = ByteBuffer.allocate(count);
        assertThat(buffer.read(target)).isEqualTo(count);
        for (int i = 0; i < count; i++) {
            assertThat(target.get(i)).as("octet %d", i).isEqualTo((byte) (from + i));
        }
    }

    /** More pieces than there are places at first, of two buffers in turn. */
    @Test
    void piecesOfTwoBuffersStayApart() {
        ReceiveBuffer one = new ReceiveBuffer(pool, lent);
        ReceiveBuffer other = new ReceiveBuffer(pool, lent);
        for (int i = 0; i < 200; i++) {
            one.lend(octets(3 * i, 5), 1, 3);
            other.lend(octets(100 + 2 * i, 2), 0, 2);
        }
        assertThat(one.readable()).isEqualTo(600);
        assertRead(one, 1, 3);
        one.discard(4);
        assertThat(one.hasWaitingOctets()).isFalse();
        assertThat(lent.keepAll()).isNull();
        assertThat(one.hasWaitingOctets()).isTrue();
        assertThat(one.readable()).isEqualTo(593);
        assertThat(other.readable()).isEqualTo(400);
        assertRead(other, 100, 400);
        ByteBuffer rest = ByteBuffer.allocate(1_000);
        assertThat(one.read(rest)).isEqualTo(593);
        for (int i = 0; i < 593; i++) {
            int place = i + 7;
            assertThat(rest.get(i)).isEqualTo((byte) (3 * (place / 3) + 1 + place % 3));
        }
        assertThat(pool.inUse()).isZero();
    }

    /** A holder that cannot keep its text loses it, and nobody else does. */
    @Test
    void onlyTheTextIsLostThatCannotBeCopied() {
        ReceiveBuffer good = new ReceiveBuffer(pool, lent);
        IllegalStateException planted = new IllegalStateException("planted");
        boolean[] told = new boolean[1];
        lent.add(
                new LentText.Holder() {
                    @Override
                    public void keepLent() {
                        throw planted;
                    }

                    @Override
                    public void loseAll() {
                        told[0] = true;
                    }
                },
                octets(0, 4),
                0,
                4);
        good.lend(octets(50, 10), 0, 10);
        assertThat(lent.keepAll()).isSameAs(planted);
        assertThat(told[0]).isTrue();
        assertRead(good, 50, 10);
        assertThat(lent.keepAll()).as("nothing is left of it").isNull();
    }

    /** Whose text is read needs nothing kept, and nobody is held on to when the cycle is over. */
    @Test
    void whoHasReadAllIsNotAskedAndLetGo() throws ReflectiveOperationException {
        LentText.Holder nobody =
                new LentText.Holder() {
                    @Override
                    public void keepLent() {
                        throw new AssertionError("nothing is left to keep");
                    }

                    @Override
                    public void loseAll() {
                        throw new AssertionError("nothing is left to lose");
                    }
                };
        lent.drop(lent.add(nobody, octets(0, 4), 0, 4), 4);
        assertThat(lent.keepAll()).isNull();
        for (String name : new String[] {"buffers", "holders"}) {
            Field field = LentText.class.getDeclaredField(name);
            field.setAccessible(true);
            assertThat((Object[]) field.get(lent)).as(name).containsOnlyNulls();
        }
    }

    @Test
    void whatIsLostIsNoLongerThere() {
        ReceiveBuffer buffer = new ReceiveBuffer(pool, lent);
        buffer.write(0, octets(0, 100), 0, 100);
        buffer.advance(60);
        buffer.lend(octets(0, 5), 0, 5);
        assertThat(buffer.isLost()).isFalse();
        buffer.loseAll();
        assertThat(buffer.isLost()).isTrue();
        assertThat(buffer.readable()).isZero();
        assertThat(buffer.memory()).isZero();
        assertThat(lent.keepAll()).isNull();
        buffer.clear();
        assertThat(buffer.isLost()).as("the next connection's").isFalse();
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void whatStandsBehindAGapIsDroppedWithItsBlocks() {
        ReceiveBuffer buffer = new ReceiveBuffer(pool, lent);
        buffer.write(0, octets(0, 300), 0, 300);
        buffer.advance(300);
        buffer.write(2 * BLOCK, octets(7, 100), 0, 100);
        assertThat(pool.inUse()).isEqualTo(2);
        int least = BlockPool.memory(BlockPool.SMALL_OCTETS);
        assertThat(buffer.memoryInOrder()).isEqualTo(least);
        buffer.copyTogether();
        assertThat(pool.inUse()).as("not while something waits there").isEqualTo(2);
        buffer.dropUnreadable();
        assertThat(pool.inUse()).isEqualTo(1);
        buffer.copyTogether();
        assertThat(buffer.memory()).isEqualTo(least);
        assertRead(buffer, 0, 300);
        assertThat(buffer.memory()).isZero();
    }

    /** What is lent counts as nothing that the chain holds. */
    @Test
    void lentTextDoesNotHoldBlocksWhenTheRestIsRead() {
        ReceiveBuffer buffer = new ReceiveBuffer(pool, lent);
        buffer.write(0, octets(0, 10), 0, 10);
        buffer.advance(10);
        buffer.lend(octets(10, 10), 0, 10);
        buffer.dropUnreadable();
        assertRead(buffer, 0, 10);
        assertThat(buffer.memory()).isZero();
        assertRead(buffer, 10, 10);
    }

    /** Lent text takes no block, and is none of what waits. */
    @Test
    void lentTextIsReadBehindWhatWasKept() {
        ReceiveBuffer buffer = new ReceiveBuffer(pool, lent);
        buffer.lend(octets(0, 10), 0, 10);
        assertThat(buffer.memory()).isZero();
        assertThat(buffer.memoryInOrder()).isZero();
        buffer.keepLent();
        assertThat(buffer.memory()).isEqualTo(BlockPool.memory(BlockPool.SMALL_OCTETS));
        buffer.lend(octets(10, 20), 0, 20);
        assertRead(buffer, 0, 15);
        assertThat(buffer.hasWaitingOctets()).isFalse();
        assertThat(buffer.memory()).as("all that was kept is read").isZero();
        buffer.write(5, octets(35, 5), 0, 5);
        assertThat(buffer.readable()).isEqualTo(15);
        buffer.write(0, octets(30, 5), 0, 5);
        buffer.advance(10);
        assertRead(buffer, 15, 25);
        assertThat(lent.keepAll()).isNull();
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void aSendBufferTellsWhatItTakes() {
        SendBuffer buffer = new SendBuffer(pool);
        assertThat(buffer.append(octets(0, 10), 0)).isZero();
        assertThat(buffer.append(octets(0, 0), 10)).isZero();
        assertThat(buffer.memory()).isZero();
        ByteBuffer source = ByteBuffer.allocate(2 * BLOCK);
        assertThat(buffer.append(source, BLOCK + 1)).isEqualTo(BLOCK + 1);
        assertThat(source.position()).isEqualTo(BLOCK + 1);
        assertThat(buffer.memory()).isEqualTo((int) pool.octetsInUse());
        assertThat(pool.inUse()).isEqualTo(2);
        buffer.acknowledge(BLOCK - 10);
        assertThat(buffer.length()).isEqualTo(11);
        assertThat(buffer.leastMemory()).isEqualTo(BlockPool.memory(BlockPool.SMALL_OCTETS));
        buffer.copyTogether();
        assertThat(buffer.memory()).isEqualTo(buffer.leastMemory());
        buffer.acknowledge(10);
        assertThat(pool.inUse()).isEqualTo(1);
        buffer.clear();
        assertThat(buffer.length()).isZero();
        assertThat(pool.inUse()).isZero();
    }
}
