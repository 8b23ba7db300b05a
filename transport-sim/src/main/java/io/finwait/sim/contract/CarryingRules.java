package io.finwait.sim.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is carried, and how it is received: R1 to R5, R12 and R13. */
abstract class CarryingRules extends ContractEnds {

    private static final int MOST_ROUNDS = 500;

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

    /**
     * Every length up to 2,048 and close to the MTU; in between, where an MTU is huge, a sample.
     */
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
            // A real far end delivers at its own pace, so the last packets may need more than one
            // look.
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
            // Work may stay due when the batch had no room for it.
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
        // On a busy machine the compiler takes longer; until it is done, allocations that it will
        // remove are counted.
        for (int round = 0; round < MOST_ROUNDS && least > 0; round++) {
            long allocated = 0;
            for (int i = 0; i < packets; i++) {
                allocated += allocatedBySendAndReceive(meter);
            }
            // The first rounds load classes and fill pools; a steady state has rounds of zero.
            least = Math.min(least, allocated);
        }
        assertEquals(
                0,
                least,
                "octets allocated in the best of " + MOST_ROUNDS + " rounds of " + packets);
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
}
