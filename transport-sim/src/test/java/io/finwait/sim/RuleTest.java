package io.finwait.sim;

import static io.finwait.sim.Packets.segment;
import static io.finwait.sim.Packets.send;
import static io.finwait.sim.Packets.sequences;
import static io.finwait.sim.Packets.text;
import static io.finwait.wire.TcpHeader.ACK;
import static io.finwait.wire.TcpHeader.FIN;
import static io.finwait.wire.TcpHeader.PSH;
import static io.finwait.wire.TcpHeader.RST;
import static io.finwait.wire.TcpHeader.SYN;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What rules choose and do. */
class RuleTest {

    private static final long SECOND = 1_000_000_000L;

    private final SimNetwork network = SimNetwork.seeded(1);
    private final SimTransport client = network.host("client");
    private final SimTransport server = network.host("server");
    private final Journal journal = new Journal();

    @BeforeEach
    void watch() {
        network.observe(journal);
    }

    private List<Long> arrived(SimTransport at) {
        network.runUntilIdle(100 * SECOND);
        return sequences(at);
    }

    @Test
    void dropsTheFirstFinAndNoOther() {
        Rule rule = network.from("client").matching(Segments.fin()).first().drop();
        send(client, text(1));
        send(client, segment(FIN | ACK, 11, 0));
        send(client, segment(FIN | ACK, 12, 0));
        send(server, segment(FIN | ACK, 99, 0));
        assertThat(arrived(server)).containsExactly(1L, 12L);
        assertThat(sequences(client)).containsExactly(99L);
        assertThat(rule.applied()).isEqualTo(1);
        assertThat(rule.matched()).isEqualTo(2);
        assertThat(journal.entries().get(1).dropped()).isEqualTo(DropReason.RULE);
    }

    @Test
    void dropsTheNthAndTheNthAndFollowing() {
        network.from("client").matching(Segments.text()).nth(2).drop();
        network.from("client").matching(Segments.text()).fromNth(5).drop();
        for (int i = 1; i <= 6; i++) {
            send(client, text(i));
        }
        assertThat(arrived(server)).containsExactly(1L, 3L, 4L);
    }

    @Test
    void holdsTheSegmentWithAnAbsoluteSequenceNumberUntilATime() {
        network.from("client").matching(Segments.sequence(301)).first().holdUntil(5 * SECOND);
        send(client, text(201));
        send(client, text(301));
        send(client, text(401));
        network.runUntil(5 * SECOND - 1);
        assertThat(sequences(server)).containsExactly(201L, 401L);
        network.runUntil(5 * SECOND);
        assertThat(sequences(server)).containsExactly(301L);
        assertThat(journal.entries().get(1).heldUntilNs()).isEqualTo(5 * SECOND);
        assertThat(journal.entries().get(1).deliveredNs()).isEqualTo(5 * SECOND);
    }

    @Test
    void knowsSequenceNumbersRelativeToTheSynOfEachDirection() {
        network.packets().matching(Segments.relativeSequence(1)).drop();
        send(client, segment(SYN, 0xFFFF_FFFFL, 0));
        send(client, text(1));
        send(client, text(0));
        assertThat(arrived(server)).containsExactly(0xFFFF_FFFFL, 1L);
    }

    @Test
    void relativeSequenceNumbersFollowTheLatestSynOfATuple() {
        network.packets().matching(Segments.relativeSequence(1)).drop();
        send(client, segment(SYN, 100, 0));
        send(client, segment(SYN, 900, 0));
        send(client, text(101));
        send(client, text(901));
        assertThat(arrived(server)).containsExactly(100L, 900L, 101L);
    }

    @Test
    void holdsUntilReleased() {
        Rule rule = network.from("client").matching(Segments.text()).first(2).hold();
        send(client, text(1));
        send(client, text(2));
        send(client, text(3));
        assertThat(arrived(server)).containsExactly(3L);
        assertThat(rule.held()).isEqualTo(2);
        network.runUntil(7 * SECOND);
        rule.release();
        assertThat(arrived(server)).containsExactly(1L, 2L);
        assertThat(network.nowNs()).isEqualTo(7 * SECOND);
        assertThat(rule.held()).isZero();
    }

    @Test
    void aRuleThatIsRemovedLetsGoWhatItHolds() {
        Rule rule = network.from("client").hold();
        send(client, text(1));
        rule.remove();
        send(client, text(2));
        assertThat(arrived(server)).containsExactly(1L, 2L);
        assertThat(rule.applied()).isEqualTo(1);
    }

    @Test
    void duplicates() {
        network.from("client").matching(Segments.sequence(2)).duplicate(2);
        send(client, text(1));
        send(client, text(2));
        send(client, text(3));
        assertThat(arrived(server)).containsExactlyInAnyOrder(1L, 2L, 2L, 2L, 3L);
        assertThat(journal.entries()).hasSize(5);
        assertThat(journal.entries().stream().filter(each -> each.copyOf() == 1)).hasSize(2);
    }

