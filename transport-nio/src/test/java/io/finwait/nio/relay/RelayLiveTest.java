package io.finwait.nio.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/** Faults of connections that are open already, and faults with a time in them. */
@Timeout(60)
class RelayLiveTest {

    private static final RelayFaults NONE = RelayFaults.none();
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(20);

    private ServerSocket listening;
    private Relay relay;
    private Socket client;
    private Socket server;

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        relay.close();
        client.close();
        server.close();
        listening.close();
    }

    private void connect(RelayFaults down) throws IOException {
        relay = Relay.to((InetSocketAddress) listening.getLocalSocketAddress()).down(down).open();
        client = new Socket();
        client.connect(relay.localAddress());
        client.setSoTimeout(20_000);
        server = listening.accept();
        server.setSoTimeout(20_000);
    }

    private void send(int octets) throws IOException {
        server.getOutputStream().write(new byte[octets]);
    }

    private int read() throws IOException {
        return client.getInputStream().read();
    }

    private void nothingArrives() throws IOException {
        client.setSoTimeout(30);
        assertThatThrownBy(this::read).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(20_000);
    }

    @Test
    void aFinIsHeldUntilTheFaultsAreSwitchedOff() throws Exception {
        connect(NONE.holdFin(LONG));
        send(1);
        server.shutdownOutput();
        assertThat(read()).isZero();
        nothingArrives();
        relay.faultsNow(NONE, NONE);
        assertThat(read()).isEqualTo(-1);
    }

    @Test
    void whatADelayHoldsArrivesWhenItIsSwitchedOff() throws Exception {
        connect(NONE.delay(LONG));
        send(3);
        nothingArrives();
        relay.faultsNow(NONE, NONE);
        assertThat(client.getInputStream().readNBytes(3)).hasSize(3);
    }

    @Test
    void anOpenConnectionIsResetAtOnceWhereEnoughHasPassed() throws Exception {
        connect(NONE);
        send(5);
        assertThat(client.getInputStream().readNBytes(5)).hasSize(5);
        relay.faultsNow(NONE, NONE.resetAfter(5));
        assertThatThrownBy(this::read).hasMessage("Connection reset");
        assertThatThrownBy(() -> server.getInputStream().read()).hasMessage("Connection reset");
    }

    @Test
    void anOpenConnectionEndsAfterTheOctetsThatAreStillToCome() throws Exception {
        connect(NONE);
        send(1);
        assertThat(read()).isZero();
        relay.faultsNow(NONE, NONE.finAfter(3));
        send(10);
        assertThat(client.getInputStream().readAllBytes()).hasSize(2);
    }

    @Test
    void anEndThatHasPassedIsNotMadeAgain() throws Exception {
        connect(NONE);
        client.shutdownOutput();
        assertThat(server.getInputStream().read()).isEqualTo(-1);
        relay.faultsNow(NONE.finAfter(0), NONE);
        send(1);
        assertThat(read()).isZero();
        assertThat(relay.connections()).hasSize(1);
    }

    @Test
    void afterATimeItIsResetAlthoughNobodySends() throws Exception {
        long begin = System.nanoTime();
        connect(NONE.beginsAfter(SHORT).resetAfter(0));
        assertThatThrownBy(this::read).hasMessage("Connection reset");
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(SHORT.toNanos());
    }

    @Test
    void untilItsTimeComesAFaultDoesNothing() throws Exception {
        connect(NONE.beginsAfter(LONG).resetAfter(0));
        send(100);
        assertThat(client.getInputStream().readNBytes(100)).hasSize(100);
        relay.faultsNow(NONE, NONE.beginsAfter(SHORT).finAfter(100));
        assertThat(read()).isEqualTo(-1);
    }

    @Test
    void textIsCutIntoSlicesWithPauses() throws Exception {
        connect(NONE.slices(2, SHORT));
        long begin = System.nanoTime();
        send(9);
        byte[] all = new byte[100];
        int reads = 0;
        for (int octets = 0; octets < 9; reads++) {
            int read = client.getInputStream().read(all);
            assertThat(read).isPositive();
            octets += read;
        }
        assertThat(reads).isGreaterThan(1);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(4 * SHORT.toNanos());
    }

    @Test
    void slicesThatWouldTakeForEverEndWithTheirFault() throws Exception {
        connect(NONE.slices(1, LONG));
        send(10);
        assertThat(read()).isZero();
        nothingArrives();
        relay.faultsNow(NONE, NONE);
        assertThat(client.getInputStream().readNBytes(9)).hasSize(9);
    }

    @Test
    void jitterKeepsTheOrder() throws Exception {
        connect(NONE.jitter(SHORT));
        for (int i = 0; i < 50; i++) {
            server.getOutputStream().write(i);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(read()).isEqualTo(i);
        }
    }

    /** The dice of the first connection let its first octet wait for minutes. */
    @Test
    void jitterIsAddedToTheDelay() throws Exception {
        connect(NONE.jitter(LONG));
        send(1);
        nothingArrives();
        relay.faultsNow(NONE, NONE);
        assertThat(read()).isZero();
    }

    @Test
    void commandsDoWhatTheMethodsDo() throws Exception {
        connect(NONE);
        assertThat(relay.command("faults-now down hold-fin=1m"))
                .isEqualTo("up none, down hold-fin=60s, only all\n");
        server.shutdownOutput();
        nothingArrives();
        assertThat(relay.command("faults-now both none"))
                .isEqualTo("up none, down none, only all\n");
        assertThat(read()).isEqualTo(-1);
        assertThat(relay.command("show")).contains("up none, down none, only all\n1  127.0.0.1:");
        assertThat(relay.command("reset 1")).isEqualTo("connection 1 was reset\n");
        assertThatThrownBy(() -> server.getInputStream().read()).hasMessage("Connection reset");
        assertThat(relay.command("reset")).isEqualTo("0 connections were reset\n");
    }

    /** The connection to the server stands, and the relay does not count it as open yet. */
    @Test
    void whatIsSetWhileAConnectionIsOpenedHoldsFromItsFirstOctet() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        LongPredicate whileItIsOpened =
                number -> {
                    if (asked.incrementAndGet() == 1) {
                        relay.faultsNow(NONE, NONE.holdFin(LONG));
                        acceptAndEndOutput();
                    } else {
                        LockSupport.parkNanos(SHORT.toNanos());
                    }
                    return true;
                };
        relay =
                Relay.to((InetSocketAddress) listening.getLocalSocketAddress())
                        .only(whileItIsOpened)
                        .open();
        client = new Socket();
        client.connect(relay.localAddress());
        nothingArrives();
        // Asked for the faults it began with, and for these.
        while (asked.get() < 2) {
            Thread.onSpinWait();
        }
        nothingArrives();
        relay.faultsNow(NONE, NONE);
        assertThat(read()).isEqualTo(-1);
    }

    private void acceptAndEndOutput() {
        try {
            server = listening.accept();
            server.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void commandsChooseTheConnectionsToCome() throws Exception {
        connect(NONE);
        relay.command("only first 1");
        assertThat(relay.command("faults up delay=5ms,rate=64k"))
                .isEqualTo("up delay=5ms,rate=64k, down none, only first 1\n");
        assertThat(relay.command("only chance 0.5 42")).endsWith("only chance 0.5 42\n");
        relay.command("only first 1");
        relay.command("faults down fin-after=0");
        Socket first = client;
        client = new Socket();
        client.connect(relay.localAddress());
        try (first;
                Socket second = listening.accept()) {
            second.getOutputStream().write(7);
            assertThat(read()).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "faults",
                "faults left none",
                "faults up delay",
                "only some",
                "only first x",
                "only chance 2 1",
                "reset x",
                "reset 9",
                "show me"
            })
    void aCommandThatIsNoneSaysWhatToWrite(String line) throws Exception {
        connect(NONE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> relay.command(line))
                .withMessageMatching("(?s).{20,}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "begins-after=5s,delay=20ms,jitter=0.5ms,rate=64k,slice=10,slice-pause=5ms",
                "cut-after=1,fin-after=0,reset-after=9223372036854775806,hold-fin=0.001ms",
                "rate=8,drop-fin,drop-reset",
                "rate=1G"
            })
    void wordsAreReadAndWrittenAlike(String words) throws Exception {
        connect(NONE);
        RelayFaults faults = RelayFaults.parse(words);
        assertThat(faults).hasToString(words);
        assertThat(RelayFaults.parse(faults.toString()))
                .isEqualTo(faults)
                .hasSameHashCodeAs(faults);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "delay",
                "delay=",
                "delay=5",
                "delay=-5ms",
                "delay=999999999999m",
                "rate=7",
                "rate=x",
                "slice=-1",
                "slice=2147483648",
                "cut-after=-1",
                "drop-fin=1",
                "none,none",
                "delay=5ms,"
            })
    void wrongWordsAreRefused(String words) throws Exception {
        connect(NONE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RelayFaults.parse(words))
                .withMessageContaining("; ");
    }
}
