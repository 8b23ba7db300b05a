package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** The page of a network: a ladder for each connection, with the states of both ends. */
class NetworkPageTest {

    @TempDir private Path folder;

    private String page(SimNet net) throws Exception {
        Path file = folder.resolve("network.html");
        net.page(file);
        return Files.readString(file);
    }

    /** Each begins with the name of its opener. */
    private static long connections(String page) {
        return Pattern.compile("app 10\\.0\\.0\\.2:").matcher(page).results().count();
    }

    @Test
    void eachConnectionIsALadderWithItsStates() throws Exception {
        try (SimNet net = SimNet.create(42)) {
            NetHost shop = net.host("shop");
            NetHost app = net.host("app");
            shop.run(
                    "server",
                    () -> {
                        try (ServerSocket listening = shop.serverSocket(80)) {
                            for (int i = 0; i < 2; i++) {
                                try (Socket s = listening.accept()) {
                                    s.getInputStream().readAllBytes();
                                }
                            }
                        }
                    });
            for (int i = 0; i < 2; i++) {
                try (Socket s = app.socket()) {
                    s.connect(shop.at(80));
                }
            }
            net.finish();
            net.settle();

            String page = page(net);
            assertThat(page).contains("Seed 42").contains("shop 10.0.0.1:80");
            assertThat(connections(page)).isEqualTo(2);
            assertThat(page).contains("\"FIN_WAIT_2\"", "\"CLOSE_WAIT\"", "\"LAST_ACK\"");
        }
    }

    /** A state stands before what is sent in it, and what comes last is told too. */
    @Test
    void aLadderHasTheFateOfEachPacketAndStatesInTheirOrder() throws Exception {
        try (SimNet net = SimNet.create(42)) {
            NetHost shop = net.host("shop");
            NetHost app = net.host("app");
            Rig.reads(shop, 1);
            net.on(Seg.fin().from(shop).first(), Act.drop());
            Rig.connect(app, shop).close();
            net.clock().sleep(Duration.ofMinutes(5));
            net.finish();

            assertThat(page(net))
                    .contains("[\"s\",2000000,0,\"FIN_WAIT_1\"],[\"l\",2000000,2]")
                    .as("the FIN that was lost")
                    .contains("\"FIN, ACK\",\"seq 1 ack 2\",1,[],")
                    .as("and came again")
                    .contains("\"FIN, ACK\",\"seq 1 ack 2  again\",0,[12000000],")
                    .contains("[\"a\",12000000,6,0],[\"s\",12000000,0,\"TIME_WAIT\"],")
                    .as("the last packet arrives")
                    .contains("[\"a\",13000000,7,0],[\"s\",13000000,1,\"CLOSED\"],")
                    .as("and long behind it the last state")
                    .contains("[\"s\",60012000000,0,\"CLOSED\"]]");
        }
    }

    /** A browser has to hold it. */
    @Test
    void ofManyConnectionsThePageHasTheFirstAndSaysSo() throws Exception {
        try (SimNet net = SimNet.create(7)) {
            NetHost shop = net.host("shop");
            NetHost app = net.host("app");
            for (int i = 0; i < 520; i++) {
                try (Socket s = app.socket()) {
                    assertThatThrownBy(() -> s.connect(shop.at(80)))
                            .isInstanceOf(ConnectException.class);
                }
            }

            String page = page(net);
            assertThat(page).contains("Seed 7, the beginning");
            assertThat(connections(page)).isEqualTo(500);
        }
    }

    @Test
    void aNetworkWithoutPacketsIsAPageToo() throws Exception {
        try (SimNet net = SimNet.create(1)) {
            assertThat(page(net)).contains("Seed 1").doesNotContain("SYN_SENT\"");
        }
    }
}
