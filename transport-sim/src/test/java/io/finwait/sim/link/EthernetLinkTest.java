package io.finwait.sim.link;

import static io.finwait.sim.link.Lan.SECOND;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.Finwait;
import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetCounters.Counter;
import io.finwait.link.EthernetTransport;
import io.finwait.sim.Frames;
import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.sim.Rule;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.Medium;
import io.finwait.spi.RandomSource;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Connections over Ethernet, in virtual time. */
class EthernetLinkTest {

    private static final int PORT = 80;

    private final SimNetwork net =
            SimNetwork.seeded(11).ethernet().links(LinkModel.perfect().delay(1_000_000));

    private static final class Host {
        final EthernetTransport link;
        final Endpoint endpoint;
        final IpAddress address;

        Host(EthernetTransport link, Endpoint endpoint, IpAddress address) {
            this.link = link;
            this.endpoint = endpoint;
            this.address = address;
        }
    }

    private Host host(String name, EthernetConfig config, String... addresses) {
        SimTransport port = net.attach(name);
        int seed = name.hashCode();
        EthernetTransport link =
                new EthernetTransport(port, config.random(RandomSource.seeded(seed)));
        EndpointConfig.Builder builder = EndpointConfig.at(addresses[0]).seed(seed);
        for (int i = 1; i < addresses.length; i++) {
            builder.address(IpAddress.parse(addresses[i]));
        }
        Endpoint endpoint = Finwait.open(builder.build(), link);
        net.add(name, SimParticipant.of(endpoint::doWork, endpoint::nextDeadlineNs));
        return new Host(link, endpoint, IpAddress.parse(addresses[0]));
    }

    private Host host(String name, String address, int prefix) {
        return host(name, EthernetConfig.at(address + "/" + prefix), address);
    }

