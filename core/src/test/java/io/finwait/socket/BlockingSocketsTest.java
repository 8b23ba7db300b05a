package io.finwait.socket;

import static io.finwait.socket.SteeredSockets.PORT_80;
import static io.finwait.socket.SteeredSockets.outcome;
import static io.finwait.socket.SteeredSockets.outcomeOf;
import static io.finwait.socket.SteeredSockets.quietly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.DrainReport;

import jdk.net.ExtendedSocketOptions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Reads and writes that block, and what each ends with, step by step and in virtual time. */
class BlockingSocketsTest {

    private static final int MUCH = 8 << 20;

    private SteeredSockets both;
    private Socket ours;
    private Socket theirs;
    private int read;

    @BeforeEach
    void connect() throws IOException {
        connect(SocketBehaviour.JAVA_ON_LINUX);
    }

    private void connect(SocketBehaviour behaviour) throws IOException {
        both = new SteeredSockets(behaviour);
        ours = both.connect();
        theirs = both.listening.accept();
    }

    private void theyWrite(String text) throws IOException {
        theirs.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        both.pair.settle();
    }

    private void theyReset() throws IOException {
        theirs.setSoLinger(true, 0);
        theirs.close();
        both.pair.settle();
    }

    private String reads() {
        return reads(ours);
    }

    private static String reads(Socket from) {
        return outcome(
                () -> {
                    byte[] some = new byte[100];
                    int octets = from.getInputStream().read(some);
                    return octets < 0
                            ? "end"
                            : new String(some, 0, octets, StandardCharsets.US_ASCII);
                });
    }

    private String writes() {
        return outcomeOf(() -> ours.getOutputStream().write(1));
    }

    // Reading.

