package io.finwait.sim.link;

import static io.finwait.sim.link.Lan.FORGERS;
import static io.finwait.sim.link.Lan.OURS;
import static io.finwait.sim.link.Lan.PEERS;
import static io.finwait.sim.link.Lan.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetCounters.Counter;
import io.finwait.sim.Requirement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;

/** Neighbour discovery for IPv6: RFC 4861, RFC 4862 §5.4. */
class NeighbourDiscoveryTest {

    private static final String US = "fd00::1";
    private static final String PEER = "fd00::2";
    private static final long PEERS_GROUP = 0x3333_FF00_0002L;
    private static final int SOLICITED = 0x4000_0000;
    private static final int OVERRIDE = 0x2000_0000;

    private static final String SOLICITS =
            "solicits fd00::2, fd00::1 > ff02::1:ff00:2, option 1 us, to 3333ff000002";
    private static final String STILL_THERE =
            "solicits fd00::2, fd00::1 > fd00::2, option 1 us, to peer";
    private static final String PACKET = "packet for fd00::2, to peer";
    private static final String ADVERTISES =
            "advertises fd00::1 SO, fd00::1 > fd00::2, option 2 us, to peer";
    private static final String ANNOUNCEMENT =
            "advertises fd00::1 O, fd00::1 > ff02::1, option 2 us, to 333300000001";

    private static EthernetConfig config() {
        return EthernetConfig.at(US + "/64");
    }

    private final Lan lan = new Lan(config()).settle();

    private void peerIsKnown() {
        lan.send(US, PEER);
        lan.says(Words.advertisement(PEERS, PEER, US));
        assertThat(lan.said()).containsExactly(SOLICITS, PACKET);
    }

    private static byte[] answer(long from, int flags, String to, int option, long mac) {
        return Words.discovery(OURS, from, 136, flags, PEER, to, PEER, option, mac);
    }

    @Test
    @Requirement("P18")
    void anUnknownNeighbourIsSolicitedAndThePacketWaits() { // §7.2.2
        peerIsKnown();
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(PACKET);
    }