    /** A connection is opened, carries text both ways, and is closed in order by both ends. */
    private void converse(Host client, Host server) throws IOException {
        Listener listener = server.endpoint.listen(PORT, 16);
        Connection ours = client.endpoint.connect(server.address, PORT);
        net.runFor(SECOND);
        Connection theirs = listener.accept();
        assertThat(theirs).as("the connection at the server").isNotNull();
        ours.send(ByteBuffer.wrap("there".getBytes(StandardCharsets.US_ASCII)));
        theirs.send(ByteBuffer.wrap("back".getBytes(StandardCharsets.US_ASCII)));
        net.runFor(SECOND);
        assertThat(read(theirs)).isEqualTo("there");
        assertThat(read(ours)).isEqualTo("back");
        ours.close();
        net.runFor(SECOND);
        assertThat(theirs.state()).isEqualTo(State.CLOSE_WAIT);
        theirs.close();
        net.runFor(100 * SECOND);
        assertThat(ours.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(theirs.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        listener.close();
    }

    private static String read(Connection from) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(100);
        from.receive(into);
        return new String(into.array(), 0, into.position(), StandardCharsets.US_ASCII);
    }

    @Test
    void aConnectionOverIpv4() throws IOException {
        Host client = host("client", "10.0.0.1", 24);
        Host server = host("server", "10.0.0.2", 24);
        converse(client, server);
        assertThat(client.link.counters().get(Counter.QUESTIONS)).isLessThanOrEqualTo(2);
        assertThat(client.endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aConnectionOverIpv6() throws IOException {
        converse(host("client", "fd00::1", 64), host("server", "fd00::2", 64));
    }

    @Test
    void aConnectionWithProbedAddresses() throws IOException {
        EthernetConfig near = EthernetConfig.at("10.0.0.1/24").probing(true);
        EthernetConfig far = EthernetConfig.at("10.0.0.2/24").probing(true);
        Host client = host("client", near, "10.0.0.1");
        Host server = host("server", far, "10.0.0.2");
        Connection early = client.endpoint.connect(server.address, 9);
        net.runFor(20 * SECOND);
        assertThat(early.closeReason()).as("refused").isInstanceOf(CloseReason.Refused.class);
        converse(client, server);
    }

    @Test
    @Requirement("P34")
    void aConnectionInAVlan() throws IOException {
        EthernetConfig near = EthernetConfig.at("10.0.0.1/24").vlan(7);
        EthernetConfig far = EthernetConfig.at("10.0.0.2/24").vlan(7);
        Host client = host("client", near, "10.0.0.1");
        assertThat(client.link.capabilities().mtu()).isEqualTo(1_496);
        converse(client, host("server", far, "10.0.0.2"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8})
    @Requirement("P34")
    void whoIsInAnotherVlanIsNotThere(int other) {
        Host client = host("client", EthernetConfig.at("10.0.0.1/24").vlan(7), "10.0.0.1");
        Host server = host("server", EthernetConfig.at("10.0.0.2/24").vlan(other), "10.0.0.2");
        server.endpoint.listen(PORT, 16);
        Connection ours = client.endpoint.connect(server.address, PORT);
        net.runFor(10 * SECOND);
        assertThat(ours.state()).isEqualTo(State.SYN_SENT);
        assertThat(server.link.counters().get(Counter.FRAMES_IGNORED)).isPositive();
    }

    @Test
    void textThatFillsFramesArrives() throws IOException {
        Host client = host("client", "10.0.0.1", 24);
        Host server = host("server", "10.0.0.2", 24);
        Listener listener = server.endpoint.listen(PORT, 16);
        Connection ours = client.endpoint.connect(server.address, PORT);
        net.runFor(SECOND);
        Connection theirs = listener.accept();
        ByteBuffer sent = ByteBuffer.allocate(50_000);
        ByteBuffer got = ByteBuffer.allocate(50_000);
        for (int i = 0; i < 50_000; i++) {
            sent.put(i, (byte) (i * 31));
        }
        for (int i = 0; i < 200 && got.hasRemaining(); i++) {
            ours.send(sent);
            net.runFor(10_000_000);
            theirs.receive(got);
        }
        assertThat(got.flip()).isEqualTo(sent.flip());
    }

    @Test
    void arpIsLostAtFirst() throws IOException {
        Rule lost = net.packets().matching(Frames.arp()).drop();
        Host client = host("client", "10.0.0.1", 24);
        Host server = host("server", "10.0.0.2", 24);
        net.after(1_500_000_000, lost::remove);
        Listener listener = server.endpoint.listen(PORT, 16);
        Connection ours = client.endpoint.connect(server.address, PORT);
        net.runFor(2 * SECOND + SECOND / 2);
        assertThat(ours.state()).isEqualTo(State.ESTABLISHED);
        assertThat(listener.accept()).isNotNull();
    }

    @Test
    @Requirement("P08")
    void aConnectionToNobodyEndsWithTheReasonAndNothingIsLeftToDo() {
        Host client = host("client", "10.0.0.1", 24);
        host("server", "10.0.0.2", 24);
        Connection ours = client.endpoint.connect(IpAddress.parse("10.0.0.9"), PORT);
        assertThat(net.runUntilIdle(1_000 * SECOND)).isTrue();
        assertThat(ours.hasEnded()).isTrue();
        assertThatThrownBy(() -> ours.receive(ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessage("No route to host");
        assertThat(client.endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @Requirement("P08")
    void aConnectionThatIsAbortedWhileArpFailsIsNotPolledForEver() {
        Host client = host("client", "10.0.0.1", 24);
        host("server", "10.0.0.2", 24);
        Connection ours = client.endpoint.connect(IpAddress.parse("10.0.0.9"), PORT);
        net.runFor(SECOND / 2);
        ours.abort();
        assertThat(net.runUntilIdle(net.nowNs() + 10 * SECOND)).isTrue();
        assertThat(client.endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anEstablishedConnectionWhosePeerIsUnpluggedIsToldAndEnds() throws IOException {
        Host client = host("client", "10.0.0.1", 24);
        Host server = host("server", "10.0.0.2", 24);
        Listener listener = server.endpoint.listen(PORT, 16);
        Connection ours = client.endpoint.connect(server.address, PORT);
        net.runFor(SECOND);
        assertThat(listener.accept()).isNotNull();
        net.port("server", false);
        ours.send(ByteBuffer.wrap(new byte[100]));
        net.runFor(2_000 * SECOND);
        assertThat(ours.hasEnded()).isTrue();
        assertThat(ours.closeReason()).isInstanceOf(CloseReason.TimedOut.class);
        assertThatThrownBy(() -> ours.receive(ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessage("No route to host");
        assertThat(client.endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aConnectionSurvivesAShortUnplugging() throws IOException {
        Host client = host("client", "10.0.0.1", 24);
        Host server = host("server", "10.0.0.2", 24);
        Listener listener = server.endpoint.listen(PORT, 16);
        Connection ours = client.endpoint.connect(server.address, PORT);
        net.runFor(SECOND);
        Connection theirs = listener.accept();
        net.port("server", false);
        ours.send(ByteBuffer.wrap("late".getBytes(StandardCharsets.US_ASCII)));
        net.runFor(60 * SECOND);
        net.port("server", true);
        net.runFor(130 * SECOND);
        assertThat(read(theirs)).isEqualTo("late");
    }

    @Test
    @Requirement("P11")
    void anotherNetworkIsReachedByAGatewayAndNobodyElse() {
        Lan lan = new Lan(EthernetConfig.at("10.0.0.1/24").gateway("10.0.0.2")).settle();
        lan.send("10.0.0.1", "192.0.2.7");
        lan.says(Words.reply(Lan.PEERS, "10.0.0.2", "10.0.0.1"));
        assertThat(lan.said())
                .containsExactly(
                        "who has 10.0.0.2, tell 10.0.0.1, to all", "packet for 192.0.2.7, to peer");
        lan.send("10.0.0.1", "198.51.100.9");
        assertThat(lan.said()).containsExactly("packet for 198.51.100.9, to peer");
        Lan island = new Lan(EthernetConfig.at("10.0.0.1/24")).settle();
        island.send("10.0.0.1", "192.0.2.7");
        assertThat(island.said()).isEmpty();
        assertThat(island.packets).hasSize(1);
        assertThat(island.packets.get(0)[21]).as("network unreachable").isZero();
    }

    @Test
    @Requirement("P11")
    void theLongestPrefixDecides() {
        Lan lan =
                new Lan(
                                EthernetConfig.at("10.0.0.1/24")
                                        .gateway("10.0.0.2")
                                        .route("192.0.2.0/24", "10.0.0.3")
                                        .route("192.0.2.128/25", "10.0.0.4"))
                        .settle();
        lan.send("10.0.0.1", "192.0.2.127");
        lan.send("10.0.0.1", "192.0.2.128");
        lan.send("10.0.0.1", "192.0.3.1");
        assertThat(lan.said())
                .containsExactly(
                        "who has 10.0.0.3, tell 10.0.0.1, to all",
                        "who has 10.0.0.4, tell 10.0.0.1, to all",
                        "who has 10.0.0.2, tell 10.0.0.1, to all");
    }

    @Test
    @Requirement("P10")
    void aGatewayThatIsSilentIsPassedOverForThirtySeconds() { // RFC 1122 §3.3.1.5
        Lan lan =
                new Lan(EthernetConfig.at("fd00::1/64").gateway("fd00::2").gateway("fe80::3"))
                        .settle();
        lan.send("fd00::1", "2001:db8::1");
        lan.pass(4 * SECOND);
        assertThat(lan.said()).hasSize(3).allMatch(each -> each.startsWith("solicits fd00::2"));
        lan.send("fd00::1", "2001:db8::1");
        assertThat(lan.said()).hasSize(1).allMatch(each -> each.startsWith("solicits fe80::3"));
        lan.pass(31 * SECOND);
        lan.said();
        lan.send("fd00::1", "2001:db8::1");
        assertThat(lan.said()).hasSize(1).allMatch(each -> each.startsWith("solicits fd00::2"));
    }

    @Test
    void wrongConfigurationsSayWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EthernetConfig.at("10.0.0.1"))
                .withMessageContaining("is not an address with a prefix length");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EthernetConfig.at("10.0.0.255/24"))
                .withMessageContaining("no host can have the address 10.0.0.255");
        EthernetConfig config = EthernetConfig.at("10.0.0.1/24");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.gateway("10.0.1.1"))
                .withMessageContaining("is no neighbour of [10.0.0.1/24]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.mac("01:00:00:00:00:01"))
                .withMessageContaining("no host can have the Ethernet address");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.vlan(4_095))
                .withMessageContaining("choose 1 to 4094");
        DirectLink packets = DirectLink.pair()[0];
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EthernetTransport(packets, config))
                .withMessageContaining(
                        "carries IP packets, but an EthernetTransport needs Ethernet frames");
        Capabilities frames = Capabilities.plain(1_514).withMedium(Medium.ETHERNET);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new EthernetTransport(DirectLink.pair(frames)[0], config.mtu(1_501)))
                .withMessageContaining("choose 1500 or less");
    }
}
