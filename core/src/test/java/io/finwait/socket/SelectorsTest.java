package io.finwait.socket;

import static io.finwait.driver.SteeredPair.text;
import static io.finwait.socket.SteeredSockets.PORT_80;
import static io.finwait.socket.SteeredSockets.SERVER;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.SteeredPair;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What a selector selects, call by call. */
@Timeout(60)
class SelectorsTest {

    private static final int ACCEPT = SelectionKey.OP_ACCEPT;
    private static final int CONNECT = SelectionKey.OP_CONNECT;
    private static final int READ = SelectionKey.OP_READ;
    private static final int WRITE = SelectionKey.OP_WRITE;

    private final SteeredPair pair = new SteeredPair();
    private final DriverSelectorProvider clients = new DriverSelectorProvider(pair.client);
    private final DriverSelectorProvider servers = new DriverSelectorProvider(pair.server);
    private final Selector selector = clients.openSelector();
    private final ServerSocketChannel listening = servers.openServerSocketChannel();
    private final SocketChannel ours = clients.openSocketChannel();
    private SocketChannel theirs;
    private SelectionKey key;

    SelectorsTest() throws IOException {
        listening.bind(PORT_80);
    }

    @AfterEach
    void close() throws IOException {
        selector.close();
    }

    private void connect(int interest) throws IOException {
        ours.connect(PORT_80);
        theirs = listening.accept();
        ours.configureBlocking(false);
        key = ours.register(selector, interest);
    }

    private int select() throws IOException {
        pair.settle();
        return selector.selectNow();
    }

    private String read() throws IOException {
        ByteBuffer into = ByteBuffer.allocate(100);
        return ours.read(into) < 0 ? "end" : text(into);
    }