    @Test
    @Requirement("P19")
    void itIsSolicitedThreeTimesOneSecondApartAndThenTheSenderIsTold() { // §7.2.2, RFC 4443 §3.1
        lan.send(US, PEER);
        lan.pass(2 * SECOND + 10_000);
        assertThat(lan.said()).containsExactly(SOLICITS, SOLICITS, SOLICITS);
        assertThat(lan.packets).isEmpty();
        lan.pass(SECOND);
        assertThat(lan.said()).isEmpty();
        assertThat(lan.packets).hasSize(1);
        byte[] told = lan.packets.get(0);
        assertThat(told[6]).as("ICMPv6").isEqualTo((byte) 58);
        assertThat(told[40]).as("unreachable").isEqualTo((byte) 1);
        assertThat(told[41]).as("address").isEqualTo((byte) 3);
        assertThat(lan.us.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @Requirement("P20")
    void aSolicitationForUsIsAnswered() { // §7.2.4
        lan.says(Words.solicitation(PEERS, PEER, US));
        assertThat(lan.said()).containsExactly(ADVERTISES);
        lan.says(Words.solicitation(PEERS, PEER, "fd00::9"));
        assertThat(lan.said()).isEmpty();
        assertThat(lan.us.neighbours()).as("whoever asks is not believed").isEmpty();
    }

    @Test
    @Requirement("P21")
    void aSolicitationOfNobodyIsAnsweredToAll() { // §7.2.4, RFC 4862 §5.4.3
        lan.says(Words.solicitation(PEERS, "::", US));
        assertThat(lan.said()).containsExactly(ANNOUNCEMENT);
    }

    @Test
    @Requirement("P22")
    void theStatesOfANeighbour() { // §7.3.2, §7.3.3
        peerIsKnown();
        assertThat(lan.us.neighbours()).first().asString().endsWith("REACHABLE");
        lan.pass(46 * SECOND);
        lan.send(US, PEER);
        assertThat(lan.us.neighbours()).first().asString().endsWith("DELAY");
        lan.pass(5 * SECOND);
        assertThat(lan.us.neighbours()).first().asString().endsWith("PROBE");
        assertThat(lan.said()).containsExactly(PACKET, STILL_THERE);
        lan.send(US, PEER);
        lan.pass(2 * SECOND);
        assertThat(lan.said()).containsExactly(PACKET, STILL_THERE, STILL_THERE);
        lan.pass(SECOND);
        assertThat(lan.us.neighbours()).as("deleted after three").isEmpty();
        lan.send(US, PEER);
        assertThat(lan.us.neighbours()).first().asString().endsWith("INCOMPLETE");
    }

    @Test
    @Requirement("P25")
    void anAnswerToAUnicastSolicitationMayNameNoEthernetAddress() { // §4.4, §7.2.5
        peerIsKnown();
        lan.pass(46 * SECOND);
        lan.send(US, PEER);
        lan.pass(5 * SECOND + 10_000);
        lan.says(answer(PEERS, SOLICITED, US, 0, 0));
        assertThat(lan.us.neighbours()).first().asString().endsWith("REACHABLE");
    }

    @Test
    @Requirement("P24")
    void anAnswerWithoutAnEthernetAddressTellsNothingNew() { // §7.2.5
        lan.send(US, PEER);
        lan.says(answer(PEERS, SOLICITED | OVERRIDE, US, 0, 0));
        assertThat(lan.said()).containsExactly(SOLICITS);
    }

    @Test
    @Requirement("P26")
    void anUnsolicitedAdvertisementConfirmsNothing() { // §7.2.5
        peerIsKnown();
        lan.pass(46 * SECOND);
        lan.send(US, PEER);
        lan.pass(5 * SECOND + 10_000);
        lan.says(answer(PEERS, OVERRIDE, US, 2, PEERS));
        assertThat(lan.us.neighbours()).first().asString().endsWith("PROBE");
    }

    @Test
    @Requirement("P27")
    void anAdvertisementThatContradictsMakesUsAskTheOwnerThatIsKnown() {
        peerIsKnown();
        lan.says(answer(FORGERS, SOLICITED | OVERRIDE, US, 2, FORGERS));
        assertThat(lan.said()).containsExactly(STILL_THERE);
        lan.says(Words.advertisement(PEERS, PEER, US));
        lan.send(US, PEER);
        assertThat(lan.said()).containsExactly(PACKET);
    }

    @Test
    @Requirement("P28")
    void messagesThatFailACheckAreDropped() { // §7.1.1, §7.1.2
        lan.send(US, PEER);
        lan.said();
        byte[] routed = Words.advertisement(PEERS, PEER, US);
        routed[21] = (byte) 254;
        byte[] damaged = Words.advertisement(PEERS, PEER, US);
        damaged[damaged.length - 1] ^= 1;
        byte[] code = Words.advertisement(PEERS, PEER, US);
        code[55] = 1;
        Words.checksum(code);
        byte[] option = Words.advertisement(PEERS, PEER, US);
        option[79] = 0;
        Words.checksum(option);
        byte[] longOption = Words.advertisement(PEERS, PEER, US);
        longOption[79] = 2;
        Words.checksum(longOption);
        byte[] group = answer(PEERS, SOLICITED, "ff02::1", 2, PEERS);
        byte[] mapped = Words.advertisement(PEERS, PEER, US);
        ByteBuffer.wrap(mapped).putLong(62, 0).putLong(70, 0xFFFF_0A00_0002L);
        Words.checksum(mapped);
        byte[] toAll = Words.discovery(PEERS_GROUP, PEERS, 135, 0, "::", US, US, 0, 0);
        byte[] named =
                Words.discovery(
                        0x3333_FF00_0001L, PEERS, 135, 0, "::", "ff02::1:ff00:1", US, 1, PEERS);
        long bad = lan.count(Counter.BAD_FRAMES);
        int count = 0;
        for (byte[] each :
                new byte[][] {
                    routed, damaged, code, option, longOption, group, mapped, toAll, named
                }) {
            lan.says(each);
            assertThat(lan.count(Counter.BAD_FRAMES) - bad)
                    .as("number " + count)
                    .isEqualTo(++count);
        }
        assertThat(lan.said()).isEmpty();
        lan.says(Words.advertisement(PEERS, PEER, US));
        assertThat(lan.said()).containsExactly(PACKET);
    }

    @Test
    @Requirement("P29")
    void ourAddressIsAdvertisedToAll() { // §7.2.6
        Lan fresh = new Lan(config());
        fresh.pass(60 * SECOND);
        assertThat(fresh.said()).containsExactly(ANNOUNCEMENT, ANNOUNCEMENT);
    }

    @Test
    @Requirement("P31")
    void withProbingAnAddressIsUsedAfterDuplicateAddressDetection() { // RFC 4862 §5.4.2
        Lan fresh = new Lan(config().probing(true));
        fresh.pass(999_000_000);
        assertThat(fresh.us.claim(60)).isNull();
        fresh.says(Words.solicitation(PEERS, PEER, US));
        fresh.pass(2 * SECOND);
        assertThat(fresh.said())
                .startsWith("solicits fd00::1, :: > ff02::1:ff00:1, to 3333ff000001", ANNOUNCEMENT)
                .doesNotContain(ADVERTISES);
        fresh.send(US, PEER);
        assertThat(fresh.said()).contains(SOLICITS);
    }

    @Test
    @Requirement("P32")
    void anAddressThatAnotherHostHasIsNotUsed() { // RFC 4862 §5.4.4
        Lan fresh = new Lan(config().probing(true));
        fresh.pass(1_200_000_000);
        fresh.says(
                Words.discovery(
                        0x3333_0000_0001L, PEERS, 136, OVERRIDE, US, "ff02::1", US, 2, PEERS));
        fresh.said();
        fresh.pass(20 * SECOND);
        fresh.send(US, PEER);
        assertThat(fresh.said()).isEmpty();
        assertThat(fresh.packets).hasSize(1);
    }

    @Test
    @Requirement("P33")
    void twoHostsThatProbeForOneAddressBothLeaveIt() { // RFC 4862 §5.4.3
        Lan fresh = new Lan(config().probing(true));
        fresh.pass(1_000_000);
        fresh.says(Words.solicitation(PEERS, "::", US));
        assertThat(fresh.count(Counter.CONFLICTS)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {134, 137})
    @Requirement("P30")
    void advertisementsOfRoutersAndRedirectsChangeNothing(int type) { // RFC 4861 §6.3.4, §8.3
        peerIsKnown();
        lan.says(
                Words.discovery(
                        OURS, FORGERS, type, 0x40C0_0708, "fe80::66", US, PEER, 2, FORGERS));
        assertThat(lan.count(Counter.BAD_FRAMES)).isEqualTo(1);
        lan.send(US, PEER);
        lan.send(US, "2001:db8::1");
        assertThat(lan.said()).as("no route and no other neighbour").containsExactly(PACKET);
        assertThat(lan.us.neighbours()).hasSize(1);
    }
}
