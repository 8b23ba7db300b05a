package io.finwait.sim.link;

import static io.finwait.sim.link.Lan.FORGERS;
import static io.finwait.sim.link.Lan.PEERS;
import static io.finwait.sim.link.Lan.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetCounters.Counter;
import io.finwait.sim.Requirement;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.util.Collections;

/** Address resolution for IPv4: RFC 826, RFC 1122 §2.3.2, RFC 5227. */
class ArpTest {

    private static final String US = "10.0.0.1";
    private static final String PEER = "10.0.0.2";
    private static final String WHO_HAS_PEER = "who has 10.0.0.2, tell 10.0.0.1, to all";
    private static final String STILL_THERE = "who has 10.0.0.2, tell 10.0.0.1, to peer";
    private static final String PACKET = "packet for 10.0.0.2, to peer";
    private static final String ANNOUNCEMENT = "who has 10.0.0.1, tell 10.0.0.1, to all";

    private static EthernetConfig config() {
        return EthernetConfig.at(US + "/24");
    }

    private final Lan lan = new Lan(config()).settle();

    private void peerIsKnown() {
        lan.send(US, PEER);
        lan.says(Words.reply(PEERS, PEER, US));
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER, PACKET);
    }

    @Test
    @Requirement("P01")
    void anUnknownNeighbourIsAskedForAndThePacketWaits() { // RFC 826
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER);
        lan.says(Words.reply(PEERS, PEER, US));
        assertThat(lan.said()).containsExactly(PACKET);
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(PACKET);
    }

    @Test
    @Requirement("P07")
    void severalPacketsWaitInOrderAndOneQuestionIsEnough() { // RFC 1122 §2.3.2.2
        for (int i = 0; i < 5; i++) {
            lan.send(US, PEER);
        }
        lan.says(Words.reply(PEERS, PEER, US));
        assertThat(lan.said())
                .containsExactly(WHO_HAS_PEER, PACKET, PACKET, PACKET, PACKET, PACKET);
    }

    @Test
    @Requirement("P05")
    void itIsAskedOnceASecondThreeTimesAndThenGivenUp() { // RFC 1122 §2.3.2.1
        lan.send(US, PEER);
        lan.pass(SECOND - 10_000);
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER);
        lan.pass(20_000);
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER);
        lan.pass(SECOND);
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER);
        assertThat(lan.packets).isEmpty();
        lan.pass(SECOND);
        assertThat(lan.said()).isEmpty();
        assertThat(lan.count(Counter.UNREACHABLE)).isEqualTo(1);
        assertThat(lan.us.nextDeadlineNs()).as("nothing is left to do").isEqualTo(Long.MAX_VALUE);
        assertThat(lan.us.neighbours()).isEmpty();
    }

    @Test
    @Requirement("P08")
    void whenNobodyAnswersTheSenderIsTold() { // RFC 792: type 3, code 1
        lan.send(US, PEER);
        lan.pass(4 * SECOND);
        assertThat(lan.packets).hasSize(1);
        byte[] told = lan.packets.get(0);
        assertThat(told[9]).as("ICMP").isEqualTo((byte) 1);
        assertThat(told[20]).as("unreachable").isEqualTo((byte) 3);
        assertThat(told[21]).as("host").isEqualTo((byte) 1);
        assertThat(told).as("header and 8 octets are quoted").hasSize(20 + 8 + 20 + 8);
    }

    @Test
    @Requirement("P02")
    void aRequestForUsIsAnswered() { // RFC 826
        lan.says(Words.request(PEERS, PEER, US));
        assertThat(lan.said()).containsExactly("10.0.0.1 is at us, told 10.0.0.2, to peer");
        lan.says(Words.request(PEERS, PEER, "10.0.0.9"));
        assertThat(lan.said()).isEmpty();
    }

    @Test
    @Requirement("P15")
    void aProbeForUsIsAnswered() { // RFC 5227 §2.1.1
        lan.says(Words.request(PEERS, "0.0.0.0", US));
        assertThat(lan.said()).containsExactly("10.0.0.1 is at us, told 0.0.0.0, to peer");
    }

    @Test
    @Requirement("P03")
    void whoAsksIsNotBelieved() {
        lan.says(Words.request(FORGERS, PEER, US));
        lan.said();
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER);
    }

    @Test
    @Requirement("P04")
    void anAnswerThatNobodyAskedForIsNotBelieved() {
        lan.says(Words.reply(FORGERS, PEER, US));
        assertThat(lan.us.neighbours()).isEmpty();
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER);
    }

    @Test
    @Requirement("P04")
    void anAnswerToSomebodyElseIsNotBelieved() {
        lan.send(US, PEER);
        lan.says(Words.reply(FORGERS, PEER, "10.0.0.77"));
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER);
    }

    @Test
    @Requirement("P27")
    void aClaimThatContradictsMakesUsAskTheOwnerThatIsKnown() {
        peerIsKnown();
        lan.says(Words.reply(FORGERS, PEER, US));
        assertThat(lan.said()).containsExactly(STILL_THERE);
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(PACKET);
        lan.says(Words.reply(PEERS, PEER, US));
        lan.pass(10 * SECOND);
        assertThat(lan.said()).isEmpty();
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(PACKET);
    }

    @Test
    @Requirement("P05")
    void aFloodOfClaimsAsksTheOwnerOnceASecond() {
        peerIsKnown();
        for (int i = 0; i < 100; i++) {
            lan.says(Words.request(FORGERS, PEER, US));
            lan.says(Words.reply(PEERS, PEER, US));
        }
        assertThat(Collections.frequency(lan.said(), STILL_THERE)).isEqualTo(1);
        assertThat(lan.count(Counter.CLAIMS_DOUBTED)).isEqualTo(100);
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(PACKET);
    }

    @Test
    @Requirement("P06")
    void anAddressMovesWhenItsOldOwnerIsSilent() { // RFC 4861 §7.3.3 for IPv4 too
        peerIsKnown();
        lan.says(Words.request(FORGERS, PEER, PEER));
        lan.pass(4 * SECOND);
        assertThat(lan.said()).containsExactly(STILL_THERE, STILL_THERE, STILL_THERE);
        lan.send(US, PEER);
        lan.says(Words.reply(FORGERS, PEER, US));
        assertThat(lan.said()).containsExactly(WHO_HAS_PEER, "packet for 10.0.0.2, to forger");
    }

    @Test
    @Requirement("P06")
    void aNeighbourThatIsUsedIsAskedFromTimeToTime() { // RFC 1122 §2.3.2.1 (2), RFC 4861 §7.3
        peerIsKnown();
        lan.pass(46 * SECOND);
        assertThat(lan.said()).as("nobody asks about who is not used").isEmpty();
        lan.send(US, PEER);
        lan.pass(5 * SECOND - 10_000);
        assertThat(lan.said()).as("DELAY").containsExactly(PACKET);
        lan.pass(20_000);
        assertThat(lan.said()).as("PROBE").containsExactly(STILL_THERE);
        lan.says(Words.reply(PEERS, PEER, US));
        lan.pass(10 * SECOND);
        assertThat(lan.said()).isEmpty();
    }

    @Test
    @Requirement("P23")
    void aReachableNeighbourIsNotAsked() { // RFC 4861 §6.3.2: at least half of 30 s
        peerIsKnown();
        lan.pass(15 * SECOND - 10_000);
        lan.send(US, PEER);
        lan.pass(20 * SECOND);
        assertThat(lan.said()).containsExactly(PACKET);
    }

    @Test
    @Requirement("P16")
    void ourAddressIsAnnouncedTwiceTwoSecondsApart() { // RFC 5227 §2.3
        Lan fresh = new Lan(config());
        fresh.pass(1_000);
        assertThat(fresh.said()).containsExactly(ANNOUNCEMENT);
        fresh.pass(2 * SECOND - 10_000);
        assertThat(fresh.said()).isEmpty();
        fresh.pass(20_000);
        assertThat(fresh.said()).containsExactly(ANNOUNCEMENT);
        fresh.pass(60 * SECOND);
        assertThat(fresh.said()).isEmpty();
    }

    @Test
    @Requirement("P12")
    void withProbingAnAddressIsUsedOnlyAfterThreeProbes() { // RFC 5227 §2.1.1
        Lan fresh = new Lan(config().probing(true));
        fresh.pass(1_000);
        assertThat(fresh.us.claim(40)).as("not yet").isNull();
        fresh.says(Words.request(PEERS, PEER, US));
        fresh.pass(4 * SECOND);
        String probe = "who has 10.0.0.1, tell 0.0.0.0, to all";
        assertThat(fresh.said()).contains(probe).doesNotContain(ANNOUNCEMENT);
        fresh.pass(3 * SECOND);
        assertThat(fresh.said()).contains(ANNOUNCEMENT);
        fresh.send(US, PEER);
        assertThat(fresh.said()).contains(WHO_HAS_PEER);
        assertThat(fresh.count(Counter.QUESTIONS)).as("three probes and one").isEqualTo(4);
    }

    @Test
    @Requirement("P13")
    void anAddressThatAnotherHostHasIsNotUsed() { // RFC 5227 §2.1.1
        Lan fresh = new Lan(config().probing(true));
        fresh.pass(1_500_000_000);
        fresh.says(Words.reply(PEERS, US, "0.0.0.0"));
        fresh.said();
        fresh.pass(20 * SECOND);
        assertThat(fresh.said()).isEmpty();
        fresh.send(US, PEER);
        assertThat(fresh.said()).isEmpty();
        assertThat(fresh.count(Counter.NO_ROUTE)).isEqualTo(1);
        assertThat(fresh.us.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(fresh.packets).as("the sender is told").hasSize(1);
    }

    @Test
    @Requirement("P14")
    void twoHostsThatProbeForOneAddressBothLeaveIt() { // RFC 5227 §2.1.1
        Lan fresh = new Lan(config().probing(true));
        fresh.pass(1_500_000_000);
        fresh.says(Words.request(PEERS, "0.0.0.0", US));
        assertThat(fresh.count(Counter.CONFLICTS)).isEqualTo(1);
    }

    @Test
    @Requirement("P17")
    void ourAddressIsDefendedOnceInTenSeconds() { // RFC 5227 §2.4 (c)
        lan.says(Words.request(FORGERS, US, PEER));
        assertThat(lan.said()).containsExactly(ANNOUNCEMENT);
        lan.pass(10 * SECOND - 10_000);
        lan.says(Words.request(FORGERS, US, PEER));
        assertThat(lan.said()).isEmpty();
        lan.pass(20_000);
        lan.says(Words.request(FORGERS, US, PEER));
        assertThat(lan.said()).containsExactly(ANNOUNCEMENT);
        assertThat(lan.count(Counter.CONFLICTS)).isEqualTo(3);
    }

    @Test
    @Requirement("P35")
    void requestsOfStrangersAreAnsweredAThousandTimesASecond() {
        for (int i = 0; i < 3_000; i++) {
            lan.says(Words.request(PEERS, PEER, US));
        }
        assertThat(lan.count(Counter.ANSWERS)).isBetween(1_000L, 1_010L);
        assertThat(lan.count(Counter.ANSWERS_REFUSED)).isBetween(1_990L, 2_000L);
        assertThat(lan.us.neighbours()).as("nobody was remembered").isEmpty();
    }

    @Test
    @Requirement("P36")
    void packetsToAddressesThatNobodyHasLeaveNeighboursAlone() {
        Lan small = new Lan(EthernetConfig.at("10.0.0.1/8").neighbours(16)).settle();
        small.send(US, PEER);
        small.says(Words.reply(PEERS, PEER, US));
        for (int i = 0; i < 500; i++) {
            small.send(US, "10.1." + i / 250 + "." + (i % 250 + 1));
        }
        small.said();
        assertThat(small.us.neighbours()).hasSize(5).anyMatch(each -> each.contains(PEER));
        small.send(US, PEER);
        assertThat(small.said()).containsExactly(PACKET);
        small.pass(10 * SECOND);
        assertThat(small.us.neighbours()).hasSize(1);
    }

    @Test
    @Requirement("P36")
    void neighboursThatWereNotUsedForLongestMakeRoom() {
        Lan small = new Lan(config().neighbours(4)).settle();
        for (int i = 2; i < 8; i++) {
            small.send(US, "10.0.0." + i);
            small.says(Words.reply(PEERS, "10.0.0." + i, US));
            small.send(US, PEER);
        }
        assertThat(small.us.neighbours())
                .hasSize(4)
                .extracting(each -> each.substring(0, 8))
                .containsExactlyInAnyOrder("10.0.0.2", "10.0.0.5", "10.0.0.6", "10.0.0.7");
        assertThat(small.count(Counter.NEIGHBOURS_EVICTED)).isEqualTo(2);
    }

    @Test
    @Requirement("P07")
    void noMoreThanAThousandPacketsWait() {
        for (int i = 0; i < 2_000; i++) {
            lan.send(US, PEER);
        }
        assertThat(lan.count(Counter.WAITING_DROPPED)).isEqualTo(2_000 - 1_024);
        lan.said();
        lan.pass(SECOND);
        lan.says(Words.reply(PEERS, PEER, US));
        for (int i = 0; i < 10; i++) {
            lan.pass(1_000);
        }
        assertThat(lan.said()).filteredOn(PACKET::equals).hasSize(1_024);
    }

    @Test
    @Requirement("P09")
    void aPacketInAFrameToManyIsIgnored() { // RFC 1122 §3.3.6
        byte[] segment = Words.segment(IpAddress.parse(PEER), IpAddress.parse(US));
        lan.says(Words.frame(Words.ALL, PEERS, segment));
        assertThat(lan.packets).isEmpty();
        assertThat(lan.count(Counter.FRAMES_IGNORED)).isEqualTo(1);
        lan.says(Words.frame(Lan.OURS, PEERS, segment));
        assertThat(lan.packets).hasSize(1);
    }
}
