package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.junit.SimTest;
import io.finwait.socket.SocketBehaviour;

import org.junit.jupiter.api.Test;

import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the program of the peer does: the packets, and what an ordinary socket sees. */
@SimTest
class PeerActsTest {

    private static final String HANDSHAKE = "SYN,ACK";

    @Test
    void closedAtAccept(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.reads(shop, 1);
        net.connections(shop, 80).nth(1).afterSent(0).closes();
        try (Socket s = Rig.connect(app, shop)) {
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
        }
        net.finish();
        assertThat(net.packets(shop, app)).containsExactly(HANDSHAKE, "FIN,ACK", "ACK");
        assertThat(net.packets(app, shop)).containsExactly("SYN", "ACK", "ACK", "FIN,ACK");
        Rig.wire(net, app, shop, "SYN ACK*2 FIN,ACK", "SYN,ACK FIN,ACK ACK");
    }

    @Test
    void closedDuringTheRequest(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.reads(shop, 1);
        net.connections(shop, 80).nth(1).afterReceived(100).closes();
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[60]);
            net.settle();
            assertThat(net.packets(shop, app)).doesNotContain("FIN,ACK");
            s.getOutputStream().write(new byte[60]);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
        }
        net.finish();
        assertThat(net.packets(shop, app)).contains("FIN,ACK").doesNotContain("RST,ACK");
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+60*2 ACK FIN,ACK", "SYN,ACK ACK FIN,ACK ACK");
    }

    @Test
    void closedDuringTheResponseAfterExactlySoManyOctets(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        Rig.writes(shop, 20_000);
        net.connections(shop, 80).nth(1).afterSent(1_000).closes();
        try (Socket s = Rig.connect(app, shop)) {
            assertThat(Rig.readToTheEnd(s)).isEqualTo("1000 octets, end of stream");
        }
        net.finish();
        net.settle();
        assertThat(net.packets(shop, app))
                .containsExactly(HANDSHAKE, "PSH,ACK+1000", "FIN,ACK", "ACK");
        assertThat(net.connections(shop, 80).nth(1).closeReason(shop))
                .isEqualTo("Closed in order, by this end first");
        assertThat(net.connections(shop, 80).nth(1).closeReason(app))
                .isEqualTo("Closed in order, by the peer first");
        Rig.wire(net, app, shop, "SYN ACK*2 FIN,ACK", "SYN,ACK PSH,ACK+1000 FIN,ACK ACK");
    }

    @Test
    void halfClosedByTheServerWhichReadsOn(SimNet net, NetHost shop, NetHost app) throws Exception {
        List<Integer> read = new ArrayList<>();
        Rig.serve(shop, 1, s -> read.add(s.getInputStream().readAllBytes().length));
        net.connections(shop, 80).nth(1).afterSent(0).shutsDownOutput();
        try (Socket s = Rig.connect(app, shop)) {
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
            s.getOutputStream().write(new byte[500]);
            net.clock().sleep(Duration.ofMinutes(5));
            s.getOutputStream().write(new byte[500]);
        }
        net.finish();
        assertThat(read).containsExactly(1_000);
        assertThat(net.packets(shop, app)).startsWith(HANDSHAKE, "FIN,ACK").doesNotContain("RST");
        Rig.wire(net, app, shop, "SYN ACK*2 PSH,ACK+500 FIN,PSH,ACK+500", "SYN,ACK FIN,ACK ACK*2");
    }

    @Test
    void resetNow(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.reads(shop, 1);
        net.connections(shop, 80).nth(1).now().resets();
        try (Socket s = Rig.connect(app, shop)) {
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
        }
        net.finish();
        assertThat(net.packets(shop, app)).containsExactly(HANDSHAKE, "RST,ACK");
        Rig.wire(net, app, shop, "SYN ACK", "SYN,ACK RST,ACK");
    }

    @Test
    void resetAfterSoManyOctets(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.writes(shop, 20_000);
        net.connections(shop, 80).nth(1).afterSent(300).resets();
        try (Socket s = Rig.connect(app, shop)) {
            net.settle();
            assertThat(net.packets(shop, app)).containsExactly(HANDSHAKE, "PSH,ACK+300", "RST,ACK");
            assertThat(Rig.readToTheEnd(s)).isEqualTo("300 octets, Connection reset");
            assertThat(Rig.outcome(() -> s.getInputStream().read())).isEqualTo("Connection reset");
        }
        net.finish();
        assertThat(net.connections(shop, 80).nth(1).closeReason(app))
                .isEqualTo("Connection reset by peer");
        Rig.wire(net, app, shop, "SYN ACK", "SYN,ACK PSH,ACK+300 RST,ACK");
    }

    @Test
    void onlyTheSecondConnectionIsReset(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.reads(shop, 3);
        net.connections(shop, 80).nth(2).now().resets();
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (Socket s = Rig.connect(app, shop)) {
                s.shutdownOutput();
                seen.add(Rig.readToTheEnd(s));
            }
        }
        net.finish();
        assertThat(seen)
                .containsExactly(
                        "0 octets, end of stream",
                        "0 octets, Connection reset",
                        "0 octets, end of stream");
        assertThat(net.connections(shop, 80).accepted()).isEqualTo(3);
        Rig.wire(
                net,
                app,
                shop,
                "SYN ACK FIN,ACK ACK SYN ACK FIN,ACK SYN ACK FIN,ACK ACK",
                "SYN,ACK ACK FIN,ACK SYN,ACK ACK RST,ACK SYN,ACK ACK FIN,ACK");
    }

    @Test
    void resetBecauseOfUnreadData(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.serve(shop, 1, s -> net.clock().sleep(Duration.ofSeconds(1)));
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[100]);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
            net.settle();
            assertThat(
                            Rig.outcome(
                                    () -> {
                                        s.getOutputStream().write(1);
                                        return "taken";
                                    }))
                    .isEqualTo("Broken pipe");
        }
        net.finish();
        // As the JDK's sockets do it on Linux: the FIN leaves before the RST.
        assertThat(net.packets(shop, app)).containsExactly(HANDSHAKE, "ACK", "FIN,ACK", "RST,ACK");
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+100", "SYN,ACK ACK FIN,ACK RST,ACK");
    }

    @Test
    void noAnswerWhileTheConnectionIsOpen(SimNet net, NetHost shop, NetHost app) throws Exception {
        shop.run(
                "server",
                () -> {
                    try (ServerSocket listening = shop.serverSocket(80);
                            Socket s = listening.accept()) {
                        s.getOutputStream().write(new byte[10]);
                        net.clock().sleep(Duration.ofMinutes(2));
                    }
                });
        net.connections(shop, 80).nth(1).now().stalls();
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[100]);
            s.setSoTimeout(60_000);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Read timed out");
        }
        // Its TCP has acknowledged all the same.
        assertThat(net.packets(shop, app)).contains("ACK");
        net.finish();
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+100 FIN,ACK", "SYN,ACK ACK*2 RST,ACK");
    }

    @Test
    void aPeerThatStopsReadingClosesItsWindow(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        Rig.reads(shop, 1);
        shop.pauseReading();
        app.run(
                "writer",
                () -> {
                    try (Socket s = Rig.connect(app, shop)) {
                        s.getOutputStream().write(new byte[2_000_000]);
                    }
                });
        net.clock().sleep(Duration.ofMinutes(3));
        // Window probes go on for as long as they are answered (RFC 9293 §3.8.6.1).
        int before = net.packets().size();
        net.clock().sleep(Duration.ofMinutes(3));
        assertThat(net.packets().size()).isGreaterThan(before);
        assertThat(net.connections(shop, 80).nth(1).closeReason(app)).isNull();

        shop.resumeReading();
        net.finish();
        net.settle();
        assertThat(net.connections(shop, 80).nth(1).closeReason(app))
                .isEqualTo("Closed in order, by this end first");
    }

    @Test
    void killMinusNineSendsFin(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.reads(shop, 2);
        try (Socket s = Rig.connect(app, shop)) {
            net.settle();
            shop.kill();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
            assertThat(Rig.outcome(() -> Rig.connect(app, shop))).isEqualTo("Connection refused");
        }
        assertThat(net.packets(shop, app)).contains("FIN,ACK", "RST,ACK");
        Rig.wire(net, app, shop, "SYN ACK*2 SYN FIN,ACK", "SYN,ACK FIN,ACK RST,ACK ACK");
    }

    @Test
    void aCrashIsSilenceAndARebootAnswersWithReset(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        Rig.reads(shop, 2);
        try (Socket s = Rig.connect(app, shop)) {
            shop.crash();
            int before = net.packets(shop, app).size();
            s.getOutputStream().write(new byte[10]);
            s.setSoTimeout(20_000);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Read timed out");
            assertThat(net.packets(shop, app)).hasSize(before);

            shop.reboot();
            s.setSoTimeout(0);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
            assertThat(net.packets(shop, app)).endsWith("RST");
            assertThat(Rig.outcome(() -> Rig.connect(app, shop))).isEqualTo("Connection refused");
        }
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+10* SYN", "SYN,ACK RST RST,ACK");
    }

    @Test
    void aRefusedPortIsRefusedUntilItIsTakenBack(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        Rig.reads(shop, 1);
        PathFault refused = shop.refuse(80);
        assertThat(Rig.outcome(() -> Rig.connect(app, shop))).isEqualTo("Connection refused");
        assertThat(net.packets()).containsExactly("app > shop SYN", "shop > app RST,ACK");
        refused.remove();
        Rig.connect(app, shop).close();
        net.finish();
        Rig.wire(net, app, shop, "SYN*2 ACK FIN,ACK ACK", "RST,ACK SYN,ACK ACK FIN,ACK");
    }

    @Test
    void aConnectTimesOut(SimNet net, NetHost shop, NetHost app) throws Exception {
        shop.ignoreSyn(80);
        try (Socket s = app.socket()) {
            assertThat(
                            Rig.outcome(
                                    () -> {
                                        s.connect(shop.at(80), 10_000);
                                        return "connected";
                                    }))
                    .isEqualTo("Connect timed out");
        }
        assertThat(net.packets(app, shop)).containsOnly("SYN").hasSizeGreaterThan(2);
        assertThat(net.packets(shop, app)).isEmpty();
        assertThat(net.clock().elapsed()).isEqualTo(Duration.ofSeconds(10));
        Rig.wire(net, app, shop, "SYN*4", "");
    }

    @Test
    void whatAResetBehindAFinIsReadAsIsTheSystemsAffair(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        app.behaviour(SocketBehaviour.BSD);
        assertThat(readBehindFinAndReset(net, shop, app))
                .isEqualTo("0 octets, Connection reset by peer");
        app.behaviour(SocketBehaviour.JAVA_ON_LINUX);
        assertThat(readBehindFinAndReset(net, shop, app)).isEqualTo("0 octets, end of stream");
    }

    private static String readBehindFinAndReset(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        ServerSocket listening = shop.serverSocket(80);
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(1);
            net.settle();
            listening.accept().close(); // with an octet unread
            net.settle();
            return Rig.readToTheEnd(s);
        } finally {
            listening.close();
        }
    }

    @Test
    void aFullBacklogLetsAConnectWait(SimNet net, NetHost shop, NetHost app) throws Exception {
        fillTheBacklog(net, app, shop, shop.serverSocketFactory().createServerSocket(80, 1));
    }

    @Test
    void aBacklogIsWhatTheHostSaysAndNotTheProgram(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        shop.backlog(80, 1);
        fillTheBacklog(net, app, shop, shop.serverSocketFactory().createServerSocket(80, 1_000));
        assertThatThrownBy(() -> shop.backlog(80, 0)).hasMessageContaining("choose 1 or more");
    }

    private static void fillTheBacklog(
            SimNet net, NetHost app, NetHost shop, ServerSocket listening) throws Exception {
        List<Socket> waiting = new ArrayList<>();
        String outcome = "connected";
        while (outcome.equals("connected") && waiting.size() < 10) {
            Socket s = app.socket();
            waiting.add(s);
            outcome =
                    Rig.outcome(
                            () -> {
                                s.connect(shop.at(80), 5_000);
                                return "connected";
                            });
        }
        assertThat(outcome).isEqualTo("Connect timed out");
        assertThat(waiting.size()).isLessThan(5);
        for (Socket each : waiting) {
            each.close();
        }
        listening.close();
        Rig.wire(net, app, shop, "SYN ACK SYN*3 FIN,ACK", "SYN,ACK RST,ACK RST");
    }
}