    @Test
    void aKeyKnowsWhatItIsOf() throws IOException {
        connect(READ);
        assertThat(key.channel()).isSameAs(ours);
        assertThat(key.selector()).isSameAs(selector);
        assertThat(key.interestOps()).isEqualTo(READ);
        assertThat(key.readyOps()).isZero();
        assertThat(key.isValid()).isTrue();
        assertThat(key.toString()).startsWith(ours.toString()).endsWith("interest 1 ready 0");
        assertThat(selector.keys()).containsExactly(key);
        assertThat(ours.keyFor(selector)).isSameAs(key);
        Object attachment = new Object();
        SocketChannel other = clients.openSocketChannel();
        other.configureBlocking(false);
        assertThat(other.register(selector, 0, attachment).attachment()).isSameAs(attachment);
        assertThatThrownBy(() -> key.interestOps(ACCEPT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this channel knows " + ours.validOps());
        key.cancel();
        assertThat(key.isValid()).isFalse();
        assertThat(key.toString()).endsWith("invalid");
        assertThatThrownBy(key::interestOps).isInstanceOf(CancelledKeyException.class);
        assertThatThrownBy(key::readyOps).isInstanceOf(CancelledKeyException.class);
        assertThatThrownBy(() -> key.interestOps(0)).isInstanceOf(CancelledKeyException.class);
        assertThat(select()).isZero();
        assertThat(selector.keys()).hasSize(1).doesNotContain(key);
        assertThat(ours.keyFor(selector)).isNull();
    }

    @Test
    void whatCanBeReadIsSelectedUntilItIsRead() throws IOException {
        connect(READ);
        assertThat(select()).isZero();
        theirs.write(text("hello"));
        assertThat(select()).isEqualTo(1);
        assertThat(selector.selectedKeys()).containsExactly(key);
        assertThat(key.isReadable()).isTrue();
        assertThat(select()).as("told already").isZero();
        selector.selectedKeys().clear();
        assertThat(select()).as("still there").isEqualTo(1);
        assertThat(read()).isEqualTo("hello");
        selector.selectedKeys().clear();
        assertThat(select()).isZero();
        assertThat(selector.selectedKeys()).isEmpty();
        theirs.shutdownOutput();
        assertThat(select()).isEqualTo(1);
        assertThat(read()).isEqualTo("end");
    }

    @Test
    void operationsAreAddedToAKeyThatIsSelected() throws IOException {
        connect(READ | WRITE);
        assertThat(select()).isEqualTo(1);
        assertThat(key.readyOps()).isEqualTo(WRITE);
        theirs.write(text("x"));
        assertThat(select()).as("one operation more").isEqualTo(1);
        assertThat(key.readyOps()).isEqualTo(READ | WRITE);
        assertThat(select()).isZero();
        selector.selectedKeys().remove(key);
        key.interestOps(WRITE);
        assertThat(select()).isEqualTo(1);
        assertThat(key.readyOps()).isEqualTo(WRITE);
        selector.selectedKeys().remove(key);
        key.interestOps(0);
        assertThat(select()).isZero();
        assertThat(key.interestOps(READ)).isSameAs(key);
        assertThat(select()).as("what came before counts").isEqualTo(1);
    }

    @Test
    void whatIsNoLongerReadyIsNotSelected() throws IOException {
        connect(WRITE);
        assertThat(select()).isEqualTo(1);
        ByteBuffer much = ByteBuffer.allocate(8 << 20);
        while (ours.write(much) > 0) {
            pair.settle();
        }
        selector.selectedKeys().clear();
        assertThat(select()).isZero();
        theirs.configureBlocking(false);
        while (theirs.read(ByteBuffer.allocate(1 << 20)) > 0) {
            pair.settle();
        }
        assertThat(select()).isEqualTo(1);
        assertThat(key.isWritable()).isTrue();
    }

    @Test
    void aConnectIsSelectedWhenItIsDone() throws IOException {
        ours.configureBlocking(false);
        key = ours.register(selector, CONNECT);
        assertThat(select()).isZero();
        ours.connect(PORT_80);
        assertThat(selector.selectNow()).isZero();
        assertThat(select()).isEqualTo(1);
        assertThat(key.readyOps()).isEqualTo(CONNECT);
        assertThat(ours.finishConnect()).isTrue();
        selector.selectedKeys().clear();
        assertThat(select()).isZero();
        key.interestOps(WRITE);
        assertThat(select()).isEqualTo(1);
    }

    @Test
    void aConnectThatFailsIsSelectedToo() throws IOException {
        ours.configureBlocking(false);
        key = ours.register(selector, CONNECT);
        ours.connect(new InetSocketAddress(SERVER, 81));
        assertThat(select()).isEqualTo(1);
        assertThatThrownBy(ours::finishConnect).hasMessage("Connection refused");
        assertThat(key.isValid()).isFalse();
    }

    @Test
    void aClientIsSelectedUntilItIsAccepted() throws IOException {
        listening.configureBlocking(false);
        key = listening.register(selector, ACCEPT);
        assertThat(select()).isZero();
        ours.connect(PORT_80);
        assertThat(select()).isEqualTo(1);
        assertThat(key.isAcceptable()).isTrue();
        selector.selectedKeys().clear();
        assertThat(select()).isEqualTo(1);
        assertThat(listening.accept()).isNotNull();
        selector.selectedKeys().clear();
        assertThat(select()).isZero();
    }

    @Test
    void oneChannelMayBeAtSeveralSelectors() throws IOException {
        connect(READ);
        try (Selector other = clients.openSelector()) {
            SelectionKey second = ours.register(other, READ | WRITE);
            theirs.write(text("x"));
            assertThat(select()).isEqualTo(1);
            assertThat(other.selectNow()).isEqualTo(1);
            assertThat(second.readyOps()).isEqualTo(READ | WRITE);
            second.cancel();
            assertThat(other.selectNow()).isZero();
            selector.selectedKeys().clear();
            assertThat(select()).isEqualTo(1);
            assertThat(read()).isEqualTo("x");
            selector.selectedKeys().clear();
            assertThat(select()).isZero();
            theirs.write(text("y"));
            pair.advance(Duration.ofSeconds(1));
            assertThat(select()).as("the first key is still told").isEqualTo(1);
            assertThat(other.selectNow()).isZero();
        }
    }

    @Test
    void severalChannelsAreSelectedAtOnce() throws IOException {
        connect(READ);
        listening.configureBlocking(false);
        SelectionKey accepting = listening.register(selector, ACCEPT);
        theirs.configureBlocking(false);
        SelectionKey writing = theirs.register(selector, WRITE);
        assertThat(select()).isEqualTo(1);
        theirs.write(text("x"));
        SocketChannel another = clients.openSocketChannel();
        assertThat(another.connect(PORT_80)).isTrue();
        assertThat(select()).isEqualTo(2);
        assertThat(selector.selectedKeys()).containsExactlyInAnyOrder(key, accepting, writing);
    }

    @Test
    void aSelectWithALimitWaitsAndDoesNotSpin() throws Exception {
        CompletableFuture<Integer> selected = new CompletableFuture<>();
        Thread waiting =
                new Thread(
                        () -> {
                            try {
                                selected.complete(selector.select(20_000));
                            } catch (IOException e) {
                                selected.completeExceptionally(e);
                            }
                        });
        waiting.setDaemon(true);
        waiting.start();
        long end = System.nanoTime() + 4_000_000_000L;
        while (waiting.getState() != Thread.State.TIMED_WAITING && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(waiting.getState()).isEqualTo(Thread.State.TIMED_WAITING);
        selector.wakeup();
        assertThat(answer(selected)).isZero();
    }

    @Test
    void aClosedSelectorLetsGoOfTheKernelsChannels() throws IOException {
        Pipe pipe = clients.openPipe();
        pipe.source().configureBlocking(false);
        SelectionKey kernels = pipe.source().register(selector, READ);
        selector.close();
        assertThat(kernels.isValid()).isFalse();
        assertThat(pipe.source().isRegistered()).isFalse();
        pipe.source().close();
        pipe.sink().close();
    }

    @Test
    void aClosedChannelIsGone() throws IOException {
        connect(READ);
        theirs.write(text("x"));
        assertThat(select()).isEqualTo(1);
        ours.close();
        assertThat(key.isValid()).isFalse();
        assertThat(selector.selectedKeys()).containsExactly(key);
        assertThat(select()).isZero();
        assertThat(selector.keys()).isEmpty();
        assertThat(selector.selectedKeys()).isEmpty();
    }

    @Test
    void aCancelledKeyGivesItsChannelBack() throws IOException {
        connect(READ);
        key.cancel();
        assertThatThrownBy(() -> ours.register(selector, READ))
                .isInstanceOf(CancelledKeyException.class);
        assertThat(select()).isZero();
        SelectionKey again = ours.register(selector, WRITE);
        assertThat(again).isNotSameAs(key);
        assertThat(select()).isEqualTo(1);
    }

    /** A registered channel closes as the JDK's sockets do: FIN, and RST behind it. */
    @Test
    void aRegisteredChannelWithUnreadOctetsEndsWithAFinFirst() throws IOException {
        connect(0);
        theirs.write(text("unread"));
        pair.settle();
        ours.close();
        pair.settle();
        assertThat(theirs.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void keysAreRemovedByTheProgramAndAddedByTheSelectorAlone() throws IOException {
        connect(WRITE);
        assertThat(select()).isEqualTo(1);
        assertThatThrownBy(() -> selector.selectedKeys().add(key))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> selector.keys().remove(key))
                .isInstanceOf(UnsupportedOperationException.class);
        List<SelectionKey> told = new ArrayList<>();
        selector.selectedKeys().clear();
        assertThat(selector.selectNow(told::add)).isEqualTo(1);
        assertThat(told).containsExactly(key);
        assertThat(selector.selectedKeys()).isEmpty();
    }

    @Test
    void aClosedSelectorRefusesEverything() throws IOException {
        connect(READ);
        assertThat(selector.isOpen()).isTrue();
        selector.close();
        selector.close();
        assertThat(selector.isOpen()).isFalse();
        assertThat(key.isValid()).isFalse();
        assertThat(ours.isRegistered()).isFalse();
        assertThatThrownBy(selector::keys).isInstanceOf(ClosedSelectorException.class);
        assertThatThrownBy(selector::selectedKeys).isInstanceOf(ClosedSelectorException.class);
        assertThatThrownBy(selector::selectNow).isInstanceOf(ClosedSelectorException.class);
        assertThatThrownBy(selector::select).isInstanceOf(ClosedSelectorException.class);
        assertThatThrownBy(() -> ours.register(selector, READ))
                .isInstanceOf(ClosedSelectorException.class);
        assertThat(selector.wakeup()).isSameAs(selector);
    }

    // Waiting.

    @Test
    void whoIsReadyDoesNotWait() throws IOException {
        connect(WRITE);
        pair.settle();
        assertThat(selector.select()).isEqualTo(1);
        selector.selectedKeys().clear();
        assertThat(selector.select(3_600_000)).isEqualTo(1);
        assertThatThrownBy(() -> selector.select(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Negative timeout");
    }

    @Test
    void aWakeUpEndsThisSelectOrTheNextOne() throws IOException {
        selector.wakeup();
        assertThat(selector.select()).isZero();
        selector.wakeup();
        assertThat(selector.selectNow()).isZero();
        long begin = System.nanoTime();
        assertThat(selector.select(20)).as("a selectNow has used the wake-up up").isZero();
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(20_000_000L);
    }

    @Test
    void anInterruptEndsASelect() throws IOException {
        Thread.currentThread().interrupt();
        assertThat(selector.select()).isZero();
        assertThat(Thread.interrupted()).isTrue();
    }

    /** Another thread waits until what happens here wakes it. */
    private CompletableFuture<Integer> selecting() {
        CompletableFuture<Integer> selected = new CompletableFuture<>();
        Thread waiting =
                new Thread(
                        () -> {
                            try {
                                selected.complete(selector.select());
                            } catch (IOException | RuntimeException e) {
                                selected.completeExceptionally(e);
                            }
                        });
        waiting.setDaemon(true);
        waiting.start();
        long end = System.nanoTime() + 20_000_000_000L;
        while (!isAwaiting(waiting) && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(selected).isNotDone();
        return selected;
    }

    private static boolean isAwaiting(Thread thread) {
        for (StackTraceElement each : thread.getStackTrace()) {
            if (each.getMethodName().equals("await")) {
                Thread.State state = thread.getState();
                return state == Thread.State.WAITING || state == Thread.State.RUNNABLE;
            }
        }
        return false;
    }

    private static int answer(CompletableFuture<Integer> selected) throws Exception {
        return selected.get(10, TimeUnit.SECONDS);
    }

    @Test
    void whoWaitsIsWokenByWhatHappens() throws Exception {
        connect(READ);
        assertThat(select()).isZero();
        CompletableFuture<Integer> selected = selecting();
        theirs.write(text("x"));
        pair.settle();
        assertThat(answer(selected)).isEqualTo(1);
    }

    @Test
    void whoWaitsIsWokenByAWakeUpAndByAClose() throws Exception {
        CompletableFuture<Integer> selected = selecting();
        selector.wakeup();
        assertThat(answer(selected)).isZero();
        CompletableFuture<Integer> again = selecting();
        selector.close();
        assertThat(answer(again)).isZero();
    }

    @Test
    void whoWaitsIsWokenByAChangeOfInterest() throws Exception {
        connect(READ);
        assertThat(select()).isZero();
        CompletableFuture<Integer> selected = selecting();
        key.interestOps(WRITE);
        assertThat(answer(selected)).isEqualTo(1);
    }

    // The kernel's channels beside ours.

    @Test
    void theKernelsChannelsAreSelectedBesideOurs() throws Exception {
        Pipe pipe = clients.openPipe();
        pipe.source().configureBlocking(false);
        SelectionKey kernels = pipe.source().register(selector, READ);
        connect(READ);
        assertThat(select()).isZero();
        pipe.sink().write(text("p"));
        assertThat(selector.select(10_000)).isEqualTo(1);
        assertThat(selector.selectedKeys()).containsExactly(kernels);
        assertThat(kernels.readyOps()).isEqualTo(READ);
        theirs.write(text("x"));
        pair.settle();
        assertThat(selector.select()).isEqualTo(1);
        assertThat(selector.selectedKeys()).containsExactlyInAnyOrder(kernels, key);
        ByteBuffer into = ByteBuffer.allocate(9);
        assertThat(pipe.source().read(into)).isEqualTo(1);
        assertThat(read()).isEqualTo("x");
        selector.selectedKeys().clear();
        assertThat(select()).isZero();
        kernels.interestOps(0);
        pipe.sink().write(text("q"));
        assertThat(select()).isZero();

        // Whoever waits in the kernel's selector is woken by what happens here.
        CompletableFuture<Integer> selected = selecting();
        theirs.write(text("y"));
        pair.advance(Duration.ofSeconds(1));
        assertThat(answer(selected)).isEqualTo(1);
        kernels.cancel();
        assertThat(read()).isEqualTo("y");
        selector.selectedKeys().clear();
        assertThat(select()).isZero();
        assertThat(selector.keys()).containsExactly(key);
        assertThat(pipe.source().isRegistered()).isFalse();
        pipe.source().register(selector, READ);
        assertThat(select()).isEqualTo(1);
        pipe.source().close();
        pipe.sink().close();
    }

    @Test
    void whoWaitsForOursAloneIsWokenByTheFirstOfTheKernels() throws Exception {
        CompletableFuture<Integer> selected = selecting();
        Pipe pipe = clients.openPipe();
        pipe.sink().write(text("p"));
        pipe.source().configureBlocking(false);
        SelectionKey kernels = pipe.source().register(selector, READ);
        assertThat(answer(selected)).isEqualTo(1);
        assertThat(selector.selectedKeys()).containsExactly(kernels);
        pipe.source().close();
        pipe.sink().close();
    }

    @Test
    void whoWaitsIsWokenByAChangeOfInterestInTheKernelsToo() throws Exception {
        Pipe pipe = clients.openPipe();
        pipe.sink().write(text("p"));
        pipe.source().configureBlocking(false);
        SelectionKey kernels = pipe.source().register(selector, 0);
        CompletableFuture<Integer> selected = selecting();
        kernels.interestOps(READ);
        assertThat(answer(selected)).isEqualTo(1);
        pipe.source().close();
        pipe.sink().close();
    }

    // Providers.

    @Test
    void ofAProviderComeChannelsOfOursForTcpAndTheKernelsForTheRest() throws IOException {
        for (StandardProtocolFamily each :
                List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
            assertThat(clients.openSocketChannel(each)).isInstanceOf(DriverSocketChannel.class);
            assertThat(clients.openServerSocketChannel(each))
                    .isInstanceOf(DriverServerSocketChannel.class);
        }
        try (SocketChannel unix = clients.openSocketChannel(StandardProtocolFamily.UNIX);
                ServerSocketChannel unixServer =
                        clients.openServerSocketChannel(StandardProtocolFamily.UNIX);
                DatagramChannel datagrams = clients.openDatagramChannel();
                DatagramChannel fourth = clients.openDatagramChannel(StandardProtocolFamily.INET)) {
            assertThat(unix).isNotInstanceOf(DriverSocketChannel.class);
            assertThat(unixServer).isNotInstanceOf(DriverServerSocketChannel.class);
            assertThat(datagrams.isOpen()).isTrue();
            assertThat(fourth.isOpen()).isTrue();
        }
        assertThat(ours.provider()).isSameAs(clients);
        assertThat(selector.provider()).isSameAs(clients);
        ours.configureBlocking(false);
        try (Selector kernels = Selector.open()) {
            assertThatThrownBy(() -> ours.register(kernels, READ))
                    .isInstanceOf(IllegalSelectorException.class);
        }
    }

    /** Readable all the time; selects in the midst of its close, as another thread may. */
    private final class Closing extends AbstractSelectableChannel implements ReadyChannel {

        private final ChannelKeys keys = new ChannelKeys();
        private int selectedMeanwhile = -1;

        Closing() {
            super(clients);
        }

        @Override
        public int opsReady() {
            return READ;
        }

        @Override
        public ChannelKeys channelKeys() {
            return keys;
        }

        @Override
        public int validOps() {
            return READ;
        }

        @Override
        protected void implCloseSelectableChannel() throws IOException {
            keys.mayBeReady(READ);
            selectedMeanwhile = selector.selectNow();
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            // It never blocks.
        }
    }

    @Test
    void aChannelThatIsBeingClosedIsNotSelected() throws IOException {
        Closing closing = new Closing();
        closing.configureBlocking(false);
        SelectionKey its = closing.register(selector, READ);
        assertThat(selector.selectNow()).isOne();
        selector.selectedKeys().clear();
        closing.close();
        assertThat(closing.selectedMeanwhile).isZero();
        assertThat(its.isValid()).isFalse();
    }
}