    @Test
    void aCopyIsToldFromItsOriginal() {
        List<Boolean> copies = new ArrayList<>();
        network.observe(
                new SimObserver() {
                    @Override
                    public void delivered(long nowNs, SimPacket packet) {
                        copies.add(packet.isCopy());
                    }
                });
        network.packets().first().duplicate();
        send(client, text(1));
        send(client, text(2));
        assertThat(arrived(server)).containsExactly(1L, 1L, 2L);
        assertThat(copies).containsExactlyInAnyOrder(false, true, false);
    }

    @Test
    void holdsBackACopyWhileTheOriginalPasses() {
        network.from("client").matching(Segments.sequence(301)).first().duplicateAt(60 * SECOND);
        Rule later = network.from("client").matching(Segments.sequence(401)).duplicateLater();
        send(client, text(301));
        send(client, text(401));
        network.runUntil(SECOND);
        assertThat(sequences(server)).containsExactly(301L, 401L);
        assertThat(arrived(server)).containsExactly(301L);
        assertThat(network.nowNs()).isEqualTo(60 * SECOND);
        later.release();
        assertThat(arrived(server)).containsExactly(401L);
    }

    @Test
    void delaysBySomeTimeOnTopOfTheLink() {
        network.links(LinkModel.perfect().delay(10));
        network.from("client").matching(Segments.sequence(1)).delayBy(5);
        send(client, text(1));
        send(client, text(2));
        assertThat(arrived(server)).containsExactly(2L, 1L);
        assertThat(journal.entries().get(0).deliveredNs()).isEqualTo(15);
        assertThat(journal.entries().get(1).deliveredNs()).isEqualTo(10);
    }

    @Test
    void changesOneOctet() {
        network.from("client").first().corrupt(24, 0x80);
        byte[] sent = text(1);
        send(client, sent);
        assertThat(arrived(server)).containsExactly(0x8000_0001L);
        assertThat(journal.entries().get(0).octets()).isEqualTo(sent);
        assertThat(journal.entries().get(0).corruptedIndex()).isEqualTo(24);
    }

    @Test
    void anActionRunsWhenThePacketIsSentButNotInsideTheSender() {
        List<String> order = new ArrayList<>();
        network.from("client").matching(Segments.fin()).then(() -> order.add("seen"));
        network.at(
                3,
                () -> {
                    send(client, segment(FIN | ACK, 1, 0));
                    order.add("sent");
                });
        assertThat(arrived(server)).containsExactly(1L);
        assertThat(order).containsExactly("sent", "seen");
        assertThat(network.nowNs()).isEqualTo(3);
    }

    @Test
    void actsOnlyBetweenTwoTimesAndTowardsOneHost() {
        network.to("server").between(10, 20).drop();
        for (long time : new long[] {9, 10, 19, 20}) {
            network.at(time, () -> send(client, text(time)));
            network.at(time, () -> send(server, text(time)));
        }
        assertThat(arrived(server)).containsExactly(9L, 20L);
        assertThat(sequences(client)).containsExactly(9L, 10L, 19L, 20L);
    }

    @Test
    void aDropOutweighsWhatOtherRulesWant() {
        network.from("client").duplicate();
        network.from("client").holdUntil(5);
        network.from("client").drop();
        send(client, text(1));
        assertThat(arrived(server)).isEmpty();
        assertThat(network.packetsInUse()).isZero();
    }

    @Test
    void matchersTellSegmentsApart() {
        Rule syn = network.packets().matching(Segments.syn()).count();
        Rule synAck = network.packets().matching(Segments.synAck()).count();
        Rule rst = network.packets().matching(Segments.rst()).count();
        Rule pureAck = network.packets().matching(Segments.pureAck()).count();
        Rule pushed = network.packets().matching(Segments.having(PSH | ACK)).count();
        Rule covering = network.packets().matching(Segments.covering(15)).count();
        Rule acknowledging = network.packets().matching(Segments.acknowledging(1)).count();
        Rule port = network.packets().matching(Segments.toPort(Packets.SERVER_PORT)).count();
        Rule noPort = network.packets().matching(Segments.fromPort(1)).count();
        Rule other = network.packets().matching(Segments.any().negate()).count();
        PacketMatcher either = Segments.syn().or(Segments.synAck());
        Rule both = network.packets().matching(either.and(Segments.sequence(2))).count();
        send(client, segment(SYN, 1, 0));
        send(client, segment(SYN | ACK, 2, 0));
        send(client, segment(RST, 3, 0));
        send(client, segment(ACK, 15, 0));
        send(client, segment(PSH | ACK, 10, 5));
        send(client, segment(PSH | ACK, 10, 6));
        send(client, segment(FIN | ACK, 15, 0));
        send(client, new byte[] {1, 2, 3});
        send(client, new byte[40]);
        assertThat(List.of(syn, synAck, rst, pureAck)).allMatch(each -> each.applied() == 1);
        assertThat(pushed.applied()).isEqualTo(2);
        assertThat(covering.applied()).as("an empty ACK covers nothing").isEqualTo(2);
        assertThat(acknowledging.applied()).isEqualTo(5);
        assertThat(port.applied()).isEqualTo(7);
        assertThat(noPort.applied()).isZero();
        assertThat(other.applied()).isEqualTo(2);
        assertThat(both.applied()).isEqualTo(1);
    }

