package io.finwait.sim.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Room for what is to be sent: R6, R7 and R14. */
abstract class RoomRules extends CarryingRules {

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
    void r14_aClaimLongerThanTheLargestPacketIsAMistake() {
        int largest = capabilities().largestPacket();
        assertThrows(IllegalArgumentException.class, () -> near().claim(largest + 1));
        assertThrows(IllegalArgumentException.class, () -> near().claim(Integer.MAX_VALUE));
        Packet packet = near().claim(largest);
        assertNotNull(packet, "a claim of the largest packet");
        near().abandon(packet);
    }
}
