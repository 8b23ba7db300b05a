package io.finwait.sim;

import static io.finwait.sim.Packets.segment;
import static io.finwait.sim.Packets.send;
import static io.finwait.sim.Packets.sequences;
import static io.finwait.sim.Packets.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Virtual time, the driver, routing and determinism. */
class SimNetworkTest {

    private static final long SECOND = 1_000_000_000L;
    private static final LinkModel BAD =
            LinkModel.perfect()
                    .loss(0.1)
                    .burstLoss(0.01, 3)
                    .delay(10_000_000)
                    .jitter(3_000_000)
                    .reordering(0.05, 5_000_000)
                    .duplication(0.05)
                    .corruption(0.02)
                    .rate(10_000_000, 50);

    /** Sends a segment of random length every millisecond and answers what it receives. */
    private static final class Chatter implements SimParticipant {

        private final SimTransport transport;
        private final RandomSource random;
        private final PacketBatch batch = new PacketBatch(8);
        private int left;
        private long nextNs;

        Chatter(SimTransport transport, int packets) {
            this.transport = transport;
            random = transport.random();
            left = packets;
        }

        @Override
        public int doWork(long nowNs) {
            batch.clear();
            int work = transport.receive(batch, nowNs);
            if (left > 0 && nextNs - nowNs <= 0) {
                int length = (int) (random.nextLong() >>> 1) % 500 & 0xFF;
                byte[] octets = segment(TcpHeader.ACK, random.nextLong() >>> 32, length);
                Packet packet = transport.claim(octets.length);
                if (packet != null) {
                    packet.buffer().put(packet.offset(), octets);
                    transport.commit(packet, nowNs);
                }
                left--;
                nextNs += 1_000_000;
                work++;
            }
            return work;
        }

        @Override
        public long nextDeadlineNs() {
            return left > 0 ? nextNs : Long.MAX_VALUE;
        }
    }

    private static TrafficHash chat(long seed) {
        SimNetwork network = SimNetwork.seeded(seed).links(BAD);
        TrafficHash hash = new TrafficHash();
        network.observe(hash);
        network.add("a", new Chatter(network.host("a"), 500));
        network.add("b", new Chatter(network.host("b"), 500));
        network.from("a").nth(7).duplicate();
        assertThat(network.runUntilIdle(600 * SECOND)).isTrue();
        assertThat(hash.packets()).isEqualTo(1_000);
        return hash;
    }

    @Test
    void theSameSeedGivesTheSameOctetsAtTheSameTimes() {
        assertThat(chat(42).value()).isEqualTo(chat(42).value());
        assertThat(chat(43).value()).isNotEqualTo(chat(42).value());
    }

    @Test
    void theTrafficOfASeedDoesNotChangeFromVersionToVersionUnnoticed() {
        assertThat(chat(42)).hasToString("d0e630a00324d8f");
    }

    @Test
    void fourMinutesPassWithoutWaiting() {
        SimNetwork network = SimNetwork.seeded(1);
        assertThat(network.nowNs()).isZero();
        network.runUntil(240 * SECOND);
        assertThat(network.nowNs()).isEqualTo(240 * SECOND);
        network.runFor(SECOND);
        assertThat(network.nowNs()).isEqualTo(241 * SECOND);
    }

