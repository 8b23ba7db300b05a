package io.finwait.nio.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.relay.RelayEvent.Kind;
import io.finwait.nio.relay.RelayEvent.Way;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The relay between sockets of the JDK: what it carries over, and what it spoils. */
@Timeout(60)
class RelayTest {

    private static final RelayFaults NONE = RelayFaults.none();
    private static final byte[] HELLO = "hello".getBytes(US_ASCII);

    private final BlockingQueue<RelayEvent> events = new LinkedBlockingQueue<>();
    private ServerSocket listening;
    private Relay relay;
    private Socket client;
    private Socket server;

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void closeAll() throws IOException {
        if (relay != null) {
            relay.close();
        }
        listening.close();
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void relay(RelayFaults up, RelayFaults down) {
        relay =
                Relay.to((InetSocketAddress) listening.getLocalSocketAddress())
                        .up(up)
                        .down(down)
                        .observer(events::add)
                        .open();
    }

    private void connect(RelayFaults up, RelayFaults down) throws Exception {
        relay(up, down);
        client = new Socket();
        client.connect(relay.localAddress());
        server = listening.accept();
        // A server that resets before the relay's own connect has returned was never reached.
        next(Kind.OPENED);
        client.setSoTimeout(20_000);
        server.setSoTimeout(20_000);
    }

    /** The two ends, the one first whose octets go that way. */
    private Socket[] ends(Way way) {
        return way == Way.UP ? new Socket[] {client, server} : new Socket[] {server, client};
    }

    private void connect(Way spoilt, RelayFaults faults) throws Exception {
        connect(spoilt == Way.UP ? faults : NONE, spoilt == Way.DOWN ? faults : NONE);
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static void send(Socket from, byte[] octets) throws IOException {
        from.getOutputStream().write(octets);
    }

    private static byte[] take(Socket at, int octets) throws IOException {
        return at.getInputStream().readNBytes(octets);
    }

    private static int read(Socket at) throws IOException {
        return at.getInputStream().read();
    }

    private RelayEvent next(Kind kind) throws InterruptedException {
        while (true) {
            RelayEvent event = events.poll(20, TimeUnit.SECONDS);
            assertThat(event).as("no %s came", kind).isNotNull();
            if (event.kind() == kind) {
                return event;
            }
        }
    }

    private static void isSilent(Socket at) throws SocketException {
        at.setSoTimeout(1);
        assertThatThrownBy(() -> read(at)).isInstanceOf(SocketTimeoutException.class);
        at.setSoTimeout(20_000);
    }

    @ParameterizedTest
    @EnumSource
    void aHalfCloseIsOneAndTheOtherDirectionGoesOn(Way way) throws Exception {
        connect(NONE, NONE);
        Socket[] ends = ends(way);
        send(ends[0], HELLO);
        ends[0].shutdownOutput();
        assertThat(ends[1].getInputStream().readAllBytes()).isEqualTo(HELLO);
        assertThat(next(Kind.FIN)).isEqualTo(new RelayEvent(1, way, Kind.FIN, 5));
        send(ends[1], HELLO);
        assertThat(take(ends[0], 5)).isEqualTo(HELLO);
        ends[1].shutdownOutput();
        assertThat(read(ends[0])).isEqualTo(-1);
        assertThat(next(Kind.FIN).way()).isEqualTo(way.reverse());
        next(Kind.CLOSED);
    }

    @ParameterizedTest
    @EnumSource
    void aResetIsAReset(Way way) throws Exception {
        connect(NONE, NONE);
        Socket[] ends = ends(way);
        send(ends[0], HELLO);
        assertThat(take(ends[1], 5)).isEqualTo(HELLO);
        reset(ends[0]);
        assertThatThrownBy(() -> read(ends[1])).hasMessage("Connection reset");
        assertThat(next(Kind.RESET)).isEqualTo(new RelayEvent(1, way, Kind.RESET, 5));
        next(Kind.CLOSED);
    }

    /**
     * Seen only by writing: a FIN has come that way before, and a read says end-of-stream for ever.
     */
    @ParameterizedTest
    @EnumSource
    void aResetBehindAHalfCloseIsCarriedToo(Way way) throws Exception {
        connect(NONE, NONE);
        Socket[] ends = ends(way);
        ends[0].shutdownOutput();
        next(Kind.FIN);
        reset(ends[0]);
        OutputStream out = ends[1].getOutputStream();
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                out.write(new byte[65_536]);
                            }
                        })
                .isInstanceOf(SocketException.class);
        assertThat(next(Kind.RESET).way()).isEqualTo(way);
    }

    /**
     * As without a relay: who goes on writing to one that has closed is reset, at the second write.
     */
    @ParameterizedTest
    @EnumSource
    void aResetThatAnswersTheFirstWriteBehindAFinIsCarriedAtOnce(Way way) throws Exception {
        connect(NONE, NONE);
        Socket[] ends = ends(way);
        ends[0].close();
        assertThat(read(ends[1])).isEqualTo(-1);
        send(ends[1], HELLO);
        assertThat(next(Kind.RESET).way()).isEqualTo(way);
        next(Kind.CLOSED);
        assertThatThrownBy(() -> untilItFails(ends[1])).isInstanceOf(SocketException.class);
    }

    private static void untilItFails(Socket to) throws IOException {
        while (true) {
            send(to, HELLO);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetBehindADroppedFinIsCarried(Way way) throws Exception {
        connect(way, NONE.dropFin());
        Socket[] ends = ends(way);
        ends[0].close();
        next(Kind.FIN_DROPPED);
        send(ends[1], HELLO);
        assertThatThrownBy(() -> read(ends[1])).hasMessage("Connection reset");
    }

    @Test
    void aHalfClosedDirectionCarriesMuchAndSlowly() throws Exception {
        connect(NONE, NONE);
        byte[] octets = new byte[20_000_000];
        new Random(3).nextBytes(octets);
        client.shutdownOutput();
        assertThat(read(server)).isEqualTo(-1);
        next(Kind.FIN);
        Thread sender = LightThreads.start("sender", () -> sendAndClose(server, octets));
        assertThat(all(client)).isEqualTo(octets);
        sender.join();
        next(Kind.CLOSED);
    }

    @Test
    void aServerThatCannotBeResolvedIsAResetForTheClient() throws Exception {
        relay =
                Relay.to(InetSocketAddress.createUnresolved("no.such.host.invalid", 80))
                        .observer(events::add)
                        .open();
        client = new Socket();
        client.connect(relay.localAddress());
        client.setSoTimeout(20_000);
        assertThatThrownBy(() -> read(client)).hasMessage("Connection reset");
        next(Kind.UNREACHABLE);
    }

    @Test
    void anObserverThatThrowsCostsNoConnection() throws Exception {
        relay =
                Relay.to((InetSocketAddress) listening.getLocalSocketAddress())
                        .observer(
                                event -> {
                                    throw new IllegalStateException("an observer's fault");
                                })
                        .open();
        client = new Socket();
        client.connect(relay.localAddress());
        server = listening.accept();
        send(client, HELLO);
        client.shutdownOutput();
        assertThat(all(server)).isEqualTo(HELLO);
        server.close();
        client.setSoTimeout(20_000);
        assertThat(read(client)).isEqualTo(-1);
    }

    @Test
    void aMillionOctetsPassBothWaysAtOnceUnchanged() throws Exception {
        connect(NONE, NONE);
        byte[] up = new byte[1_000_000];
        byte[] down = new byte[1_500_000];
        new Random(1).nextBytes(up);
        new Random(2).nextBytes(down);
        Thread upwards = LightThreads.start("test", () -> sendAndClose(client, up));
        Thread downwards = LightThreads.start("test", () -> sendAndClose(server, down));
        Thread[] taker = new Thread[1];
        byte[][] taken = new byte[1][];
        taker[0] = LightThreads.start("test", () -> taken[0] = all(server));
        assertThat(all(client)).isEqualTo(down);
        taker[0].join();
        assertThat(taken[0]).isEqualTo(up);
        upwards.join();
        downwards.join();
        next(Kind.CLOSED);
    }

    private static void sendAndClose(Socket from, byte[] octets) {
        try {
            send(from, octets);
            from.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] all(Socket at) {
        try {
            return at.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void resetAfterSoManyOctetsEndsBothEnds(Way way) throws Exception {
        connect(way, NONE.resetAfter(3));
        Socket[] ends = ends(way);
        send(ends[0], HELLO);
        // What came before the reset may be read or not, as on any network.
        assertThatThrownBy(() -> ends[1].getInputStream().readAllBytes())
                .hasMessage("Connection reset");
        assertThatThrownBy(() -> read(ends[0])).hasMessage("Connection reset");
        assertThat(next(Kind.RESET_MADE)).isEqualTo(new RelayEvent(1, way, Kind.RESET_MADE, 3));
    }

    @ParameterizedTest
    @EnumSource
    void finAfterSoManyOctetsTruncatesTheStream(Way way) throws Exception {
        connect(way, NONE.finAfter(3));
        Socket[] ends = ends(way);
        send(ends[0], HELLO);
        assertThat(ends[1].getInputStream().readAllBytes()).isEqualTo("hel".getBytes(US_ASCII));
        assertThat(next(Kind.FIN_MADE).octets()).isEqualTo(3);
        send(ends[1], HELLO);
        assertThat(take(ends[0], 5)).as("the other direction").isEqualTo(HELLO);
    }

    @ParameterizedTest
    @EnumSource
    void behindACutNothingPassesAndNobodyIsTold(Way way) throws Exception {
        connect(way, NONE.cutAfter(3));
        Socket[] ends = ends(way);
        send(ends[0], HELLO);
        assertThat(take(ends[1], 3)).isEqualTo("hel".getBytes(US_ASCII));
        assertThat(next(Kind.CUT).octets()).isEqualTo(3);
        send(ends[1], HELLO);
        assertThat(take(ends[0], 5)).as("the other direction").isEqualTo(HELLO);
        reset(ends[0]);
        isSilent(ends[1]);
    }

    @ParameterizedTest
    @EnumSource
    void aDroppedFinIsWaitedForAndTheOtherOnePasses(Way way) throws Exception {
        connect(way, NONE.dropFin());
        Socket[] ends = ends(way);
        send(ends[0], HELLO);
        ends[0].shutdownOutput();
        assertThat(take(ends[1], 5)).isEqualTo(HELLO);
        assertThat(next(Kind.FIN_DROPPED).octets()).isEqualTo(5);
        isSilent(ends[1]);
        ends[1].shutdownOutput();
        assertThat(read(ends[0])).isEqualTo(-1);
        // Both directions of its socket are closed now, which is not a reset.
        ends[1].setSoTimeout(50);
        assertThatThrownBy(() -> read(ends[1])).isInstanceOf(SocketTimeoutException.class);
    }

    @ParameterizedTest
    @EnumSource
    void aDroppedResetLeavesTheOtherEndAlone(Way way) throws Exception {
        connect(way, NONE.dropReset());
        Socket[] ends = ends(way);
        reset(ends[0]);
        next(Kind.RESET_DROPPED);
        send(ends[1], HELLO);
        isSilent(ends[1]);
    }

    @Test
    void delayedOctetsAndTheirFinComeLaterAndStayInOrder() throws Exception {
        Duration delay = Duration.ofMillis(40);
        connect(NONE, NONE.delay(delay));
        long before = System.nanoTime();
        send(server, HELLO);
        server.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(HELLO);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(delay.toNanos());
        send(client, HELLO);
        assertThat(take(server, 5)).isEqualTo(HELLO);
    }

    @Test
    void aRateIsNotExceeded() throws Exception {
        connect(NONE.rate(1_000_000), NONE);
        long before = System.nanoTime();
        sendAndClose(client, new byte[100_000]);
        assertThat(server.getInputStream().readAllBytes()).hasSize(100_000);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(100_000_000);
    }

    @Test
    void aServerThatRefusesIsAResetForTheClient() throws Exception {
        relay(NONE, NONE);
        listening.close();
        client = new Socket();
        client.connect(relay.localAddress());
        assertThatThrownBy(() -> read(client)).hasMessage("Connection reset");
        next(Kind.UNREACHABLE);
    }

    @Test
    void closingTheRelayResetsWhatIsLeft() throws Exception {
        connect(NONE, NONE.dropFin());
        server.shutdownOutput();
        next(Kind.FIN_DROPPED);
        relay.close();
        assertThatThrownBy(() -> read(client)).hasMessage("Connection reset");
        assertThatThrownBy(() -> new Socket().connect(relay.localAddress()))
                .hasMessageContaining("refused");
    }

    @Test
    void theConnectionsThereAreCanBeListed() throws Exception {
        connect(NONE, NONE.cutAfter(2));
        send(client, HELLO);
        client.shutdownOutput();
        send(server, HELLO);
        assertThat(List.of(events.take().kind(), events.take().kind()))
                .containsExactlyInAnyOrder(Kind.FIN, Kind.CUT);
        assertThat(relay.connections())
                .singleElement()
                .asString()
                .startsWith("1  127.0.0.1:" + client.getLocalPort())
                .endsWith("up: 5 octets, FIN  down: 2 octets, cut");
    }

    @Test
    void anEventSaysInWordsWhatHappened() {
        assertThat(new RelayEvent(7, Way.UP, Kind.FIN, 512))
                .hasToString("7  client > server  FIN after 512 octets");
        assertThat(new RelayEvent(7, null, Kind.OPENED, 0)).hasToString("7  opened");
    }

    @Test
    void wrongFaultsAreRefused() {
        assertThatThrownBy(() -> NONE.resetAfter(-1)).hasMessageContaining("choose 0 or more");
        assertThatThrownBy(() -> NONE.delay(Duration.ofMillis(-1)))
                .hasMessageContaining("from 0 to 365 days");
    }
}
