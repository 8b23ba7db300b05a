package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.junit.SimTest;

import org.junit.jupiter.api.Test;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the path does: the packets, and what an ordinary socket sees. */
@SimTest
class PathFaultsTest {

    /** One octet each way, then the app closes first. */
    private static void exchange(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.serve(
                shop,
                1,
                s -> {
                    s.getOutputStream().write(s.getInputStream().read());
                    s.getInputStream().readAllBytes();
                });
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(7);
            assertThat(s.getInputStream().read()).isEqualTo(7);
        }
        net.finish();
    }

    @Test
    void aLostFinIsSentAgain(SimNet net, NetHost shop, NetHost app) throws Exception {
        PathFault fault = net.on(Seg.fin().from(app).first(), Act.drop());
        exchange(net, shop, app);
        net.settle();
        assertThat(fault.times()).isEqualTo(1);
        assertThat(net.packets(app, shop)).filteredOn(each -> each.equals("FIN,ACK")).hasSize(2);
        assertThat(net.connections(shop, 80).nth(1).closeReason(shop))
                .isEqualTo("Closed in order, by the peer first");
        Rig.wire(
                net,
                app,
                shop,
                "SYN ACK PSH,ACK+1 FIN,ACK*2 ACK",
                "SYN,ACK ACK PSH,ACK+1 ACK FIN,ACK");
    }

    @Test
    void aLostLastAckLetsTheFinComeAgain(SimNet net, NetHost shop, NetHost app) throws Exception {
        PathFault fault = net.on(Seg.ackOfFin().from(app).first(), Act.drop());
        exchange(net, shop, app);
        net.clock().sleep(Duration.ofSeconds(5));
        assertThat(fault.times()).isEqualTo(1);
        // LAST-ACK sends its FIN again, TIME-WAIT acknowledges it again.
        assertThat(net.packets(shop, app)).filteredOn(each -> each.equals("FIN,ACK")).hasSize(2);
        assertThat(net.packets(app, shop)).endsWith("ACK", "ACK");
        assertThat(net.netstat()).contains("TIME_WAIT").doesNotContain("LAST_ACK");
        Rig.wire(
                net,
                app,
                shop,
                "SYN ACK PSH,ACK+1 FIN,ACK ACK*2",
                "SYN,ACK ACK PSH,ACK+1 ACK FIN,ACK*2");
    }

    @Test
    void bothCloseAtOnce(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.serve(shop, 1, s -> net.clock().sleep(Duration.ofSeconds(1)));
        Socket s = Rig.connect(app, shop);
        // The server accepts when the ACK arrives, 1 ms later: so both wake at one instant.
        net.clock().sleep(Duration.ofMillis(1_001));
        s.close();
        net.finish();
        net.settle();
        assertThat(net.packets(app, shop)).containsExactly("SYN", "ACK", "FIN,ACK", "ACK");
        assertThat(net.packets(shop, app)).containsExactly("SYN,ACK", "FIN,ACK", "ACK");
        assertThat(net.connections(shop, 80).nth(1).closeReason(app))
                .isEqualTo("Closed in order, by both ends at once");
        Rig.wire(net, app, shop, "SYN ACK FIN,ACK ACK", "SYN,ACK FIN,ACK ACK");
    }

    @Test
    void anOldDuplicateIsAnsweredAndChangesNothing(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        net.on(Seg.carrying(1).from(app).first(), Act.duplicateAfter(Duration.ofSeconds(2)));
        Rig.serve(shop, 1, s -> assertThat(s.getInputStream().readAllBytes()).hasSize(2));
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(1);
            net.clock().sleep(Duration.ofSeconds(3));
            s.getOutputStream().write(2);
        }
        net.finish();
        assertThat(net.packets(shop, app)).doesNotContain("RST", "RST,ACK");
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+1*2 FIN,PSH,ACK+1 ACK", "SYN,ACK ACK*3 FIN,ACK");
    }

    @Test
    void theFinOvertakesTheText(SimNet net, NetHost shop, NetHost app) throws Exception {
        PathFault held =
                net.on(Seg.carrying(1).from(app).first(), Act.holdUntil(Seg.ack().from(shop)));
        Rig.serve(shop, 1, s -> assertThat(s.getInputStream().readAllBytes()).hasSize(2_000));
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[2_000]);
        }
        net.finish();
        assertThat(held.times()).isEqualTo(1);
        Rig.wire(net, app, shop, "SYN ACK ACK+1448 FIN,PSH,ACK+552 ACK", "SYN,ACK ACK*2 FIN,ACK");
    }

    @Test
    void aDelayedFinIsASlowClose(SimNet net, NetHost shop, NetHost app) throws Exception {
        net.on(Seg.fin().from(shop), Act.delay(Duration.ofMillis(150)));
        Rig.serve(shop, 1, s -> {});
        try (Socket s = Rig.connect(app, shop)) {
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
            assertThat(net.clock().elapsed())
                    .isBetween(Duration.ofMillis(150), Duration.ofSeconds(1));
        }
        net.finish();
        Rig.wire(net, app, shop, "SYN ACK*2 FIN,ACK RST", "SYN,ACK FIN,ACK*2 ACK");
    }

    @Test
    void aResetOfBothEnds(SimNet net, NetHost shop, NetHost app) throws Exception {
        List<String> server = new ArrayList<>();
        Rig.serve(shop, 1, s -> server.add(Rig.readToTheEnd(s)));
        net.on(Seg.carrying(301).from(app), Act.reset());
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[300]);
            net.settle();
            s.getOutputStream().write(new byte[100]);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
        }
        net.finish();
        assertThat(server).containsExactly("300 octets, Connection reset");
        assertThat(net.packets(app, shop)).contains("RST");
        assertThat(net.packets(shop, app)).contains("RST");
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+300 PSH,ACK+100 RST", "SYN,ACK ACK RST");
    }

    @Test
    void aResetOfOneEndAlone(SimNet net, NetHost shop, NetHost app) throws Exception {
        List<String> server = new ArrayList<>();
        Rig.serve(shop, 1, s -> server.add(Rig.readToTheEnd(s)));
        net.on(Seg.data().from(app).first(), Act.resetSender());
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[10]);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
        }
        // The shop knows nothing and waits; its next word meets RST.
        assertThat(net.netstat()).contains("ESTABLISHED");
        net.connections(shop, 80).nth(1).now().closes();
        net.finish();
        assertThat(net.packets(app, shop)).endsWith("RST");
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+10 RST", "SYN,ACK RST FIN,ACK");
    }

    /** Nothing but an RST that acknowledges the SYN is believed. */
    @Test
    void aResetInAnswerToASynRefusesTheConnection(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        net.on(Seg.syn().from(app), Act.resetSender());
        assertThatThrownBy(() -> Rig.connect(app, shop))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("refused");
        assertThat(net.packets(shop, app)).containsExactly("RST,ACK");
    }

    @Test
    void aForgedResetWithTheWrongNumberIsChallenged(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        PathFault fault = net.on(Seg.data().from(app).first(), Act.forgeReset(5));
        exchange(net, shop, app);
        net.settle();
        assertThat(fault.times()).isEqualTo(1);
        // RFC 5961 §3.2: an ACK in answer, and the connection lives on.
        assertThat(net.packets(app, shop)).contains("RST");
        assertThat(net.connections(shop, 80).nth(1).closeReason(shop))
                .isEqualTo("Closed in order, by the peer first");
        Rig.wire(
                net,
                app,
                shop,
                "SYN ACK PSH,ACK+1 RST FIN,ACK ACK",
                "SYN,ACK ACK PSH,ACK+1 ACK FIN,ACK");
    }

    @Test
    void aForgedResetWithTheRightNumberKills(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        List<String> server = new ArrayList<>();
        Rig.serve(shop, 1, s -> server.add(Rig.readToTheEnd(s)));
        net.on(Seg.data().from(app).first(), Act.forgeReset(0));
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[10]);
            net.settle();
            assertThat(server).containsExactly("10 octets, Connection reset");
        }
        net.finish();
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+10 RST FIN,ACK", "SYN,ACK RST");
    }

    @Test
    void aHostThatIcmpCallsUnreachable(SimNet net, NetHost shop, NetHost app) throws Exception {
        net.on(Seg.syn().to(shop), Act.hostUnreachable());
        try (Socket s = app.socket()) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> s.connect(shop.at(80)))
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessage("No route to host");
        }
        assertThat(net.clock().elapsed()).isEqualTo(Duration.ofMillis(1));
        Rig.wire(net, app, shop, "SYN", "56 octets");
    }

    @Test
    void aBlackHoleOfThePathsMtu(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.writes(shop, 5_000);
        net.link(app, shop).from(shop).mtu(1_000);
        try (Socket s = Rig.connect(app, shop)) {
            s.setSoTimeout(5_000);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Read timed out");
            net.link(app, shop).mtu(65_535);
            s.shutdownOutput();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("5000 octets, end of stream");
        }
        net.finish();
        Rig.wire(
                net,
                app,
                shop,
                "SYN ACK*2 FIN,ACK ACK*3",
                "SYN,ACK ACK+1448*3 PSH,ACK+656 ACK+1448*5 ACK FIN,ACK ACK+1448*3");
    }

    @Test
    void aRouterThatSaysWhichMtuItHas(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.writes(shop, 2_000);
        net.link(app, shop).from(shop).routerWithMtu(1_000);
        try (Socket s = Rig.connect(app, shop)) {
            s.shutdownOutput();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("2000 octets, end of stream");
        }
        net.finish();
        Rig.wire(
                net,
                app,
                shop,
                "SYN ACK FIN,ACK 56 octets ACK*3",
                "SYN,ACK ACK ACK+1448 FIN,PSH,ACK+552 ACK+948*2 FIN,PSH,ACK+104 RST");
    }

    @Test
    void aCutInOneDirection(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.reads(shop, 1);
        try (Socket s = Rig.connect(app, shop)) {
            net.settle();
            net.link(app, shop).from(shop).cut();
            s.getOutputStream().write(new byte[10]);
            net.clock().sleep(Duration.ofSeconds(10));
            // It arrives, each time again; what is lost is the ACK.
            assertThat(net.packets(app, shop))
                    .filteredOn("PSH,ACK+10"::equals)
                    .hasSizeGreaterThan(2);
            net.link(app, shop).heal();
        }
        net.finish();
        net.clock().sleep(Duration.ofMinutes(1));
        assertThat(net.connections(shop, 80).nth(1).closeReason(shop))
                .isEqualTo("Closed in order, by the peer first");
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+10*7 FIN,ACK ACK", "SYN,ACK ACK*8 FIN,ACK");
    }

    @Test
    void lossDuplicationReorderingAndCorruptionDamageNothing(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        net.link(app, shop)
                .latency(Duration.ofMillis(20), Duration.ofMillis(5))
                .loss(0.05)
                .burstLoss(0.01, 3)
                .duplicate(0.05)
                .reorder(0.05, Duration.ofMillis(30))
                .corrupt(0.05)
                .bandwidth(10_000_000);
        Rig.serve(
                shop,
                1,
                s -> {
                    for (int i = 0; i < 100_000; i++) {
                        assertThat(s.getInputStream().read()).isEqualTo(i & 0xFF);
                    }
                });
        try (Socket s = Rig.connect(app, shop)) {
            byte[] octets = new byte[100_000];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte) i;
            }
            s.getOutputStream().write(octets);
            s.shutdownOutput();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
        }
        net.finish();
    }

    @Test
    void aFirewallForgetsAnIdleConnection(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.serve(shop, 1, s -> Rig.tolerate(() -> s.getInputStream().readAllBytes()));
        PathFault forgot = net.link(app, shop).forgetIdleAfter(Duration.ofMinutes(5), Act.drop());
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(1);
            net.clock().sleep(Duration.ofMinutes(4));
            s.getOutputStream().write(2);
            net.clock().sleep(Duration.ofMinutes(6));
            assertThat(forgot.times()).isZero();
            s.getOutputStream().write(3);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection timed out");
            assertThat(forgot.times()).isGreaterThan(5);
        }
        net.connections(shop, 80).nth(1).now().closes();
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+1*19", "SYN,ACK ACK*2 FIN,ACK");
    }

    @Test
    void aFirewallThatResetsWhatItHasForgotten(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        Rig.reads(shop, 1);
        net.link(app, shop).forgetIdleAfter(Duration.ofMinutes(5), Act.resetSender());
        try (Socket s = Rig.connect(app, shop)) {
            net.clock().sleep(Duration.ofMinutes(6));
            s.getOutputStream().write(3);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
        }
        net.connections(shop, 80).nth(1).now().closes();
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+1 RST", "SYN,ACK RST FIN,ACK");
    }

    @Test
    void aPortInTimeWaitIsGivenOutAgainOnlyWhenItIsSafe(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        app.ephemeralPorts(40_000, 40_000);
        Rig.reads(shop, 1);
        Rig.connect(app, shop).close();
        net.finish();
        assertThat(Rig.outcome(() -> Rig.connect(app, shop)))
                .isEqualTo("Cannot assign requested address");
        net.clock().sleep(Duration.ofSeconds(61));
        assertThat(Rig.outcome(() -> Rig.connect(app, shop))).isEqualTo("Connection refused");
        Rig.wire(net, app, shop, "SYN ACK FIN,ACK ACK SYN", "SYN,ACK ACK FIN,ACK RST,ACK");
    }

    @Test
    void retransmissionsGiveUpAfterTheTimeThatWasConfigured(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        app.configure(config -> config.userTimeout(Duration.ofMinutes(15)));
        Rig.reads(shop, 1);
        try (Socket s = Rig.connect(app, shop)) {
            net.link(app, shop).cut();
            s.getOutputStream().write(1);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection timed out");
            assertThat(net.clock().elapsed())
                    .isBetween(Duration.ofMinutes(1), Duration.ofMinutes(16));
        }
        net.link(app, shop).heal();
        net.connections(shop, 80).nth(1).now().closes();
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+1*24 RST", "SYN,ACK FIN,ACK");
    }

    @Test
    void keepAliveFindsADeadPeerAfterHours(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.reads(shop, 1);
        try (Socket s = Rig.connect(app, shop)) {
            s.setKeepAlive(true);
            net.settle();
            shop.crash();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection timed out");
            assertThat(net.clock().elapsed()).isBetween(Duration.ofHours(2), Duration.ofHours(3));
        }
        Rig.wire(net, app, shop, "SYN ACK*10 RST,ACK", "SYN,ACK");
    }

    @Test
    void aNarrowPathMakesSmallPieces(SimNet net, NetHost shop, NetHost app) throws Exception {
        shop.configure(config -> config.maxSegmentSize(536));
        app.configure(config -> config.maxSegmentSize(536));
        Rig.writes(shop, 1_000);
        try (Socket s = Rig.connect(app, shop)) {
            s.shutdownOutput();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("1000 octets, end of stream");
        }
        net.finish();
        assertThat(net.packets(shop, app))
                .filteredOn(each -> each.contains("+"))
                .hasSizeGreaterThan(1);
        Rig.wire(net, app, shop, "SYN ACK FIN,ACK ACK", "SYN,ACK ACK ACK+524 FIN,PSH,ACK+476");
    }
}