    @Test
    void actionsRunInOrderOfTimeAndThenOfScheduling() {
        SimNetwork network = SimNetwork.seeded(1);
        List<String> order = new ArrayList<>();
        network.at(20, () -> order.add("third"));
        network.at(10, () -> order.add("first"));
        network.at(10, () -> network.at(10, () -> order.add("late second")));
        network.at(10, () -> order.add("second"));
        network.after(30, () -> order.add("never"));
        network.runUntil(29);
        assertThat(order).containsExactly("first", "second", "late second", "third");
        assertThatThrownBy(() -> network.at(28, () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("it is 29 ns already; 28 ns has passed");
    }

    @Test
    void atOneInstantPacketsComeBeforeActionsBeforeParticipants() {
        SimNetwork network = SimNetwork.seeded(1).links(LinkModel.perfect().delay(10));
        SimTransport a = network.host("a");
        SimTransport b = network.host("b");
        List<String> order = new ArrayList<>();
        network.observe(
                new SimObserver() {
                    @Override
                    public void delivered(long nowNs, SimPacket packet) {
                        order.add("packet");
                    }
                });
        network.add("p", SimParticipant.of(now -> note(order, "p", now == 10), () -> 10));
        network.add("q", SimParticipant.of(now -> note(order, "q", now == 10), () -> 11));
        network.at(10, () -> order.add("action"));
        send(a, text(1));
        assertThatThrownBy(() -> network.runUntil(10)).hasMessageContaining("p (its deadline");
        assertThat(order.subList(0, 4)).containsExactly("packet", "action", "p", "q");
        assertThat(sequences(b)).containsExactly(1L);
    }

    private static int note(List<String> order, String name, boolean now) {
        if (now && !order.contains(name)) {
            order.add(name);
            return 1;
        }
        return 0;
    }

    @Test
    void namesWhoDoesNotComeToRest() {
        SimNetwork network = SimNetwork.seeded(77);
        network.add("quiet", SimParticipant.of(now -> 0, () -> Long.MAX_VALUE));
        network.add("busy bee", SimParticipant.of(now -> 1, () -> Long.MAX_VALUE));
        assertThatThrownBy(() -> network.runUntil(5))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("at 0 ns busy bee does not come to rest after 10000 rounds (seed 77)");
    }

    @Test
    void whatIsThrownInsideIsGivenTheSeedAndTheTime() {
        SimNetwork network = SimNetwork.seeded(77);
        network.at(
                5,
                () -> {
                    throw new AssertionError("broken");
                });
        assertThatThrownBy(() -> network.runUntil(9))
                .isInstanceOf(AssertionError.class)
                .satisfies(
                        thrown ->
                                assertThat(thrown.getSuppressed()[0])
                                        .hasMessage("in a simulation with seed 77 at 5 ns"));
        assertThat(network.nowNs()).isEqualTo(5);
        network.runUntil(9);
    }

    @Test
    void runUntilIdleSaysWhetherItCameToRest() {
        SimNetwork network = SimNetwork.seeded(1).links(LinkModel.perfect().delay(50));
        SimTransport a = network.host("a");
        network.host("b");
        send(a, text(1));
        assertThat(network.runUntilIdle(49)).isFalse();
        assertThat(network.nowNs()).isEqualTo(49);
        assertThat(network.runUntilIdle(1_000)).isTrue();
        assertThat(network.nowNs()).isEqualTo(50);
    }

    @Test
    void runWhileStopsAtTheInstantAtWhichTheConditionEnds() {
        SimNetwork network = SimNetwork.seeded(1);
        int[] count = new int[1];
        for (int i = 1; i <= 5; i++) {
            network.at(i * 10L, () -> count[0]++);
        }
        assertThat(network.runWhile(() -> count[0] < 3, 1_000)).isTrue();
        assertThat(network.nowNs()).isEqualTo(30);
        assertThat(network.runWhile(() -> count[0] < 5, 49)).isFalse();
        assertThat(network.nowNs()).isEqualTo(49);
        assertThat(network.runWhile(() -> count[0] < 6, 1_000)).isFalse();
        assertThat(network.nowNs()).isEqualTo(50);
    }

    @Test
    void aRunInsideARunIsRefused() {
        SimNetwork network = SimNetwork.seeded(1);
        network.at(1, () -> network.runUntil(2));
        assertThatThrownBy(() -> network.runUntil(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("schedule with at()");
    }

    @Test
    void amongMoreThanTwoHostsTheDestinationAddressDecides() {
        SimNetwork network = SimNetwork.seeded(1);
        SimTransport a = network.attach("a", IpAddress.parse("10.0.0.1"));
        SimTransport b = network.attach("b", IpAddress.parse("10.0.0.2"));
        SimTransport c =
                network.attach("c", IpAddress.parse("10.0.0.3"), IpAddress.parse("10.0.0.4"));
        Journal journal = new Journal();
        network.observe(journal);
        send(a, segment("10.0.0.2", TcpHeader.ACK, 2, 0, 0));
        send(a, segment("10.0.0.3", TcpHeader.ACK, 3, 0, 0));
        send(a, segment("10.0.0.4", TcpHeader.ACK, 4, 0, 0));
        send(a, segment("10.0.0.5", TcpHeader.ACK, 5, 0, 0));
        send(a, new byte[] {0x60});
        network.runUntilIdle(SECOND);
        assertThat(sequences(b)).containsExactly(2L);
        assertThat(sequences(c)).containsExactly(3L, 4L);
        assertThat(journal.entries().get(3).dropped()).isEqualTo(DropReason.NO_ROUTE);
        assertThat(journal.entries().get(4).dropped()).isEqualTo(DropReason.NO_ROUTE);
        assertThat(network.packetsInUse()).isZero();
    }

    @Test
    void linksAreSetForEachDirection() {
        SimNetwork network = SimNetwork.seeded(1);
        SimTransport a = network.host("a");
        SimTransport b = network.host("b");
        network.link("a", "b", LinkModel.perfect().partition(0, 100).delay(5));
        assertThat(network.link("b", "a")).isEqualTo(LinkModel.perfect());
        send(a, text(1));
        send(b, text(2));
        network.at(100, () -> send(a, text(3)));
        network.runUntil(104);
        assertThat(sequences(a)).containsExactly(2L);
        assertThat(sequences(b)).isEmpty();
        network.runUntil(105);
        assertThat(sequences(b)).containsExactly(3L);
    }

    @Test
    void aHostThatIsAttachedLaterGetsTheLinksThatWereSetForAll() {
        LinkModel slow = LinkModel.perfect().delay(7);
        LinkModel own = LinkModel.perfect().delay(9);
        SimNetwork network = SimNetwork.seeded(1).links(slow);
        network.host("a");
        network.linksFrom("a", own);
        network.host("b");
        assertThat(network.link("a", "b")).isEqualTo(own);
        assertThat(network.link("b", "a")).isEqualTo(slow);
    }

    @Test
    void theOutgoingQueueGivesBackPressureBeforeTheLinkDrops() {
        LinkModel slow = LinkModel.perfect().rate(8_000_000, 100);
        SimNetwork network = SimNetwork.seeded(1).links(slow).queues(3, 100);
        SimTransport a = network.host("a");
        SimTransport b = network.host("b");
        for (int i = 0; i < 3; i++) {
            send(a, text(i));
        }
        assertThat(a.claim(50)).isNull();
        network.runUntil(50_000);
        Packet room = a.claim(50);
        assertThat(room).as("50 octets have left after 50 us").isNotNull();
        assertThat(a.claim(50)).isNull();
        a.abandon(room);
        network.runUntilIdle(SECOND);
        assertThat(sequences(b)).containsExactly(0L, 1L, 2L);
    }

    @Test
    void whatArrivesAtAFullOrClosedHostIsDropped() {
        SimNetwork network = SimNetwork.seeded(1).queues(10, 2);
        SimTransport a = network.host("a");
        SimTransport b = network.host("b");
        Journal journal = new Journal();
        network.observe(journal);
        for (int i = 0; i < 3; i++) {
            send(a, text(i));
        }
        network.runUntilIdle(SECOND);
        assertThat(journal.entries().get(2).dropped()).isEqualTo(DropReason.INBOX_FULL);
        b.close();
        send(a, text(9));
        network.runUntilIdle(SECOND);
        assertThat(journal.entries().get(3).dropped()).isEqualTo(DropReason.CLOSED);
        assertThat(network.packetsInUse()).isZero();
        assertThat(journal.toString().lines().findFirst().orElseThrow())
                .isEqualTo("0.000000 a > b . 0:10(10) ack 1 win 65535, dropped: CLOSED");
    }

    @Test
    void receivingAtALaterTimeMovesTheNetworkThere() {
        SimNetwork network = SimNetwork.seeded(1).links(LinkModel.perfect().delay(10));
        SimTransport a = network.host("a");
        SimTransport b = network.host("b");
        send(a, text(1));
        assertThat(b.nextDeadlineNs()).isEqualTo(10);
        PacketBatch batch = new PacketBatch(4);
        assertThat(b.receive(batch, 9)).isZero();
        assertThat(b.receive(batch, 10)).isEqualTo(1);
        assertThat(network.nowNs()).isEqualTo(10);
        assertThat(b.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void awaitingLetsVirtualTimePassAndTheOthersWork() {
        SimNetwork network = SimNetwork.seeded(1).links(LinkModel.perfect().delay(10));
        SimTransport a = network.host("a");
        SimTransport b = network.host("b");
        network.add("b", new Chatter(b, 1));
        a.await(SECOND);
        assertThat(network.nowNs()).isEqualTo(10);
        assertThat(sequences(a)).hasSize(1);
        a.await(SECOND);
        assertThat(network.nowNs()).isEqualTo(10 + SECOND);
        a.await(Long.MAX_VALUE);
        assertThat(network.nowNs()).as("an endless wait for nothing").isEqualTo(10 + SECOND);
    }

    @Test
    void aPacketIsGivenBackOnceAndToItsOwnTransport() {
        SimNetwork network = SimNetwork.seeded(1);
        SimTransport a = network.host("a");
        SimTransport b = network.host("b");
        Packet packet = a.claim(20);
        assertThatThrownBy(() -> b.abandon(packet)).isInstanceOf(IllegalStateException.class);
        a.abandon(packet);
        assertThatThrownBy(() -> a.commit(packet, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("commit wants a packet that was claimed");
        assertThatThrownBy(() -> a.abandon(new Packet())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void namesAreUniqueWhileTheirHostIsOpen() {
        SimNetwork network = SimNetwork.seeded(1);
        SimTransport a = network.attach("a");
        assertThat(network.host("a")).isSameAs(a);
        assertThatThrownBy(() -> network.attach("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("attached already");
        a.close();
        assertThat(a.isClosed()).isTrue();
        assertThat(network.host("a")).isNotSameAs(a);
        assertThatThrownBy(() -> network.mtu(100)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> network.queues(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aQueueTakesAtLeastOnePacket() {
        SimNetwork network = SimNetwork.seeded(1).queues(1, 1);
        SimTransport sender = network.host("a");
        network.host("b");
        assertThat(sender.claim(40)).isNotNull();
        assertThat(sender.claim(40)).as("the queue is full").isNull();
        assertThatThrownBy(() -> network.queues(0, 1))
                .hasMessage("a queue takes at least 1 packet");
        assertThatThrownBy(() -> network.queues(1, 0))
                .hasMessage("a queue takes at least 1 packet");
    }

    @Test
    void whoIsRemovedIsNotRunAnyMore() {
        SimNetwork network = SimNetwork.seeded(1);
        Chatter chatter = new Chatter(network.host("a"), 1_000);
        network.host("b");
        network.add(chatter);
        network.runFor(5_500_000);
        assertThat(network.remove(chatter)).isSameAs(network);
        int left = chatter.left;
        assertThat(left).isEqualTo(994);
        network.runFor(SECOND);
        assertThat(chatter.left).isEqualTo(left);
    }

    @Test
    void theClockIsMovedToNowOrLater() {
        SimNetwork network = SimNetwork.seeded(1);
        network.advanceTo(5);
        network.advanceTo(5);
        assertThat(network.nowNs()).isEqualTo(5);
        assertThatThrownBy(() -> network.advanceTo(4))
                .hasMessage("it is 5 ns already; 4 ns has passed");
    }

    @Test
    void aParticipantThatRunsTheNetworkInItsTurnRunsNothing() {
        SimNetwork network = SimNetwork.seeded(1);
        List<Integer> done = new ArrayList<>();
        network.add(
                new SimParticipant() {
                    @Override
                    public int doWork(long nowNs) {
                        done.add(network.doWork());
                        return 0;
                    }

                    @Override
                    public long nextDeadlineNs() {
                        return Long.MAX_VALUE;
                    }
                });
        network.doWork();
        assertThat(done).containsExactly(0);
    }

    @Test
    void whoReceivesInASecondThreadIsToldSo() throws InterruptedException {
        SimNetwork network = SimNetwork.seeded(1);
        SimTransport one = network.host("a");
        SimTransport other = network.host("b");
        one.receive(new PacketBatch(1), 0);
        List<Throwable> thrown = new ArrayList<>();
        Thread second =
                new Thread(
                        () -> {
                            try {
                                other.receive(new PacketBatch(1), 0);
                            } catch (IllegalStateException e) {
                                thrown.add(e);
                            }
                        });
        second.start();
        second.join();
        assertThat(thrown).hasSize(1);
        assertThat(thrown.get(0)).hasMessageContaining("two drivers can't share it");
    }
}
