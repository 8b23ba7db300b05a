package io.finwait.sim.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Carries numbered packets between the two ends of a fixture, waiting in bounded steps and sending
 * again where a transport may lose. Whatever arrives is compared octet for octet with what was
 * sent.
 */
final class Exchange {

    /**
     * One step of waiting; the sum of all steps bounds how long a hanging transport is waited for.
     */
    static final long STEP_NS = 100_000_000;

    /** How many steps a packet of a lossless transport may take. */
    private static final int STEPS = 100;

    /** How often a packet is sent before a lossy transport is reported as losing everything. */
    private static final int ATTEMPTS = 20;

    /** A transport that grants so many claims at once counts as unbounded. */
    static final int MANY = 4_096;

    final ContractPackets outgoing;
    final ContractPackets incoming;
    private final TransportFixture fixture;
    private final PacketBatch batch = new PacketBatch(16);
    private final Set<Integer> abandoned = new HashSet<>();
    private final ArrayDeque<byte[]> early = new ArrayDeque<>();

    Exchange(TransportFixture fixture) {
        this.fixture = fixture;
        outgoing = new ContractPackets(fixture.nearAddress(), fixture.farAddress());
        incoming = new ContractPackets(fixture.farAddress(), fixture.nearAddress());
    }

    private boolean lossless() {
        return fixture.near().capabilities().lossless();
    }

    private int attempts() {
        return lossless() ? 1 : ATTEMPTS;
    }

    private int stepsPerAttempt() {
        return STEPS / attempts();
    }

    /** Claims room, waiting for it when there is none; receives at the near end meanwhile. */
    Packet claim(int length) {
        for (int step = 0; step < STEPS; step++) {
            Packet packet = fixture.near().claim(length);
            if (packet != null) {
                return packet;
            }
            letTheFarEndTake();
            drain();
            fixture.advance(STEP_NS);
        }
        return fail("claim(" + length + ") gave null for " + seconds() + " although it was waited");
    }

    /**
     * Takes everything that has come to the far end, to be looked at later, so that there is room
     * again. One packet less is not enough where a kernel's buffers lie between the ends.
     */
    void letTheFarEndTake() {
        for (int i = 0; i < MANY; i++) {
            byte[] packet = fixture.capture(0);
            if (packet == null) {
                return;
            }
            early.addLast(packet);
        }
    }

    /** Claims until there is no room; the caller gives the claims back. */
    List<Packet> claimAll(int length) {
        List<Packet> claimed = new ArrayList<>();
        while (claimed.size() < MANY) {
            Packet packet = fixture.near().claim(length);
            if (packet == null) {
                break;
            }
            claimed.add(packet);
        }
        return claimed;
    }

    /** Writes octets into a claimed packet. */
    static void fill(Packet packet, byte[] octets) {
        packet.buffer().put(packet.offset(), octets);
        packet.length(octets.length);
    }

    /** Sends one packet from the near end. */
    void commit(byte[] octets) {
        Packet packet = claim(octets.length);
        fill(packet, octets);
        fixture.near().commit(packet, fixture.now());
    }

    /** Notes that the far end must never see this packet. */
    void abandoned(byte[] octets) {
        abandoned.add(outgoing.number(octets));
    }

    /** Brings one packet from the near end to the far end. */
    void carryOut(int length) {
        byte[] packet = outgoing.next(length);
        for (int attempt = 0; attempt < attempts(); attempt++) {
            commit(packet);
            if (arrivesAtFarEnd(outgoing.number(packet))) {
                return;
            }
        }
        fail("a packet of " + length + " octets never came to the far end in " + seconds());
    }

    private boolean arrivesAtFarEnd(int number) {
        for (int step = 0; step < stepsPerAttempt(); step++) {
            int came = capture(STEP_NS);
            if (came == number) {
                return true;
            }
            if (came != 0) {
                step--;
            }
        }
        return false;
    }

    /**
     * The number of the next packet of ours at the far end, verified; 0 when there is none.
     * Meanwhile the near end receives when it wants to, because a transport does its own work there
     * (R12).
     */
    int capture(long withinNs) {
        long until = fixture.now() + withinNs;
        byte[] packet = early.pollFirst();
        while (packet == null) {
            drain();
            long now = fixture.now();
            long deadline = fixture.near().nextDeadlineNs();
            boolean sooner = deadline != Long.MAX_VALUE && deadline - until < 0;
            packet = fixture.capture(sooner ? Math.max(1_000, deadline - now) : until - now);
            if (packet == null && fixture.now() - until >= 0) {
                return 0;
            }
        }
        int number = outgoing.number(packet);
        if (number == 0) {
            return 0;
        }
        assertFalse(
                abandoned.contains(number), "a packet was abandoned, and yet the far end saw it");
        assertArrayEquals(
                outgoing.expected(number), packet, "the far end got other octets than were sent");
        return number;
    }

    /** Brings one packet from the far end to the near end. */
    void carryIn(int length) {
        byte[] packet = incoming.next(length);
        for (int attempt = 0; attempt < attempts(); attempt++) {
            fixture.inject(packet);
            if (arrivesAtNearEnd(incoming.number(packet))) {
                return;
            }
        }
        fail("a packet of " + length + " octets never came to the near end in " + seconds());
    }

    private boolean arrivesAtNearEnd(int number) {
        for (int step = 0; step < stepsPerAttempt(); step++) {
            if (receive().contains(number)) {
                return true;
            }
            fixture.advance(STEP_NS);
        }
        return false;
    }

    /** One receive at the near end: the numbers of our packets, verified, in order of arrival. */
    List<Integer> receive() {
        return receive(batch);
    }

    List<Integer> receive(PacketBatch into) {
        into.clear();
        fixture.near().receive(into, fixture.now());
        return numbers(into, 0);
    }

    /** The numbers of our packets in a batch from an index on, verified. */
    List<Integer> numbers(PacketBatch received, int from) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = from; i < received.size(); i++) {
            byte[] packet = octets(received.get(i));
            int number = incoming.number(packet);
            if (number != 0) {
                assertArrayEquals(
                        incoming.expected(number),
                        packet,
                        "the near end received other octets than were sent");
                numbers.add(number);
            }
        }
        return numbers;
    }

    static byte[] octets(Packet packet) {
        byte[] octets = new byte[packet.length()];
        packet.buffer().get(packet.offset(), octets);
        return octets;
    }

    /** Receives everything that has arrived. */
    void drain() {
        Transport near = fixture.near();
        for (int i = 0; i < MANY; i++) {
            batch.clear();
            if (near.receive(batch, fixture.now()) == 0) {
                return;
            }
        }
    }

    private static String seconds() {
        return STEPS * STEP_NS / 1_000_000_000 + " s";
    }
}
