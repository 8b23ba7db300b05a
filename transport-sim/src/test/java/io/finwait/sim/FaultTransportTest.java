package io.finwait.sim;

import static io.finwait.sim.Packets.receive;
import static io.finwait.sim.Packets.sequence;
import static io.finwait.sim.Packets.sequences;
import static io.finwait.sim.Packets.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Capabilities;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Faults around any transport, here around a host of a perfect simulated network. */
class FaultTransportTest {

    private static final LinkModel GOOD = LinkModel.perfect();

    private final SimNetwork network = SimNetwork.seeded(1);
    private final SimTransport inner = network.host("inner");
    private final SimTransport far = network.host("far");

    private FaultTransport faults(LinkModel outgoing, LinkModel incoming) {
        return new FaultTransport(inner, outgoing, incoming, 99);
    }

    private void send(Transport from, byte[] octets) {
        Packet packet = from.claim(octets.length);
        packet.buffer().put(packet.offset(), octets);
        from.commit(packet, network.nowNs());
    }

    static void copy(Packet from, Packet to) {
        DelayLine.copy(from, to);
    }

    private List<Long> received(Transport at) {
        return receive(at, network.nowNs()).stream().map(Packets::sequence).toList();
    }

    private static List<Long> numbers(long from, long to) {
        List<Long> numbers = new ArrayList<>();
        for (long i = from; i <= to; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    @Test
    void withoutFaultsEverythingPassesInBothDirections() {
        FaultTransport near = faults(GOOD, GOOD);
        for (int i = 1; i <= 100; i++) {
            send(near, text(i));
            send(far, text(1_000 + i));
        }
        assertThat(sequences(far)).isEqualTo(numbers(1, 100));
        assertThat(received(near)).isEqualTo(numbers(1_001, 1_100));
        assertThat(near.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void losesInBothDirections() {
        FaultTransport near = faults(GOOD.loss(0.3), GOOD.loss(0.6));
        for (int i = 0; i < 1_000; i++) {
            send(near, text(i));
            send(far, text(i));
        }
        assertThat(sequences(far)).hasSizeBetween(650, 750);
        assertThat(received(near)).hasSizeBetween(350, 450);
        assertThat(network.packetsInUse()).as("a lost packet is given back").isLessThan(40);
    }

    @Test
    void delaysUntilReceiveIsCalledAtTheDeadline() {
        FaultTransport near = faults(GOOD.delay(100), GOOD.delay(70));
        send(near, text(1));
        assertThat(near.nextDeadlineNs()).isEqualTo(100);
        send(far, text(2));
        assertThat(received(near)).isEmpty();
        assertThat(near.nextDeadlineNs()).isEqualTo(70);
        network.runUntil(69);
        assertThat(received(near)).isEmpty();
        network.runUntil(70);
        assertThat(received(near)).containsExactly(2L);
        assertThat(sequences(far)).isEmpty();
        network.runUntil(100);
        assertThat(received(near)).isEmpty();
        assertThat(sequences(far)).containsExactly(1L);
    }

    @Test
    void awaitEndsAtItsOwnDeadline() {
        FaultTransport near = faults(GOOD.delay(100), GOOD);
        send(near, text(1));
        near.await(1_000_000);
        assertThat(network.nowNs()).isEqualTo(100);
    }

    @Test
    void duplicatesReordersAndCorrupts() {
        LinkModel twice = GOOD.duplication(1);
        FaultTransport near = faults(twice, twice);
        send(near, text(1));
        send(far, text(2));
        assertThat(received(near)).containsExactly(2L, 2L);
        assertThat(sequences(far)).containsExactly(1L, 1L);

        FaultTransport reordering = faults(GOOD.reordering(0.3, 1_000), GOOD);
        for (int i = 0; i < 50; i++) {
            send(reordering, text(i));
        }
        network.runFor(1_000);
        received(reordering);
        List<Long> came = sequences(far);
        assertThat(came).hasSize(50).isNotEqualTo(numbers(0, 49));
        assertThat(came.stream().sorted().toList()).isEqualTo(numbers(0, 49));
    }

    @Test
    void corruptsOneOctetAndLeavesTheInnerTransportsOctetsAlone() {
        FaultTransport near = faults(GOOD.corruption(1), GOOD.corruption(1));
        byte[] sent = text(7);
        send(near, sent);
        assertThat(differences(sent, receive(far, 0).get(0))).isEqualTo(1);
        Journal journal = new Journal();
        network.observe(journal);
        send(far, sent);
        byte[] came = receive(near, 0).get(0);
        assertThat(differences(sent, came)).isEqualTo(1);
        assertThat(journal.entries().get(0).deliveredOctets()).isEqualTo(sent);
    }

    private static int differences(byte[] a, byte[] b) {
        assertThat(b).hasSameSizeAs(a);
        int differences = 0;
        for (int i = 0; i < a.length; i++) {
            differences += a[i] == b[i] ? 0 : 1;
        }
        return differences;
    }

    @Test
    void promisesNoMoreThanItKeeps() {
        Capabilities all = new Capabilities(1_500, 0, 65_535, true, true, true, true, false);
        Transport able =
                new ForwardingTransport(inner) {
                    @Override
                    public Capabilities capabilities() {
                        return all;
                    }
                };
        assertThat(new FaultTransport(able, GOOD, GOOD, 1).capabilities()).isEqualTo(all);
        Capabilities lossy = new FaultTransport(able, GOOD.loss(0.1), GOOD, 1).capabilities();
        assertThat(lossy.lossless() || lossy.ordered()).isFalse();
        assertThat(lossy.checksumOffload() && lossy.segmentationOffload()).isTrue();
        FaultTransport corrupting = new FaultTransport(able, GOOD.corruption(0.1), GOOD, 1);
        assertThat(corrupting.capabilities().checksumOffload()).isFalse();
        assertThat(corrupting.capabilities().largestPacket()).isEqualTo(1_500);
        assertThatThrownBy(() -> corrupting.claim(1_501))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1500");
    }

    @Test
    void aFullInnerQueueDelaysButDoesNotLose() {
        network.links(LinkModel.perfect().rate(80_000_000, 100)).queues(2, 100);
        inner.close();
        SimTransport narrow = network.host("inner");
        FaultTransport near = new FaultTransport(narrow, GOOD.delay(10), GOOD, 1);
        for (int i = 1; i <= 6; i++) {
            send(near, text(i));
        }
        network.runUntil(10);
        received(near);
        assertThat(near.nextDeadlineNs()).as("no room: not its own deadline").isGreaterThan(10);
        for (int i = 0; i < 6; i++) {
            near.await(1_000_000_000);
            received(near);
        }
        network.runFor(1_000_000);
        assertThat(sequences(far)).isEqualTo(numbers(1, 6));
    }

    @Test
    void aQueueThatIsFullLosesUntilAPacketHasLeft() {
        FaultTransport near = faults(GOOD.rate(8_000_000, 1).delay(1_000_000), GOOD);
        send(near, text(1));
        send(near, text(2));
        network.runUntil(50_000);
        received(near);
        send(near, text(3));
        network.runUntil(1_050_000);
        received(near);
        assertThat(sequences(far)).as("1 has left after 50 us").containsExactly(1L);
        network.runUntil(1_100_000);
        received(near);
        assertThat(sequences(far)).containsExactly(3L);
    }

    /** What the transport below, or the receiver, must know of a packet is not lost on the way. */
    @Test
    void aDelayedSuperPacketIsStillOne() {
        List<Packet> below = new ArrayList<>();
        Transport able =
                new ForwardingTransport(inner) {
                    @Override
                    public void commit(Packet packet, long nowNs) {
                        below.add(packet);
                    }

                    @Override
                    public int receive(PacketBatch into, long nowNs) {
                        int added = super.receive(into, nowNs);
                        for (int i = 0; i < into.size(); i++) {
                            into.get(i).checksumOffloaded(true).segmentSize(500);
                        }
                        return added;
                    }
                };
        FaultTransport near = new FaultTransport(able, GOOD.delay(10), GOOD.delay(10), 1);
        byte[] octets = text(1);
        Packet packet = near.claim(octets.length);
        packet.buffer().put(packet.offset(), octets);
        near.commit(packet.checksumOffloaded(true).segmentSize(700), 0);
        send(far, text(2));
        near.receive(new PacketBatch(1), 0);
        PacketBatch batch = new PacketBatch(1);
        assertThat(near.receive(batch, 10)).isEqualTo(1);
        assertThat(below).hasSize(1);
        assertThat(below.get(0).segmentSize()).isEqualTo(700);
        assertThat(below.get(0).checksumOffloaded()).isTrue();
        assertThat(batch.get(0).segmentSize()).isEqualTo(500);
        assertThat(batch.get(0).checksumOffloaded()).isTrue();
    }

    @Test
    void aChecksumThatWasVerifiedIsNotGoodAnyMoreAfterCorruption() {
        Transport verifying =
                new ForwardingTransport(inner) {
                    @Override
                    public int receive(PacketBatch into, long nowNs) {
                        int added = super.receive(into, nowNs);
                        for (int i = 0; i < into.size(); i++) {
                            into.get(i).checksumOffloaded(true);
                        }
                        return added;
                    }
                };
        PacketBatch batch = new PacketBatch(1);
        send(far, text(1));
        new FaultTransport(verifying, GOOD, GOOD, 1).receive(batch, 0);
        assertThat(batch.get(0).checksumOffloaded()).isTrue();
        batch.clear();
        send(far, text(1));
        new FaultTransport(verifying, GOOD, GOOD.corruption(1), 1).receive(batch, 0);
        assertThat(batch.get(0).checksumOffloaded()).isFalse();
    }

    @Test
    void theSameSeedGivesTheSameFaults() {
        assertThat(lost(5)).isEqualTo(lost(5)).isNotEqualTo(lost(6));
    }

    private static List<Long> lost(long seed) {
        SimNetwork network = SimNetwork.seeded(1);
        SimTransport far = network.host("far");
        FaultTransport near = new FaultTransport(network.host("near"), GOOD.loss(0.5), GOOD, seed);
        for (int i = 0; i < 64; i++) {
            byte[] octets = text(i);
            Packet packet = near.claim(octets.length);
            packet.buffer().put(packet.offset(), octets);
            near.commit(packet, 0);
        }
        return receive(far, 0).stream().map(octets -> sequence(octets)).toList();
    }

    @Test
    void afterCloseNothingIsLeft() {
        FaultTransport near = faults(GOOD.delay(10), GOOD);
        send(near, text(1));
        near.close();
        assertThat(near.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(near.receive(new PacketBatch(1), 10)).isZero();
        network.runUntil(20);
        assertThat(sequences(far)).isEmpty();
    }

    /** RFC 3168, section 5: a router marks whom ECN-capable senders sent, and no other. */
    @Test
    void countsWhatItCouldMark() {
        FaultTransport near = faults(GOOD.marking(1), GOOD);
        byte[] capable = text(1);
        capable[1] |= 2;
        send(near, capable);
        send(near, text(2));
        send(near, text(3));
        assertThat(near.outgoing().marked()).isEqualTo(1);
        List<byte[]> arrived = receive(far, network.nowNs());
        assertThat(arrived.get(0)[1] & 3).as("congestion experienced").isEqualTo(3);
        assertThat(arrived.get(1)[1] & 3).isZero();
    }

    @Test
    void theNextDeadlineIsThatOfTheDirectionThatHasOne() {
        FaultTransport near = faults(GOOD.delay(100), GOOD.delay(70));
        send(far, text(1));
        assertThat(received(near)).isEmpty();
        assertThat(near.nextDeadlineNs()).as("incoming alone").isEqualTo(70);
        network.runUntil(70);
        assertThat(received(near)).containsExactly(1L);
        assertThat(near.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        send(near, text(2));
        assertThat(near.nextDeadlineNs()).as("outgoing alone").isEqualTo(170);
    }

    @Test
    void ofTwoDeadlinesTheEarlierIsTheNext() {
        FaultTransport near = faults(GOOD.delay(70), GOOD.delay(100));
        send(near, text(1));
        send(far, text(2));
        assertThat(received(near)).isEmpty();
        assertThat(near.nextDeadlineNs()).isEqualTo(70);
    }

    @Test
    void whatIsClosedHasNoDeadline() {
        FaultTransport near = faults(GOOD.delay(70), GOOD.delay(100));
        send(near, text(1));
        near.close();
        assertThat(near.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }
}