    @Test
    void octetsAreReadAsTheyCome() throws IOException {
        InputStream in = ours.getInputStream();
        theirs.setTcpNoDelay(true);
        both.pair.whileWaiting(quietly(() -> theyWrite("a\u007F")));
        assertThat(in.read()).isEqualTo('a');
        assertThat(in.available()).isEqualTo(1);
        byte[] some = new byte[6];
        theirs.getOutputStream().write(0xFF);
        both.pair.settle();
        assertThat(in.read(some, 2, 0)).isZero();
        assertThat(in.read(some, 2, 3)).isEqualTo(2);
        assertThat(some).containsExactly(0, 0, 0x7F, (byte) 0xFF, 0, 0);
        theirs.getOutputStream().write(0xFF);
        both.pair.settle();
        assertThat(in.read()).isEqualTo(0xFF);
        assertThatThrownBy(() -> in.read(some, 1, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        theirs.shutdownOutput();
        assertThat(in.read()).isEqualTo(-1);
        assertThat(in.read(some)).isEqualTo(-1);
        assertThat(in.read(some, 0, 0)).isZero();
        in.close();
        assertThat(ours.isClosed()).isTrue();
        assertThat(in.read()).as("the end stays").isEqualTo(-1);
    }

    @Test
    void aReadTimesOutAndLosesNothing() throws IOException {
        ours.setSoTimeout(5_000);
        assertThat(ours.getSoTimeout()).isEqualTo(5_000);
        Duration before = both.pair.elapsed();
        assertThat(reads()).isEqualTo("SocketTimeoutException: Read timed out");
        assertThat(both.pair.elapsed().minus(before)).isEqualTo(Duration.ofSeconds(5));
        both.pair.whileWaiting(quietly(() -> theyWrite("late")));
        assertThat(reads()).isEqualTo("late");
    }

    /** What is there is read without the driver, so that only the lock could hold it up. */
    @Test
    void aReadThatIsDoneHoldsNobodyUp() throws Exception {
        theyWrite("ab");
        InputStream in = ours.getInputStream();
        assertThat(in.read()).isEqualTo('a');
        CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> outcome(in::read));
        assertThat(other.get(4, TimeUnit.SECONDS)).isEqualTo("98");
    }

    @Test
    void aReadEndsWithTheStream() {
        both.pair.whileWaiting(quietly(() -> theirs.shutdownOutput()));
        assertThat(reads()).isEqualTo("end");
        assertThat(reads()).isEqualTo("end");
    }

    @Test
    void aReadEndsWithAReset() throws IOException {
        InputStream in = ours.getInputStream();
        theyWrite("before");
        both.pair.whileWaiting(quietly(this::theyReset));
        assertThat(reads()).isEqualTo("before");
        for (int i = 0; i < 2; i++) {
            assertThat(reads()).isEqualTo("SocketException: Connection reset");
        }
        assertThat(writes()).isEqualTo("SocketException: Broken pipe");
        ours.close();
        assertThat(outcome(in::read)).isEqualTo("SocketException: Socket closed");
        assertThat(outcome(in::available)).isEqualTo("SocketException: Socket closed");
    }

    @Test
    void aReadEndsWithAClose() throws IOException {
        InputStream in = ours.getInputStream();
        both.pair.whileWaiting(quietly(() -> ours.close()));
        assertThat(outcome(in::read)).isEqualTo("SocketException: Socket closed");
        assertThat(outcome(in::read)).isEqualTo("SocketException: Socket closed");
        assertThat(reads(theirs)).isEqualTo("end");
    }

    @Test
    void aReadEndsWhenItsInputIsShut() throws IOException {
        InputStream in = ours.getInputStream();
        both.pair.whileWaiting(quietly(() -> ours.shutdownInput()));
        assertThat(in.read()).isEqualTo(-1);
        theyWrite("nobody reads it");
        assertThat(in.available()).isZero();
        assertThat(in.read()).isEqualTo(-1);
        assertThat(writes()).isEqualTo("done");
    }

    @Test
    void aReadEndsWithItsDriver() {
        both.pair.whileWaiting(
                () -> {
                    CompletableFuture<DrainReport> unused =
                            both.pair.client.shutdown(Duration.ZERO);
                });
        assertThat(reads()).startsWith("SocketException: ");
        assertThat(writes()).startsWith("SocketException: ");
    }

    @Test
    void anInterruptDoesNotEndARead() {
        both.pair.whileWaiting(() -> Thread.currentThread().interrupt());
        both.pair.whileWaiting(quietly(() -> theyWrite("x")));
        assertThat(reads()).isEqualTo("x");
        assertThat(Thread.interrupted()).isTrue();
    }

    // Writing.

    @Test
    void aWriteThatFindsNoRoomGoesOnWhenThereIsSome() throws IOException {
        InputStream in = theirs.getInputStream();
        both.pair.whileWaiting(() -> readWhatIsThere(in));
        ours.getOutputStream().write(new byte[MUCH]);
        assertThat(read).isBetween(1 << 20, MUCH);
        while (read < MUCH) {
            both.pair.settle();
            read += in.readNBytes(in.available()).length;
        }
        assertThat(read).isEqualTo(MUCH);
        assertThat(in.available()).isZero();
    }

    private void readWhatIsThere(InputStream in) {
        quietly(() -> read += in.readNBytes(in.available()).length).run();
        both.pair.whileWaiting(() -> readWhatIsThere(in));
    }

    @Test
    void partOfAnArrayIsWritten() throws IOException {
        OutputStream out = ours.getOutputStream();
        byte[] five = "hello".getBytes(StandardCharsets.US_ASCII);
        out.write(five, 1, 3);
        out.write(five, 5, 0);
        assertThatThrownBy(() -> out.write(five, 3, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(reads(theirs)).isEqualTo("ell");
        out.close();
        assertThat(ours.isClosed()).isTrue();
        assertThat(outcomeOf(() -> out.write(1))).isEqualTo("SocketException: Socket closed");
        assertThat(outcomeOf(() -> out.write(five, 0, 0))).isEqualTo("done");
    }

    @Test
    void aWriteEndsWithAReset() throws IOException {
        OutputStream out = ours.getOutputStream();
        both.pair.whileWaiting(quietly(this::theyReset));
        assertThat(outcomeOf(() -> out.write(new byte[MUCH])))
                .isEqualTo("SocketException: Connection reset by peer");
        assertThat(writes()).isEqualTo("SocketException: Broken pipe");
        assertThat(reads()).isEqualTo("end");
    }

    @Test
    void aWriteEndsWithAClose() throws IOException {
        OutputStream out = ours.getOutputStream();
        both.pair.whileWaiting(quietly(() -> ours.close()));
        assertThat(outcomeOf(() -> out.write(new byte[MUCH])))
                .isEqualTo("SocketException: Socket closed");
    }

    @Test
    void aWriteEndsWhenItsOutputIsShut() throws IOException {
        OutputStream out = ours.getOutputStream();
        both.pair.whileWaiting(quietly(() -> ours.shutdownOutput()));
        assertThat(outcomeOf(() -> out.write(new byte[MUCH])))
                .isEqualTo("SocketException: Broken pipe");
        assertThat(outcomeOf(() -> out.write(1))).isEqualTo("SocketException: Broken pipe");
    }

    @Test
    void aHalfClosedConnectionGoesOnTheOtherWay() throws IOException {
        ours.shutdownOutput();
        assertThat(reads(theirs)).isEqualTo("end");
        theyWrite("still");
        assertThat(reads()).isEqualTo("still");
        theirs.close();
        assertThat(reads()).isEqualTo("end");
    }

    // Closing.

    @Test
    void aCloseWaitsForNothing() throws IOException {
        both.pair.clientCable.loses(packet -> true);
        ours.close();
        assertThat(both.pair.elapsed()).isZero();
        ours.close();
        assertThat(ours.isClosed()).isTrue();
    }

    @Test
    void aLingeringCloseWaitsForThePeersTcp() throws IOException {
        ours.setSoLinger(true, 30);
        ours.getOutputStream().write(1);
        ours.close();
        assertThat(both.pair.elapsed()).isLessThan(Duration.ofSeconds(1));
        assertThat(reads(theirs)).isEqualTo("\u0001");
        assertThat(reads(theirs)).isEqualTo("end");
    }

    @Test
    void aLingeringCloseInVainWaitsAsLongAsItSays() throws IOException {
        both.pair.clientCable.loses(packet -> true);
        ours.setSoLinger(true, 30);
        ours.getOutputStream().write(1);
        ours.close();
        assertThat(both.pair.elapsed()).isEqualTo(Duration.ofSeconds(30));
        ours.close();
        assertThat(both.pair.elapsed()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void withoutALingerTimeTheConnectionIsReset() throws IOException {
        theyReset();
        assertThat(reads()).isEqualTo("SocketException: Connection reset");
    }

    @Test
    void unreadOctetsResetBehindAFin() throws IOException {
        theyWrite("unread");
        ours.close();
        both.pair.settle();
        assertThat(reads(theirs)).isEqualTo("end");
        assertThat(outcomeOf(() -> theirs.getOutputStream().write(1)))
                .isEqualTo("SocketException: Broken pipe");
    }

    // Other behaviours.

    @Test
    void asOnLinuxItselfAResetIsToldOnceAndShutInputIsReadToItsEnd() throws IOException {
        connect(SocketBehaviour.LINUX);
        theyWrite("rest");
        InputStream in = ours.getInputStream();
        ours.shutdownInput();
        assertThat(in.available()).isEqualTo(4);
        assertThat(in.read()).isEqualTo('r');
        assertThat(in.readNBytes(3)).hasSize(3);
        assertThat(in.read()).isEqualTo(-1);

        connect(SocketBehaviour.LINUX);
        theyReset();
        assertThat(reads()).isEqualTo("SocketException: Connection reset by peer");
        assertThat(reads()).isEqualTo("end");

        connect(SocketBehaviour.LINUX);
        theyWrite("unread");
        ours.close();
        both.pair.settle();
        assertThat(reads(theirs)).isEqualTo("SocketException: Connection reset by peer");
    }

    @Test
    void asOnBsdUnreadOctetsAreThrownAwayAndAResetShowsBehindAFin() throws IOException {
        connect(SocketBehaviour.BSD);
        theyWrite("unread");
        ours.close();
        both.pair.settle();
        assertThat(reads(theirs)).isEqualTo("end");
        assertThat(outcomeOf(() -> theirs.getOutputStream().write(1))).isEqualTo("done");

        connect(SocketBehaviour.BSD);
        InputStream in = ours.getInputStream();
        ours.shutdownInput();
        theirs.getOutputStream().write(new byte[MUCH]);
        assertThat(in.available()).isZero();
        assertThat(in.read()).isEqualTo(-1);

        connect(SocketBehaviour.BSD);
        theyReset();
        assertThat(writes()).isEqualTo("SocketException: Broken pipe");
        assertThat(writes()).isEqualTo("SocketException: Broken pipe");
        assertThat(reads()).isEqualTo("SocketException: Connection reset by peer");
    }

    // Options that a connection is told of.

    @Test
    void withoutNagleASmallSegmentLeavesAtOnce() throws IOException {
        both.pair.serverCable.loses(acknowledgment -> true);
        ours.getOutputStream().write(1);
        both.pair.settle();
        ours.getOutputStream().write(2);
        both.pair.settle();
        assertThat(theirs.getInputStream().available()).as("the second waits").isEqualTo(1);
        ours.setTcpNoDelay(true);
        assertThat(ours.getTcpNoDelay()).isTrue();
        both.pair.settle();
        ours.getOutputStream().write(3);
        both.pair.settle();
        assertThat(theirs.getInputStream().available()).isEqualTo(3);
    }

    @Test
    void whatWasSetBeforeTheConnectionHoldsForIt() throws IOException {
        Socket other = both.sockets.createSocket();
        other.setTcpNoDelay(true);
        other.setKeepAlive(true);
        other.connect(PORT_80);
        Socket accepted = both.listening.accept();
        both.pair.serverCable.loses(acknowledgment -> true);
        other.getOutputStream().write(1);
        both.pair.settle();
        other.getOutputStream().write(2);
        both.pair.settle();
        assertThat(accepted.getInputStream().available()).isEqualTo(2);
        both.pair.serverCable.loses(packet -> false);
        theirs.close();
        ours.close();
        both.pair.advance(Duration.ofMinutes(5));
        both.pair.serverCable.loses(packet -> true);
        both.pair.advance(Duration.ofHours(2).plusSeconds(8 * 75));
        assertThat(other.getInputStream().available()).isZero();
        both.pair.advance(Duration.ofSeconds(75));
        assertThat(reads(other)).isEqualTo("SocketException: Connection timed out");
    }

    @Test
    void keepAliveAndItsTimesHoldForAConnectionThatIsThere() throws IOException {
        ours.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
        ours.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 2);
        ours.setKeepAlive(true);
        ours.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
        both.pair.serverCable.loses(packet -> true);
        both.pair.advance(Duration.ofSeconds(19));
        int sent = both.pair.clientCable.sent();
        both.pair.advance(Duration.ofSeconds(2));
        assertThat(reads()).isEqualTo("SocketException: Connection timed out");
        assertThat(sent).isGreaterThan(0);
        ours.setKeepAlive(false);
        assertThat(ours.getKeepAlive()).isFalse();
    }

    @Test
    void keepAliveIsSwitchedOffAgain() throws IOException {
        ours.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
        ours.setKeepAlive(true);
        ours.setKeepAlive(false);
        int sent = both.pair.clientCable.sent();
        both.pair.advance(Duration.ofMinutes(10));
        assertThat(both.pair.clientCable.sent()).isEqualTo(sent);
    }

    @Test
    void optionsOfAClosedSocketAreRefused() throws IOException {
        ours.close();
        assertThat(outcomeOf(() -> ours.setTcpNoDelay(true)))
                .isEqualTo("SocketException: Socket is closed");
        assertThat(outcomeOf(() -> ours.getSoLinger()))
                .isEqualTo("SocketException: Socket is closed");
        assertThat(outcome(() -> ours.getOption(StandardSocketOptions.TCP_NODELAY)))
                .startsWith("SocketException: Socket ");
        assertThat(outcomeOf(() -> ours.setOption(StandardSocketOptions.TCP_NODELAY, true)))
                .startsWith("SocketException: Socket ");
    }
}
