package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a transport does with its file, seen over a socket pair; needs no rights. */
@Timeout(60)
class TunTransportTest {

    private final SocketPair pair = PairFixture.socketPair(1500);
    private final TunTransport near = pair.near;
    private final TunTransport far = pair.far;

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void packetsArriveAsTheyWereCommitted() {
        for (int length = 20; length <= 1500; length++) {
            assertThat(Wire.send(near, Wire.packet(length, length))).isTrue();
            assertThat(Wire.next(far)).isEqualTo(Wire.packet(length, length));
        }
    }

    @Test
    void aBatchTakesWhatFitsAndTheRestComesNext() {
        for (int i = 0; i < 5; i++) {
            Wire.send(near, Wire.packet(100 + i, i));
        }
        PacketBatch batch = new PacketBatch(3);
        assertThat(far.receive(batch, 0)).isEqualTo(3);
        assertThat(far.receive(batch, 0)).isZero();
        for (int i = 0; i < 3; i++) {
            assertThat(Wire.octets(batch.get(i))).isEqualTo(Wire.packet(100 + i, i));
        }
        batch.clear();
        assertThat(far.receive(batch, 0)).isEqualTo(2);
        assertThat(Wire.octets(batch.get(1))).isEqualTo(Wire.packet(104, 4));
    }

    @Test
    void largePacketsComeInSeveralRoundsThroughOneBlock() {
        try (SocketPair large = PairFixture.socketPair(65_535)) {
            // The block takes three of the largest at least; the fifth starts it anew in any case.
            for (int i = 0; i < 5; i++) {
                assertThat(Wire.send(large.near, Wire.packet(40_000, i))).isTrue();
            }
            PacketBatch batch = new PacketBatch(10);
            int received = large.far.receive(batch, 0);
            assertThat(received).isBetween(3, 5);
            for (int i = 0; i < received; i++) {
                assertThat(Wire.octets(batch.get(i))).isEqualTo(Wire.packet(40_000, i));
            }
            for (int i = received; i < 5; i++) {
                assertThat(Wire.next(large.far)).isEqualTo(Wire.packet(40_000, i));
            }
        }
    }

    @Test
    void aRefusedPacketIsKeptAndWrittenInItsOrder() {
        int sent = fill();
        assertThat(near.claim(20)).as("no room while a packet is waiting").isNull();

        List<byte[]> received = new ArrayList<>();
        while (received.size() < sent) {
            received.add(Wire.next(far));
            // Room is back on the near side: waiting for it writes what was refused.
            near.await(0);
        }
        for (int i = 0; i < sent; i++) {
            assertThat(received.get(i)).isEqualTo(Wire.packet(1000, i));
        }
        assertThat(near.claim(20)).as("room is back").isNotNull();
        assertThat(near.lost()).isZero();
    }

    @Test
    void packetsClaimedBeforeTheRefusalAreKeptAsWell() {
        List<Packet> claimed = new ArrayList<>();
        for (int i = 0; i < SendPool.SLOTS / 2; i++) {
            Packet packet = near.claim(1000);
            claimed.add(packet);
        }
        int sent = fill();
        for (Packet packet : claimed) {
            packet.buffer().put(packet.offset(), Wire.packet(1000, sent));
            near.commit(packet, 0);
            sent++;
        }
        for (int i = 0; i < sent; i++) {
            assertThat(Wire.next(far)).isEqualTo(Wire.packet(1000, i));
            near.await(0);
        }
    }