    @Test
    void refusesHostsAndNumbersThatDoNotExist() {
        assertThatThrownBy(() -> network.from("clinet"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no host is called 'clinet'; attach it first, here are client, server");
        assertThatThrownBy(() -> network.packets().nth(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> network.packets().delayBy(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> network.packets().corrupt(0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyTuplesAreKeptApart() {
        Rule rule = network.packets().matching(Segments.relativeSequence(7)).count();
        for (int i = 1; i <= 250; i++) {
            send(client, segment("10.0.1." + i, SYN, i * 1_000L, 0, 0));
        }
        for (int i = 1; i <= 250; i++) {
            send(client, segment("10.0.1." + i, ACK, i * 1_000L + 7, 0, 3));
        }
        assertThat(rule.applied()).isEqualTo(250);
    }

    @Test
    void ofTwoRulesThatHoldThePacketWaitsForTheLater() {
        network.packets().matching(Segments.text()).holdUntil(3 * SECOND);
        network.packets().matching(Segments.text()).holdUntil(5 * SECOND);
        network.packets().matching(Segments.text()).holdUntil(4 * SECOND);
        send(client, text(1));
        network.runUntil(5 * SECOND - 1);
        assertThat(sequences(server)).isEmpty();
        network.runUntil(5 * SECOND);
        assertThat(sequences(server)).containsExactly(1L);
    }

    @Test
    void whatIsHeldUntilReleasedIsNotLetGoByATime() {
        Rule held = network.packets().hold();
        network.packets().holdUntil(5 * SECOND);
        send(client, text(1));
        assertThat(arrived(server)).isEmpty();
        held.release();
        assertThat(arrived(server)).containsExactly(1L);
    }

    @Test
    void aPacketHasAsManyCopiesAsItsRulesWantEachAtItsTime() {
        for (int i = 1; i <= 9; i++) {
            network.packets().duplicateAt(i * SECOND);
        }
        send(client, text(7));
        network.runUntil(SECOND - 1);
        assertThat(sequences(server)).containsExactly(7L);
        for (int i = 1; i <= 9; i++) {
            network.runUntil(i * SECOND);
            assertThat(sequences(server)).as("after %d s", i).containsExactly(7L);
        }
    }

    @Test
    void moreThan64CopiesAreRefused() {
        network.packets().nth(1).duplicate(64);
        network.packets().nth(2).duplicate(65);
        send(client, text(1));
        assertThat(arrived(server)).hasSize(65);
        assertThatThrownBy(() -> send(client, text(2)))
                .hasStackTraceContaining("more than 64 copies of one packet");
    }

    @Test
    void bitsThatAreFlippedAreThoseOfAnOctet() {
        assertThat(network.packets().flipText(1)).isNotNull();
        assertThat(network.packets().flipText(255)).isNotNull();
        assertThatThrownBy(() -> network.packets().flipText(0))
                .hasMessage("an octet has bits from 1 to 255; these are 0");
        assertThatThrownBy(() -> network.packets().flipText(256))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void flippedTextIsWrongAndItsChecksumIsRight() {
        network.packets().flipText(0x81);
        byte[] sent = text(7);
        send(client, sent);
        byte[] unharmed = segment(ACK, 17, 0);
        send(client, unharmed);
        network.runUntilIdle(SECOND);
        List<byte[]> arrived = Packets.receive(server, network.nowNs());
        byte[] flipped = arrived.get(0);
        int last = sent.length - 1;
        assertThat(flipped[last]).isEqualTo((byte) (sent[last] ^ 0x81));
        IpView ip = new IpView();
        Segment parsed = new Segment();
        assertThat(ip.parse(ByteBuffer.wrap(flipped), 0, flipped.length)).isEqualTo(Verdict.OK);
        assertThat(parsed.parse(ip, false)).as("with its checksum").isEqualTo(Verdict.OK);
        // All but the checksum and the last octet is as it was.
        System.arraycopy(sent, 36, flipped, 36, 2);
        flipped[last] = sent[last];
        assertThat(flipped).isEqualTo(sent);
        assertThat(arrived.get(1)).as("without text").isEqualTo(unharmed);
        assertThat(journal.entries().get(0).corruptedIndex()).isEqualTo(last);
        assertThat(journal.entries().get(1).corruptedIndex()).isEqualTo(-1);
    }
}
