package io.finwait.sim.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules R1 to R14 of {@link Transport}, each as one or more tests whose names begin with the
 * rule's number. What a transport declares in its {@link Capabilities} decides which promises are
 * checked; a test that does not apply is reported as aborted, with the reason.
 *
 * <p>Nothing here sleeps. In real time the tests wait by {@link Transport#await} and by the far end, in
 * a bounded number of steps; {@link #LONG_NS} is how long a wait may last before it counts as hanging.
 */
@Timeout(120)
public abstract class TransportContract {

    /** A wait that has to be ended by something else than its timeout, in nanoseconds. */
    protected static final long LONG_NS = 20_000_000_000L;

    private static final int ORDINARY = 100;

    private TransportFixture fixture;
    private Exchange exchange;

    /** Opens both ends anew; called before each test, and closed after it. */
    protected abstract TransportFixture openFixture() throws Exception;

    @BeforeEach
    final void open() throws Exception {
        fixture = openFixture();
        exchange = new Exchange(fixture);
    }

    @AfterEach
    final void closeBothEnds() {
        if (fixture != null) {
            fixture.close();
        }
    }

    private Transport near() {
        return fixture.near();
    }

    private Capabilities capabilities() {
        return near().capabilities();
    }

    @Test
    void r1_whatIsCommittedArrivesOctetForOctet() {
        exchange.carryOut(ORDINARY);
        exchange.carryIn(ORDINARY);
    }

    @Test
    void r1_whatIsDeclaredLosslessOrOrderedIsSo() {
        Capabilities can = capabilities();
        assumeTrue(can.lossless() || can.ordered(), "neither lossless nor ordered is declared");
        int sent = 64;
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < sent; i++) {
            byte[] packet = exchange.outgoing.next(ORDINARY + i);
            numbers.add(exchange.outgoing.number(packet));
            exchange.commit(packet);
        }
        List<Integer> came = new ArrayList<>();
        for (int step = 0; step < 2 * sent && came.size() < sent; step++) {
            int number = exchange.capture(Exchange.STEP_NS);
            if (number != 0) {
                came.add(number);
            }
        }
        if (can.lossless()) {
            assertEquals(Set.copyOf(numbers), Set.copyOf(came), "declared lossless");
        }
        if (can.ordered()) {
            assertEquals(came.stream().sorted().toList(), came, "declared ordered");
        }
    }

    @Test
    void r2_packetsOfEveryLengthAreCarried() {
        for (int length : lengths()) {
            exchange.carryOut(length);
            exchange.carryIn(length);
        }
    }

    /** Every length up to 2,048 and close to the MTU; in between, where an MTU is huge, a sample. */
    private List<Integer> lengths() {
        int mtu = capabilities().mtu();
        List<Integer> lengths = new ArrayList<>();
        for (int length = exchange.outgoing.shortest(); length <= mtu; length++) {
            boolean nearAPowerOfTwo = Integer.bitCount(length) == 1 || (length & length + 1) == 0;
            if (length <= 2_048 || length > mtu - 64 || length % 97 == 0 || nearAPowerOfTwo) {
                lengths.add(length);
            }
        }
        return lengths;
    }

    @Test
    void r3_receiveReturnsZeroWhenNothingHasArrived() {
        exchange.drain();
        PacketBatch batch = new PacketBatch(4);
        Packet mine = new Packet();
        batch.add(mine);
        int added = near().receive(batch, fixture.now());
        assertEquals(batch.size() - 1, added, "receive returns how many packets it added");
        assertSame(mine, batch.get(0), "what the batch held before stays in front");
    }

    @Test
    void r3_receiveReturnsHowManyPacketsItAdded() {
        PacketBatch batch = new PacketBatch(8);
        Packet mine = new Packet();
        byte[] packet = exchange.incoming.next(ORDINARY);
        for (int attempt = 0; attempt < 200; attempt++) {
            if (attempt % 10 == 0) {
                fixture.inject(packet);
            }
            batch.clear();
            batch.add(mine);
            int added = near().receive(batch, fixture.now());
            assertEquals(batch.size() - 1, added, "receive returns how many packets it added");
            assertSame(mine, batch.get(0), "what the batch held before stays in front");
            if (!exchange.numbers(batch, 1).isEmpty()) {
                return;
            }
            fixture.advance(Exchange.STEP_NS);
        }
        throw new AssertionError("nothing was received");
    }

    @Test
    void r4_octetsStayValidUntilTheNextReceive() {
        PacketBatch batch = new PacketBatch(8);
        for (int attempt = 0; attempt < 100 && exchange.receive(batch).isEmpty(); attempt++) {
            for (int i = 0; i < 4; i++) {
                fixture.inject(exchange.incoming.next(ORDINARY + i));
            }
            fixture.advance(Exchange.STEP_NS);
        }
        assertFalseEmpty(batch);
        List<byte[]> before = octets(batch);
        for (int i = 0; i < 8; i++) {
            fixture.inject(exchange.incoming.next(ORDINARY + 4 - i));
            Packet sent = near().claim(ORDINARY + i);
            if (sent != null) {
                Exchange.fill(sent, exchange.outgoing.next(ORDINARY + i));
                near().commit(sent, fixture.now());
            }
        }
        fixture.advance(Exchange.STEP_NS);
        near().await(0);
        List<byte[]> after = octets(batch);
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(
                    before.get(i), after.get(i), "received octets changed before the next receive");
        }
    }

    private static void assertFalseEmpty(PacketBatch batch) {
        assertTrue(batch.size() > 0, "nothing was received");
    }

    private static List<byte[]> octets(PacketBatch batch) {
        List<byte[]> octets = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            octets.add(Exchange.octets(batch.get(i)));
        }
        return octets;
    }

    @Test
    void r5_packetsThatDoNotFitComeWithTheNextCall() {
        int count = 4;
        PacketBatch one = new PacketBatch(1);
        PacketBatch full = new PacketBatch(1);
        full.add(new Packet());
        for (int attempt = 0; attempt < 50; attempt++) {
            Set<Integer> missing = new HashSet<>();
            for (int i = 0; i < count; i++) {
                byte[] packet = exchange.incoming.next(ORDINARY + i);
                missing.add(exchange.incoming.number(packet));
                fixture.inject(packet);
            }
            // A real far end delivers at its own pace; the last packets need more than one look.
            for (int step = 0; step < 40 && !missing.isEmpty(); step++) {
                fixture.advance(Exchange.STEP_NS);
                assertEquals(0, near().receive(full, fixture.now()), "a full batch takes nothing");
                assertEquals(1, full.size(), "a full batch takes nothing");
                for (int i = 0; i < count; i++) {
                    missing.removeAll(exchange.receive(one));
                }
            }
            if (missing.isEmpty()) {
                return;
            }
            assertTrue(!capabilities().lossless(), missing.size() + " of " + count + " were lost");
        }
        throw new AssertionError("in 50 rounds packets that did not fit were always lost");
    }

    @Test
    void r6_claimGivesTheRoomThatWasAskedFor() {
        Capabilities can = capabilities();
        for (int length : new int[] {1, ORDINARY, can.mtu(), can.largestPacket()}) {
            Packet packet = exchange.claim(length);
            assertEquals(length, packet.length(), "length of a claimed packet");
            assertTrue(
                    packet.offset() + length <= packet.buffer().capacity(),
                    "the buffer is shorter than the claim of " + length + " octets");
            assertTrue(
                    packet.headroom() >= can.headroom() && packet.offset() >= can.headroom(),
                    "less headroom than declared");
            near().abandon(packet);
        }
    }

    @Test
    void r6_claimedPacketsDoNotOverlapAndNullChangesNothing() {
        int length = capabilities().mtu();
        List<Packet> claimed = exchange.claimAll(length);
        assertTrue(!claimed.isEmpty(), "no room although nothing was sent");
        List<byte[]> written = new ArrayList<>();
        for (Packet packet : claimed) {
            byte[] octets = exchange.outgoing.next(length);
            written.add(octets);
            Exchange.fill(packet, octets);
        }
        if (claimed.size() < Exchange.MANY) {
            assertNull(near().claim(length), "room came back although nothing was given back");
        }
        for (int i = 0; i < claimed.size(); i++) {
            assertArrayEquals(
                    written.get(i), Exchange.octets(claimed.get(i)), "claimed packets overlap");
            near().abandon(claimed.get(i));
        }
        exchange.carryOut(length);
    }

    @Test
    void r7_anAbandonedPacketIsNeverSeenAndItsRoomComesBack() {
        int length = capabilities().mtu();
        List<Packet> claimed = exchange.claimAll(length);
        for (Packet packet : claimed) {
            byte[] octets = exchange.outgoing.next(length);
            exchange.abandoned(octets);
            Exchange.fill(packet, octets);
        }
        claimed.forEach(near()::abandon);
        for (int round = 0; round < 3; round++) {
            List<Packet> again = exchange.claimAll(length);
            again.forEach(near()::abandon);
            assertTrue(
                    again.size() >= claimed.size(),
                    () ->
                            "room for %d packets, after abandoning them only for %d"
                                    .formatted(claimed.size(), again.size()));
        }
        exchange.carryOut(length);
        exchange.carryOut(ORDINARY);
    }

    @Test
    void r7_aPacketMayBeCommittedShorterThanItWasClaimed() {
        for (int attempt = 0; attempt < 100; attempt++) {
            Packet packet = exchange.claim(capabilities().mtu());
            byte[] octets = exchange.outgoing.next(ORDINARY);
            Exchange.fill(packet, octets);
            near().commit(packet, fixture.now());
            if (exchange.capture(Exchange.STEP_NS) == exchange.outgoing.number(octets)) {
                return;
            }
        }
        throw new AssertionError("no packet made shorter than its claim came to the far end");
    }

    @Test
    void r8_awaitReturnsWhenRoomIsBack() {
        int length = capabilities().mtu();
        assumeTrue(
                commitUntilRefused(length),
                "claim gave no null while " + Exchange.MANY + " packets were sent at once");
        for (int attempt = 0; attempt < Exchange.MANY; attempt++) {
            exchange.letTheFarEndTake();
            assertReturnsEarly(LONG_NS, "room was back after a refused claim");
            exchange.drain();
            Packet packet = near().claim(length);
            if (packet != null) {
                near().abandon(packet);
                return;
            }
        }
        throw new AssertionError("claim gave null for ever");
    }

    private boolean commitUntilRefused(int length) {
        byte[] octets = exchange.outgoing.next(length);
        for (int i = 0; i < Exchange.MANY; i++) {
            Packet packet = near().claim(length);
            if (packet == null) {
                return true;
            }
            Exchange.fill(packet, octets);
            near().commit(packet, fixture.now());
        }
        return false;
    }

    private void assertReturnsEarly(long timeoutNs, String because) {
        long before = fixture.now();
        near().await(timeoutNs);
        long waited = fixture.now() - before;
        assertTrue(waited < timeoutNs, () -> "await waited the whole timeout although " + because);
    }

    @Test
    void r9_awaitReturnsWhenSomethingCanBeReceived() {
        awaitUntilReceived(false);
    }

    @Test
    void r9_awaitDoesNotWaitForWhatIsThereAlready() {
        awaitUntilReceived(true);
    }

    /** A packet that was not lost must end an await before its timeout. */
    private void awaitUntilReceived(boolean letItArriveFirst) {
        boolean lossless = capabilities().lossless();
        long patienceNs = lossless ? LONG_NS : 10 * Exchange.STEP_NS;
        for (int attempt = 0; attempt < 50; attempt++) {
            exchange.drain();
            byte[] packet = exchange.incoming.next(ORDINARY);
            fixture.inject(packet);
            if (letItArriveFirst) {
                fixture.advance(Exchange.STEP_NS);
            }
            // Await may return for no reason, or for somebody else's packet.
            for (int step = 0; step < 20; step++) {
                long before = fixture.now();
                near().await(patienceNs);
                boolean early = fixture.now() - before < patienceNs;
                assertTrue(early || !lossless, "await went on although a packet had come");
                if (exchange.receive().contains(exchange.incoming.number(packet)) && early) {
                    return;
                }
                if (!early) {
                    break;
                }
            }
        }
        throw new AssertionError("in 50 attempts no packet ended an await before its timeout");
    }

    @Test
    void r9_awaitReturnsWhenTheTimeoutHasPassed() {
        exchange.drain();
        for (long timeoutNs : new long[] {1_000_000, 1, 0, -1, Long.MIN_VALUE}) {
            long before = fixture.now();
            near().await(timeoutNs);
            assertTrue(fixture.now() - before < LONG_NS, "await(" + timeoutNs + ") hangs");
        }
    }

    @Test
    void r9_aWakeUpBeforeTheCallIsNotLost() {
        exchange.drain();
        near().wakeup();
        assertReturnsEarly(LONG_NS, "it had been woken before the call");
    }

    @Test
    void r9_wakeUpsOfAnotherThreadAreNeverLost() throws InterruptedException {
        exchange.drain();
        WakingThread waker = new WakingThread(near());
        waker.start();
        try {
            // In virtual time nobody waits for real, so that there is no race worth many rounds.
            int rounds = fixture.virtualTime() ? 20 : 500;
            for (int round = 1; round <= rounds; round++) {
                waker.ask(round);
                long before = fixture.now();
                while (waker.answered() != round) {
                    near().await(LONG_NS);
                    if (!fixture.virtualTime()) {
                        assertTrue(
                                fixture.now() - before < LONG_NS,
                                "round " + round + ": a wake-up of another thread was lost");
                    }
                    exchange.drain();
                }
            }
        } finally {
            waker.end();
        }
    }

    @Test
    void r10_wakeupMayBeCalledFromAnyThreadAlsoAfterClose() throws InterruptedException {
        Transport near = near();
        WakingThread first = new WakingThread(near);
        WakingThread second = new WakingThread(near);
        first.start();
        second.start();
        try {
            for (int round = 1; round <= 100; round++) {
                first.ask(round);
                second.ask(round);
                if (round == 50) {
                    near.close();
                }
                near.await(0);
            }
        } finally {
            first.end();
            second.end();
        }
        near.wakeup();
        assertNull(first.failure(), "wakeup threw");
        assertNull(second.failure(), "wakeup threw");
    }

    @Test
    void r11_closeIsIdempotentAndAfterwardsNothingIsCarried() {
        Transport near = near();
        for (int i = 0; i < 3; i++) {
            fixture.inject(exchange.incoming.next(ORDINARY));
        }
        fixture.advance(Exchange.STEP_NS);
        near.close();
        near.close();
        PacketBatch batch = new PacketBatch(4);
        assertEquals(0, near.receive(batch, fixture.now()), "receive after close");
        assertEquals(0, batch.size(), "receive after close");
        assertNull(near.claim(ORDINARY), "claim after close");
        for (int i = 0; i < 3; i++) {
            assertReturnsEarly(LONG_NS, "the transport is closed");
        }
        near.close();
    }

    @Test
    void r11_aWaitingTransportIsWokenAndClosed() throws InterruptedException {
        exchange.drain();
        WakingThread waker = new WakingThread(near());
        waker.start();
        try {
            waker.ask(1);
            while (waker.answered() != 1) {
                near().await(LONG_NS);
                exchange.drain();
            }
            near().close();
        } finally {
            waker.end();
        }
        assertNull(near().claim(ORDINARY), "claim after close");
    }

    @Test
    void r11_whatWasClosedCanBeOpenedAgain() {
        exchange.carryOut(ORDINARY);
        for (int i = 0; i < 3; i++) {
            Transport closed = near();
            closed.close();
            fixture.reopen();
            assertNull(closed.claim(ORDINARY), "the closed transport stays closed");
            exchange.carryOut(ORDINARY);
            exchange.carryIn(ORDINARY);
        }
    }

    @Test
    void r12_theWorkOfADeadlineIsDoneInsideReceive() {
        PacketBatch batch = new PacketBatch(16);
        byte[] packet = exchange.incoming.next(ORDINARY);
        for (int step = 0; step < 200; step++) {
            if (step % 10 == 0) {
                fixture.inject(packet);
            }
            List<Integer> came = exchange.receive(batch);
            long now = fixture.now();
            long deadline = near().nextDeadlineNs();
            // Work for which the batch had no room may stay due.
            if (batch.room() > 0 && fixture.virtualTime()) {
                assertTrue(
                        deadline == Long.MAX_VALUE || deadline - now > 0,
                        () ->
                                "at "
                                        + now
                                        + " receive left work behind that was due at "
                                        + deadline);
            }
            if (came.contains(exchange.incoming.number(packet))) {
                return;
            }
            boolean soon = deadline != Long.MAX_VALUE && deadline - now < Exchange.STEP_NS;
            fixture.advance(soon ? Math.max(1, deadline - now) : Exchange.STEP_NS);
        }
        throw new AssertionError("nothing came at the deadlines that the transport named");
    }

    @Test
    void r13_nothingIsAllocatedPerPacketInTheSteadyState() {
        assumeFalse(capabilities().allocates(), "the transport declares that it may allocate");
        AllocationMeter meter = new AllocationMeter();
        long least = Long.MAX_VALUE;
        int packets = 200;
        for (int round = 0; round < 30 && least > 0; round++) {
            long allocated = 0;
            for (int i = 0; i < packets; i++) {
                allocated += allocatedBySendAndReceive(meter);
            }
            // The first rounds load classes and fill pools; a steady state has rounds of zero.
            least = Math.min(least, allocated);
        }
        assertEquals(0, least, "octets allocated in the best of 30 rounds of " + packets);
    }

    private long allocatedBySendAndReceive(AllocationMeter meter) {
        Transport near = near();
        byte[] octets = exchange.outgoing.next(ORDINARY);
        fixture.inject(exchange.incoming.next(ORDINARY));
        fixture.advance(1_000_000);
        PacketBatch batch = new PacketBatch(8);
        long now = fixture.now();
        long before = meter.octets();
        near.receive(batch, now);
        near.nextDeadlineNs();
        Packet packet = near.claim(ORDINARY);
        long allocated = meter.octets() - before;
        if (packet != null) {
            Exchange.fill(packet, octets);
            before = meter.octets();
            near.commit(packet, now);
            allocated += meter.octets() - before;
        }
        fixture.capture(1_000_000);
        return allocated;
    }

    @Test
    void r14_aClaimLongerThanTheLargestPacketIsAMistake() {
        int largest = capabilities().largestPacket();
        assertThrows(IllegalArgumentException.class, () -> near().claim(largest + 1));
        assertThrows(IllegalArgumentException.class, () -> near().claim(Integer.MAX_VALUE));
        Packet packet = near().claim(largest);
        assertNotNull(packet, "a claim of the largest packet");
        near().abandon(packet);
    }
}
