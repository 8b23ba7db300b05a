package io.finwait.nio.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** Faults for some connections only, and faults that change while the relay runs. */
@Timeout(60)
class RelaySwitchTest {

    private static final RelayFaults NONE = RelayFaults.none();
    private static final RelayFaults CUT_SHORT = NONE.finAfter(1);

    private ServerSocket listening;
    private Relay relay;

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        relay.close();
        listening.close();
    }

    private Relay.Builder described() {
        return Relay.to((InetSocketAddress) listening.getLocalSocketAddress());
    }

    private Socket connect() throws IOException {
        Socket client = new Socket();
        client.connect(relay.localAddress());
        client.setSoTimeout(20_000);
        return client;
    }

    /** How many of three octets that a server writes a new client reads. */
    private int octetsOfThree() throws IOException {
        try (Socket client = connect();
                Socket server = listening.accept()) {
            server.getOutputStream().write(new byte[3]);
            server.shutdownOutput();
            return client.getInputStream().readAllBytes().length;
        }
    }

    @Test
    void theFirstTwoConnectionsAreSpoiltAndTheThirdIsNot() throws Exception {
        relay = described().down(CUT_SHORT).only(Relay.first(2)).open();
        assertThat(List.of(octetsOfThree(), octetsOfThree(), octetsOfThree()))
                .containsExactly(1, 1, 3);
    }

    @Test
    void faultsAreSwitchedOnAndOffWhileItRuns() throws Exception {
        relay = described().open();
        List<Integer> read = new ArrayList<>();
        read.add(octetsOfThree());
        relay.faults(NONE, CUT_SHORT);
        read.add(octetsOfThree());
        relay.faults(NONE, NONE);
        read.add(octetsOfThree());
        assertThat(read).containsExactly(3, 1, 3);
    }

    @Test
    void aConnectionThatIsOpenKeepsItsFaults() throws Exception {
        relay = described().down(NONE.finAfter(2)).open();
        try (Socket client = connect();
                Socket server = listening.accept()) {
            server.getOutputStream().write(new byte[1]);
            assertThat(client.getInputStream().read()).isZero();
            relay.faults(NONE, NONE);
            server.getOutputStream().write(new byte[2]);
            assertThat(client.getInputStream().readAllBytes()).hasSize(1);
        }
    }

    @Test
    void allThatIsOpenIsResetNowAndTheNextConnectionLives() throws Exception {
        relay = described().open();
        try (Socket client = connect();
                Socket server = listening.accept()) {
            server.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            assertThat(relay.resetAll()).isEqualTo(1);
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessage("Connection reset");
            server.setSoTimeout(20_000);
            assertThatThrownBy(() -> server.getInputStream().read()).hasMessage("Connection reset");
        }
        assertThat(relay.resetAll()).isZero();
        assertThat(octetsOfThree()).isEqualTo(3);
    }

    @Test
    void whoChoosesAndThrowsCostsNoConnection() throws Exception {
        relay =
                described()
                        .down(CUT_SHORT)
                        .only(
                                number -> {
                                    throw new IllegalStateException("undecided");
                                })
                        .open();
        assertThat(octetsOfThree()).isEqualTo(3);
    }

    @Test
    void chanceIsTheSameForASeedAndKeepsToItsProbability() throws Exception {
        relay = described().open();
        LongPredicate half = Relay.byChance(0.5, 42);
        LongPredicate again = Relay.byChance(0.5, 42);
        LongPredicate other = Relay.byChance(0.5, 43);
        assertThat(LongStream.range(1, 1_000).allMatch(n -> half.test(n) == again.test(n)))
                .isTrue();
        assertThat(LongStream.range(1, 1_000).allMatch(n -> half.test(n) == other.test(n)))
                .isFalse();
        assertThat(LongStream.range(1, 10_001).filter(half).count()).isBetween(4_700L, 5_300L);
        assertThat(LongStream.range(1, 1_000)).noneMatch(Relay.byChance(0, 1)::test);
        assertThat(LongStream.range(1, 1_000)).allMatch(Relay.byChance(1, 1)::test);
    }

    @Test
    void wrongNumbersAreRefused() throws Exception {
        relay = described().open();
        assertThatThrownBy(() -> Relay.first(-1)).hasMessageContaining("0 or more");
        assertThatThrownBy(() -> Relay.byChance(Double.NaN, 1)).hasMessageContaining("0 to 1");
        assertThatThrownBy(() -> Relay.byChance(1.1, 1)).hasMessageContaining("0 to 1");
    }
}
