package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.junit.SimTest;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the peer does when its end of a connection comes into a state, and while it is stalled. */
@SimTest
class PeerStatesTest {

    /** A server that has accepted two before it does anything, and then keeps both. */
    private static void acceptsTwo(SimNet net, NetHost shop) {
        shop.run(
                "server",
                () -> {
                    try (ServerSocket listening = shop.serverSocket(80);
                            Socket one = listening.accept();
                            Socket other = listening.accept()) {
                        assertThat(one.getPort()).isNotEqualTo(other.getPort());
                        net.clock().sleep(Duration.ofMinutes(5));
                    }
                });
    }

    @Test
    void resetsWhenTheOtherEndHasClosed(SimNet net, NetHost shop, NetHost app) throws Exception {
        acceptsTwo(net, shop);
        net.connections(shop, 80).nth(1).whenState(State.CLOSE_WAIT).resets();
        try (Socket one = Rig.connect(app, shop);
                Socket other = Rig.connect(app, shop)) {
            other.shutdownOutput();
            net.clock().sleep(Duration.ofMinutes(1));
            assertThat(net.packets(shop, app)).as("another one").noneMatch(p -> p.contains("RST"));
            one.shutdownOutput();
            assertThat(Rig.readToTheEnd(one)).isEqualTo("0 octets, Connection reset");
            assertThat(Rig.readToTheEnd(other)).isEqualTo("0 octets, end of stream");
        }
        net.finish();
        assertThat(net.packets(shop, app)).filteredOn(p -> p.contains("RST")).hasSize(1);
    }

    @Test
    void closesAtOnceWhenItIsInTheStateAlready(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        acceptsTwo(net, shop);
        try (Socket one = Rig.connect(app, shop);
                Socket other = Rig.connect(app, shop)) {
            net.settle();
            Duration before = net.clock().elapsed();
            net.connections(shop, 80).nth(2).whenState(State.ESTABLISHED).closes();
            assertThat(Rig.readToTheEnd(other)).isEqualTo("0 octets, end of stream");
            assertThat(net.clock().elapsed().minus(before)).isLessThan(Duration.ofSeconds(1));
            assertThat(Rig.readToTheEnd(one)).isEqualTo("0 octets, end of stream");
            assertThat(net.clock().elapsed().minus(before)).isGreaterThan(Duration.ofMinutes(4));
        }
        net.finish();
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSED", "LISTEN", "SYN_SENT", "SYN_RECEIVED"})
    void aStateInWhichNoProgramHasAConnectionIsRefused(
            State state, SimNet net, NetHost shop, NetHost app) {
        assertThatThrownBy(() -> net.connections(shop, 80).nth(1).whenState(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose a state from ESTABLISHED to TIME_WAIT");
    }

    /** The observer of a host's own settings is told too. */
    @Test
    void whoLooksOnAlreadyIsToldOfEverything(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        List<String> told = new ArrayList<>();
        app.configure(config -> config.observer(new Witness(told)));
        Rig.reads(shop, 1);
        net.on(Seg.carrying(1).from(app).first(), Act.drop());
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(1);
        }
        net.finish();
        assertThat(told)
                .containsExactly(
                        "CLOSED SYN_SENT",
                        "SYN_SENT ESTABLISHED",
                        "ESTABLISHED FIN_WAIT_1",
                        "again",
                        "FIN_WAIT_1 FIN_WAIT_2",
                        "FIN_WAIT_2 TIME_WAIT");
    }

    /** A server that writes ten octets and then reads to the end; gives what it has read. */
    private static List<String> writesAndReads(NetHost host) {
        List<String> read = new ArrayList<>();
        Rig.serve(
                host,
                1,
                s -> {
                    s.getOutputStream().write(new byte[10]);
                    read.add(Rig.readToTheEnd(s));
                });
        return read;
    }

    @Test
    void stopsReadingAndWritesOn(SimNet net, NetHost shop, NetHost app) throws Exception {
        List<String> read = writesAndReads(shop);
        net.connections(shop, 80).nth(1).now().stopsReading();
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[100]);
            assertThat(s.getInputStream().readNBytes(10)).as("it writes").hasSize(10);
            net.clock().sleep(Duration.ofMinutes(1));
            assertThat(read).as("it reads nothing").isEmpty();
            net.connections(shop, 80).nth(1).now().resets();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
        }
        net.finish();
        assertThat(read).as("its own act ends its wait").hasSize(1);
        assertThat(read.get(0)).isEqualTo("0 octets, Aborted by this end");
    }

    @Test
    void whatIsStalledNeitherReadsNorWrites(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        List<String> read = writesAndReads(shop);
        net.connections(shop, 80).nth(1).now().stalls();
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[100]);
            s.setSoTimeout(60_000);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Read timed out");
            s.shutdownOutput();
            net.clock().sleep(Duration.ofMinutes(1));
            assertThat(read).as("it sees no end of the stream either").isEmpty();
            net.connections(shop, 80).nth(1).now().closes();
            assertThat(Rig.readToTheEnd(s)).as("with octets unread").endsWith("Connection reset");
        }
        net.finish();
        assertThat(read).as("its own act ends its wait").hasSize(1);
    }

    /** Writes down what it is told. */
    private record Witness(List<String> told) implements EndpointObserver {

        @Override
        public void onTransition(
                ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {
            told.add(from.name() + " " + to.name());
        }

        @Override
        public void onRetransmission(
                ConnectionInfo connection, Retransmission cause, int timeouts, long nowNs) {
            told.add("again");
        }
    }
}
