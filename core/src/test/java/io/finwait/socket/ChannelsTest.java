package io.finwait.socket;

import static io.finwait.driver.SteeredPair.text;
import static io.finwait.socket.SteeredSockets.PORT_80;
import static io.finwait.socket.SteeredSockets.outcome;
import static io.finwait.socket.SteeredSockets.quietly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.DrainReport;
import io.finwait.driver.SteeredPair;

import jdk.net.ExtendedSocketOptions;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Channels that block and channels that don't, call by call and in virtual time. */
class ChannelsTest {

    private static final int MUCH = 8 << 20;

    private final SteeredPair pair = new SteeredPair();
    private final DriverSelectorProvider clients = new DriverSelectorProvider(pair.client);
    private final DriverSelectorProvider servers = new DriverSelectorProvider(pair.server);
    private final ServerSocketChannel listening = servers.openServerSocketChannel();
    private SocketChannel ours = clients.openSocketChannel();
    private SocketChannel theirs;

    ChannelsTest() throws IOException {
        listening.bind(PORT_80);
    }

    private void connect() throws IOException {
        assertThat(ours.connect(PORT_80)).isTrue();
        theirs = listening.accept();
    }

    private static String reads(SocketChannel from) {
        return outcome(
                () -> {
                    ByteBuffer into = ByteBuffer.allocate(100);
                    return from.read(into) < 0 ? "end" : text(into);
                });
    }

    private void theyReset() throws IOException {
        theirs.setOption(StandardSocketOptions.SO_LINGER, 0);
        theirs.close();
        pair.settle();
    }

    // Reading.