    @Test
    void awaitReturnsWhenRoomIsBack() throws Exception {
        fill();
        Path waiter =
                Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
        Thread reader =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    untilAsleep(waiter);
                                    drain(far);
                                });
        long start = System.nanoTime();
        near.await(Wire.LONG_NS);
        assertThat(System.nanoTime() - start).as("waited for room").isLessThan(Wire.LONG_NS);
        reader.join();
        near.await(0);
        assertThat(near.claim(20)).isNotNull();
    }

    /** Returns when the thread waits inside a system call. */
    private static void untilAsleep(Path thread) {
        try {
            while (!Files.readString(thread.resolve("stat")).contains(") S ")) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Commits packets of 1000 octets until one is refused, and says how many. */
    private int fill() {
        int sent = 0;
        while (Wire.send(near, Wire.packet(1000, sent))) {
            sent++;
            assertThat(sent).as("packets without a refusal").isLessThan(10_000);
        }
        assertThat(sent).isPositive();
        return sent;
    }

    private static void drain(TunTransport transport) {
        PacketBatch batch = new PacketBatch(64);
        do {
            batch.clear();
        } while (transport.receive(batch, 0) > 0);
    }

    @Test
    void allPacketsCanBeClaimedButNoMore() {
        List<Packet> claimed = new ArrayList<>();
        Packet packet = near.claim(1500);
        while (packet != null) {
            claimed.add(packet);
            packet = near.claim(1500);
        }
        assertThat(claimed).hasSize(SendPool.SLOTS).doesNotHaveDuplicates();
        near.abandon(claimed.getFirst());
        assertThat(near.claim(1500)).isSameAs(claimed.getFirst());
        assertThat(far.receive(new PacketBatch(1), 0)).as("abandoned means unseen").isZero();
    }

    @Test
    void aWakeupFromAnotherThreadEndsTheWait() throws InterruptedException {
        for (int round = 0; round < 1000; round++) {
            Thread waker = Thread.ofPlatform().start(near::wakeup);
            long start = System.nanoTime();
            near.await(Wire.LONG_NS);
            assertThat(System.nanoTime() - start).as("round " + round).isLessThan(Wire.LONG_NS);
            waker.join();
            near.await(0);
        }
    }

    @Test
    void aWakeupBeforeTheWaitIsNotLostAndEndsOnlyOne() {
        near.wakeup();
        near.wakeup();
        long start = System.nanoTime();
        near.await(Wire.LONG_NS);
        assertThat(System.nanoTime() - start).isLessThan(Wire.LONG_NS);
        long second = System.nanoTime();
        near.await(2_000_000);
        assertThat(System.nanoTime() - second).isGreaterThanOrEqualTo(2_000_000);
    }

    @Test
    void aWakeupWithAPacketInFlightIsConsumed() {
        Wire.send(far, Wire.packet(20, 1));
        near.wakeup();
        near.await(Wire.LONG_NS);
        assertThat(Wire.next(near)).isEqualTo(Wire.packet(20, 1));
    }

    @Test
    void afterCloseNothingIsCarriedAndNothingWaits() {
        Packet claimed = near.claim(20);
        near.close();
        near.close();
        near.commit(claimed, 0);
        assertThat(near.claim(20)).isNull();
        assertThat(near.receive(new PacketBatch(1), 0)).isZero();
        near.await(Wire.LONG_NS);
        near.wakeup();
        assertSaysThatTheDeviceIsGone(far);
    }

    private static void assertSaysThatTheDeviceIsGone(TunTransport transport) {
        assertThatThrownBy(() -> transport.receive(new PacketBatch(1), 0))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("is gone: somebody has removed it");
    }

    @Test
    void theEndOfTheFileIsToldAndTheWaitDoesNotSpin() {
        far.close();
        assertSaysThatTheDeviceIsGone(near);
        long start = System.nanoTime();
        near.await(5_000_000);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
        Wire.send(near, Wire.packet(20, 1));
        assertThat(near.lost()).isEqualTo(1);
    }

    @Test
    void claimingWhatCanNotBeCarriedIsAMistakeOfTheCaller() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> near.claim(1501))
                .withMessage("a packet of 1501 octets can't be claimed; claim 1 to 1500");
        assertThatIllegalArgumentException().isThrownBy(() -> near.claim(0));
    }

    @Test
    void aPacketIsGivenBackOnce() {
        Packet packet = near.claim(20);
        near.abandon(packet);
        assertThatIllegalStateException()
                .isThrownBy(() -> near.commit(packet, 0))
                .withMessageContaining("commit or abandon each claimed packet once");
        assertThatIllegalStateException().isThrownBy(() -> near.abandon(packet));
        Packet foreign = far.claim(20);
        assertThatIllegalStateException().isThrownBy(() -> near.commit(foreign, 0));
    }

    @Test
    void nothingIsAllocatedPerPacket() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PacketBatch batch = new PacketBatch(64);
        long allocated = -1;
        // The first blocks run in the interpreter, which does allocate for foreign calls.
        for (int block = 0; block < 30 && allocated != 0; block++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            carry(batch, 10_000);
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as("octets allocated for 10,000 packets").isZero();
    }

    private void carry(PacketBatch batch, int packets) {
        for (int i = 0; i < packets; i++) {
            near.commit(near.claim(1500), i);
            far.await(1_000_000);
            batch.clear();
            int count = far.receive(batch, i);
            if (count != 1) {
                throw new AssertionError(count + " packets instead of one");
            }
            near.wakeup();
            near.await(1_000_000);
            near.await(0);
        }
    }
}