    @Test
    void aReadBlocksUntilThereIsSomething() throws IOException {
        connect();
        pair.whileWaiting(quietly(() -> theirs.write(text("hello"))));
        assertThat(reads(ours)).isEqualTo("hello");
        assertThat(ours.read(ByteBuffer.allocate(0))).isZero();
        assertThatThrownBy(() -> ours.read(ByteBuffer.allocate(1).asReadOnlyBuffer()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Read-only buffer");
        pair.whileWaiting(quietly(theirs::shutdownOutput));
        assertThat(reads(ours)).isEqualTo("end");
        assertThat(reads(ours)).isEqualTo("end");
    }

    @Test
    void aReadThatDoesNotBlockTakesWhatIsThere() throws IOException {
        connect();
        ours.configureBlocking(false);
        assertThat(reads(ours)).isEmpty();
        theirs.write(text("hello"));
        pair.settle();
        assertThat(reads(ours)).isEqualTo("hello");
        theyReset();
        assertThat(reads(ours)).isEqualTo("SocketException: Connection reset");
        assertThat(reads(ours)).isEqualTo("SocketException: Connection reset");
    }

    @Test
    void aReadEndsWithAResetACloseAndAnInterrupt() throws IOException {
        connect();
        pair.whileWaiting(quietly(this::theyReset));
        assertThat(reads(ours)).isEqualTo("SocketException: Connection reset");

        ours = clients.openSocketChannel();
        connect();
        pair.whileWaiting(quietly(ours::close));
        assertThat(reads(ours)).startsWith("AsynchronousCloseException");
        assertThat(reads(ours)).startsWith("ClosedChannelException");

        ours = clients.openSocketChannel();
        connect();
        Thread own = Thread.currentThread();
        pair.whileWaiting(() -> CompletableFuture.runAsync(own::interrupt).join());
        assertThat(reads(ours)).startsWith("ClosedByInterruptException");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ours.isOpen()).isFalse();
    }

    @Test
    void aReadEndsWhenItsInputIsShut() throws IOException {
        connect();
        pair.whileWaiting(quietly(ours::shutdownInput));
        assertThat(reads(ours)).isEqualTo("end");
        theirs.write(text("nobody"));
        pair.settle();
        assertThat(reads(ours)).isEqualTo("end");
        assertThat(ours.shutdownInput()).isSameAs(ours);
        assertThat(ours.socket().isInputShutdown()).isTrue();
        assertThat(theirs.socket().isInputShutdown()).isFalse();
    }

    @Test
    void aReadEndsWithItsDriver() throws IOException {
        connect();
        pair.whileWaiting(
                () -> {
                    CompletableFuture<DrainReport> unused = pair.client.shutdown(Duration.ZERO);
                });
        assertThat(reads(ours)).contains("Exception: ");
        assertThat(outcome(() -> ours.write(text("x")))).startsWith("IOException: ");
    }

    @Test
    void severalBuffersAreFilledOneBehindTheOther() throws IOException {
        connect();
        theirs.write(text("hello"));
        pair.settle();
        ByteBuffer[] four = {
            ByteBuffer.allocate(1),
            ByteBuffer.allocate(2),
            ByteBuffer.allocate(0),
            ByteBuffer.allocate(9)
        };
        assertThat(ours.read(four, 1, 3)).isEqualTo(5);
        assertThat(four[0].position()).isZero();
        assertThat(text(four[1])).isEqualTo("he");
        assertThat(text(four[3])).isEqualTo("llo");
        theirs.write(text("ab"));
        pair.settle();
        ByteBuffer[] two = {ByteBuffer.allocate(2), ByteBuffer.allocate(2)};
        assertThat(ours.read(two)).as("and waits for no more").isEqualTo(2);
        assertThat(ours.read(new ByteBuffer[] {ByteBuffer.allocate(0)})).isZero();
        assertThatThrownBy(() -> ours.read(two, 1, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        theirs.shutdownOutput();
        pair.settle();
        two[0].clear();
        assertThat(ours.read(two)).isEqualTo(-1);
    }

    @Test
    void theEndComesBehindTheLastOctetsOfSeveralBuffers() throws IOException {
        connect();
        theirs.write(text("ab"));
        theirs.shutdownOutput();
        pair.settle();
        ByteBuffer[] two = {ByteBuffer.allocate(2), ByteBuffer.allocate(2)};
        assertThat(ours.read(two)).isEqualTo(2);
        two[0].clear();
        assertThat(ours.read(two)).isEqualTo(-1);
    }

    /** As in the JDK, which looks at all buffers before it takes an octet. */
    @Test
    void oneBufferThatCantBeFilledTakesNoOctetIntoTheOthers() throws IOException {
        connect();
        theirs.write(text("hello"));
        pair.settle();
        ByteBuffer[] two = {ByteBuffer.allocate(2), ByteBuffer.allocate(2).asReadOnlyBuffer()};
        assertThatThrownBy(() -> ours.read(two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Read-only buffer");
        ByteBuffer[] none = {ByteBuffer.allocate(2), null};
        assertThatThrownBy(() -> ours.read(none)).isInstanceOf(NullPointerException.class);
        assertThat(reads(ours)).isEqualTo("hello");
    }

    /** What is there is read without the driver, so that only a lock could hold it up. */
    @Test
    void aCallThatIsDoneHoldsNobodyUp() throws Exception {
        connect();
        ours.configureBlocking(false);
        listening.configureBlocking(false);
        theirs.write(text("ab"));
        pair.settle();
        assertThat(ours.read(new ByteBuffer[] {ByteBuffer.allocate(1)})).isEqualTo(1);
        assertThat(listening.accept()).isNull();
        CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> reads(ours));
        assertThat(other.get(4, TimeUnit.SECONDS)).isEqualTo("b");
        CompletableFuture<String> accept =
                CompletableFuture.supplyAsync(() -> outcome(listening::accept));
        assertThat(accept.get(4, TimeUnit.SECONDS)).isEqualTo("null");
        theyReset();
        assertThat(outcome(() -> ours.read(new ByteBuffer[] {ByteBuffer.allocate(1)})))
                .startsWith("SocketException");
        CompletableFuture<String> again = CompletableFuture.supplyAsync(() -> reads(ours));
        assertThat(again.get(4, TimeUnit.SECONDS)).startsWith("SocketException");
    }

    /** A thread that does not wait in a channel any more may be interrupted for other reasons. */
    @Test
    void anInterruptBehindACallClosesNothing() throws IOException {
        connect();
        Thread own = Thread.currentThread();
        assertThat(ours.write(text("x"))).isEqualTo(1);
        CompletableFuture.runAsync(own::interrupt).join();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ours.isOpen()).isTrue();
        assertThat(reads(theirs)).isEqualTo("x");
        CompletableFuture.runAsync(own::interrupt).join();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(theirs.isOpen()).isTrue();
    }

    // Writing.

    @Test
    void aWriteTakesWhatThereIsRoomFor() throws IOException {
        connect();
        ours.configureBlocking(false);
        ByteBuffer much = ByteBuffer.allocate(MUCH);
        int taken = ours.write(much);
        assertThat(taken).isPositive().isLessThan(MUCH).isEqualTo(much.position());
        while (ours.write(much) > 0) {
            pair.settle();
        }
        assertThat(ours.write(text("x"))).isZero();
        assertThat(ours.write(ByteBuffer.allocate(0))).isZero();
    }

    @Test
    void aBlockingWriteTakesEverything() throws IOException {
        connect();
        theirs.configureBlocking(false);
        pair.whileWaiting(this::theyReadWhatIsThere);
        ByteBuffer[] three = {text("x"), ByteBuffer.allocate(MUCH), text("end")};
        assertThat(ours.write(three, 1, 2)).isEqualTo(MUCH + 3);
        assertThat(three[0].remaining()).isEqualTo(1);
        assertThat(three[1].hasRemaining()).isFalse();
        assertThat(three[2].hasRemaining()).isFalse();
        pair.advance(Duration.ofSeconds(1));
        theyReadWhatIsThere();
        assertThat(got).isEqualTo(MUCH + 3);
        assertThat(ours.write(ByteBuffer.allocate(0))).isZero();
        assertThatThrownBy(() -> ours.write(new ByteBuffer[] {text("x"), null}))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> ours.write(three, 2, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private int got;

    private void theyReadWhatIsThere() {
        ByteBuffer some = ByteBuffer.allocate(1 << 20);
        quietly(
                        () -> {
                            int octets;
                            while ((octets = theirs.read(some.clear())) > 0) {
                                got += octets;
                                pair.settle();
                            }
                        })
                .run();
        pair.whileWaiting(this::theyReadWhatIsThere);
    }

    @Test
    void aWriteEndsWithAResetAndAClose() throws IOException {
        connect();
        pair.whileWaiting(quietly(this::theyReset));
        // Some was taken, which is told first; the next one is told of the reset.
        assertThat(ours.write(ByteBuffer.allocate(MUCH))).isBetween(1, MUCH - 1);
        assertThat(outcome(() -> ours.write(text("x"))))
                .isEqualTo("IOException: Connection reset by peer");
        assertThat(outcome(() -> ours.write(text("x")))).isEqualTo("IOException: Broken pipe");

        ours = clients.openSocketChannel();
        connect();
        pair.whileWaiting(quietly(ours::close));
        assertThat(ours.write(ByteBuffer.allocate(MUCH))).isBetween(1, MUCH - 1);
        assertThat(outcome(() -> ours.write(text("x")))).startsWith("ClosedChannelException");
    }

    @Test
    void aWriteEndsWhenItsOutputIsShut() throws IOException {
        connect();
        pair.whileWaiting(quietly(ours::shutdownOutput));
        assertThat(ours.write(ByteBuffer.allocate(MUCH))).isBetween(1, MUCH - 1);
        assertThat(outcome(() -> ours.write(text("x")))).startsWith("AsynchronousCloseException");
        // A write of nothing is refused as well.
        assertThat(ours.shutdownOutput()).isSameAs(ours);
        assertThat(ours.socket().isOutputShutdown()).isTrue();
        assertThat(theirs.socket().isOutputShutdown()).isFalse();
    }

    @Test
    void aHalfClosedChannelReadsOn() throws IOException {
        connect();
        ours.shutdownOutput();
        assertThat(reads(theirs)).isEqualTo("end");
        theirs.write(text("still"));
        assertThat(reads(ours)).isEqualTo("still");
    }

    // Closing.

    @Test
    void unreadOctetsResetAtOnce() throws IOException {
        connect();
        theirs.write(text("unread"));
        pair.settle();
        ours.close();
        ours.close();
        pair.settle();
        assertThat(reads(theirs)).isEqualTo("SocketException: Connection reset");
    }

    @Test
    void aLingeringCloseWaitsAsLongAsItSays() throws IOException {
        connect();
        ours.setOption(StandardSocketOptions.SO_LINGER, 20);
        ours.write(text("x"));
        pair.clientCable.loses(packet -> true);
        ours.close();
        assertThat(pair.elapsed()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void aChannelThatDoesNotBlockDoesNotLinger() throws IOException {
        connect();
        ours.setOption(StandardSocketOptions.SO_LINGER, 20);
        ours.configureBlocking(false);
        pair.clientCable.loses(packet -> true);
        ours.close();
        assertThat(pair.elapsed()).isZero();
    }

    @Test
    void asOnBsdShutInputThrowsAwayWhatComes() throws IOException {
        ours = new DriverSelectorProvider(pair.client, SocketBehaviour.BSD).openSocketChannel();
        connect();
        ours.shutdownInput();
        theirs.configureBlocking(false);
        ByteBuffer much = ByteBuffer.allocate(MUCH);
        while (much.hasRemaining()) {
            assertThat(theirs.write(much)).isPositive();
            pair.settle();
        }
    }

    // Options.

    @Test
    void optionsAreSetOnTheChannelAndItsConnection() throws IOException {
        connect();
        pair.serverCable.loses(acknowledgment -> true);
        ours.setOption(StandardSocketOptions.TCP_NODELAY, true);
        assertThat(ours.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        ours.write(text("1"));
        pair.settle();
        ours.write(text("2"));
        pair.settle();
        assertThat(theirs.socket().getInputStream().available()).isEqualTo(2);
        assertThatThrownBy(() -> ours.setOption(null, 1)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> ours.getOption(null)).isInstanceOf(NullPointerException.class);
        ours.close();
        assertThatThrownBy(() -> ours.setOption(StandardSocketOptions.TCP_NODELAY, true))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ours.getOption(StandardSocketOptions.TCP_NODELAY))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void optionsThatWereSetBeforeHoldForTheConnection() throws IOException {
        ours.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
        ours.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
        ours.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 2);
        ours.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        connect();
        pair.serverCable.loses(packet -> true);
        pair.advance(Duration.ofSeconds(21));
        assertThat(reads(ours)).isEqualTo("SocketException: Connection timed out");
    }
}
