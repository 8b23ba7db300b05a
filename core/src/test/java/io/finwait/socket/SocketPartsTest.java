package io.finwait.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.RingConnection.Unread;
import io.finwait.driver.SteeredPair;
import io.finwait.driver.Timekeeper;
import io.finwait.tcp.CloseReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** The small parts that sockets are made of, each alone. */
class SocketPartsTest {

    private final SteeredPair pair = new SteeredPair();

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    // Names and addresses.

    @Test
    void aNameIsKnownInAnyCase() throws IOException {
        InetAddress first = address("10.0.0.2");
        InetAddress second = address("10.0.0.3");
        HostNames names = new HostNames(Map.of("Shop", List.of(first, second)));
        assertThat(names.all("sHOP")).containsExactly(first, second);
        assertThat(names.resolve("SHOP", 80)).isEqualTo(new InetSocketAddress(first, 80));
        assertThat(names.resolve(InetSocketAddress.createUnresolved("shop", 81)))
                .isEqualTo(new InetSocketAddress(first, 81));
        assertThatThrownBy(() -> names.resolve(InetSocketAddress.createUnresolved("cellar", 81)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("cellar");
        assertThat(HostNames.single(Map.of("SHOP", second)).all("shop")).containsExactly(second);
    }

    @Test
    void otherNamesAreTheJdks() throws IOException {
        assertThat(HostNames.NONE.all("10.1.2.3")).containsExactly(address("10.1.2.3"));
        assertThat(HostNames.NONE.resolve("10.1.2.3", 7))
                .isEqualTo(new InetSocketAddress("10.1.2.3", 7));
        assertThat(HostNames.NONE.resolve((String) null, 7).getAddress().isLoopbackAddress())
                .isTrue();
    }

    @Test
    void aNameHasAnAddress() {
        assertThatThrownBy(() -> new HostNames(Map.of("shop", List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the host 'shop' has no address; give one, or leave it out");
        assertThatThrownBy(
                        () ->
                                new DriverSocketFactory(pair.client)
                                        .withAddresses(Map.of("shop", List.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAddressIsOfTheInternetAndResolved() throws IOException {
        SocketAddress strange = new SocketAddress() {};
        assertThatThrownBy(() -> Addresses.known(strange))
                .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> Addresses.known(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Addresses.known(InetSocketAddress.createUnresolved("x", 1)))
                .isInstanceOf(UnresolvedAddressException.class);
        InetSocketAddress some = new InetSocketAddress("10.0.0.2", 80);
        assertThat(Addresses.known(some)).isSameAs(some);
        assertThat(Addresses.orAny(some)).isSameAs(some);
        assertThat(Addresses.orAny(null)).isEqualTo(new InetSocketAddress(0));
        InetAddress any = address("0.0.0.0");
        assertThat(Addresses.reachable(any, pair.client)).isEqualTo(address("10.0.0.1"));
        assertThat(Addresses.reachable(some.getAddress(), pair.client))
                .isEqualTo(some.getAddress());
        assertThat(Addresses.ofBinding(null).isAnyLocalAddress()).isTrue();
        assertThat(Addresses.ofBinding(Addresses.bind(pair.client, address("10.0.0.1"), 7, false)))
                .isEqualTo(address("10.0.0.1"));
        assertThat(Addresses.bind(pair.client, any, 8, false).address()).isNull();
        assertThat(
                        Addresses.ofBinding(Addresses.bind(pair.client, null, 9, false))
                                .isAnyLocalAddress())
                .isTrue();
    }

    // Words for failures.

    @Test
    void whatChannelsThrowIsSaidInTheWordsOfSockets() throws IOException {
        Map<RuntimeException, String> words = new LinkedHashMap<>();
        words.put(new NotYetConnectedException(), "Socket is not connected");
        words.put(new AlreadyBoundException(), "Already bound");
        words.put(new NotYetBoundException(), "Socket is not bound yet");
        words.put(new AlreadyConnectedException(), "Already connected");
        words.put(new ConnectionPendingException(), "Connection in progress");
        words.put(new UnresolvedAddressException(), "Unresolved address");
        words.put(new UnsupportedAddressTypeException(), "Unsupported address type");
        words.forEach(
                (thrown, message) ->
                        assertThatThrownBy(
                                        () ->
                                                AdaptorFailures.asSocket(
                                                        () -> {
                                                            throw thrown;
                                                        }))
                                .isExactlyInstanceOf(SocketException.class)
                                .hasMessage(message)
                                .hasCause(thrown));
        assertThat(AdaptorFailures.asSocket(() -> 7)).isEqualTo(7);
        assertThat(AdaptorFailures.option(() -> 7)).isEqualTo(7);
    }

    @Test
    void anOptionFailsWithASocketException() {
        Map<IOException, String> words = new LinkedHashMap<>();
        words.put(new ClosedChannelException(), "Socket is closed");
        words.put(new IOException("strange"), "strange");
        words.forEach(
                (thrown, message) ->
                        assertThatThrownBy(
                                        () ->
                                                AdaptorFailures.option(
                                                        () -> {
                                                            throw thrown;
                                                        }))
                                .isExactlyInstanceOf(SocketException.class)
                                .hasMessage(message)
                                .hasCause(thrown));
        SocketException own = new SocketException("its own");
        assertThatThrownBy(
                        () ->
                                AdaptorFailures.option(
                                        () -> {
                                            throw own;
                                        }))
                .isSameAs(own);
    }

    private static CloseReason.Ending nothing() {
        return new CloseReason.Ending(0, 0, 0, List.of());
    }

    @Test
    void aReadAndAWriteSayHowItEnded() {
        CloseReason reset = new CloseReason.ResetByPeer(nothing());
        CloseReason timeout =
                new CloseReason.TimedOut(CloseReason.TimeoutCause.KEEPALIVE, nothing());
        CloseReason abort = new CloseReason.Aborted(CloseReason.AbortCause.USER, nothing());
        assertThat(SocketFailures.whileReading(reset, SocketBehaviour.JAVA_ON_LINUX))
                .hasMessage("Connection reset");
        for (SocketBehaviour each : List.of(SocketBehaviour.LINUX, SocketBehaviour.BSD)) {
            assertThat(SocketFailures.whileReading(reset, each))
                    .hasMessage("Connection reset by peer");
        }
        assertThat(SocketFailures.whileReading(timeout, SocketBehaviour.LINUX))
                .hasMessage("Connection timed out");
        assertThat(SocketFailures.whileReading(abort, SocketBehaviour.LINUX))
                .hasMessage("Aborted by this end");
        assertThat(SocketFailures.whileWriting(reset, false))
                .hasMessage("Connection reset by peer");
        assertThat(SocketFailures.whileWriting(reset, true)).hasMessage("Broken pipe");
        assertThat(SocketFailures.whileWriting(timeout, true)).hasMessage("Connection timed out");
        assertThat(SocketFailures.closed()).hasMessage("Socket closed");
    }

    @ParameterizedTest
    @EnumSource
    void whatABehaviourSays(SocketBehaviour each) {
        boolean java = each == SocketBehaviour.JAVA_ON_LINUX;
        boolean linux = each == SocketBehaviour.LINUX;
        boolean bsd = each == SocketBehaviour.BSD;
        assertThat(each.unread())
                .isEqualTo(java ? Unread.FIN_THEN_RESET : linux ? Unread.RESET : Unread.DISCARD);
        assertThat(each.unreadInChannel(true)).isEqualTo(each.unread());
        assertThat(each.unreadInChannel(false)).isEqualTo(java ? Unread.RESET : each.unread());
        assertThat(each.finHidesReset()).isEqualTo(!bsd);
        assertThat(each.repeatsReset()).isEqualTo(java);
        assertThat(each.tellsResetToWriters()).isEqualTo(!bsd);
        assertThat(each.readsAfterShutdownInput()).isEqualTo(linux);
        assertThat(each.discardsAfterShutdownInput()).isEqualTo(bsd);
    }

    // Waiting.

    @Test
    void aFreeLockIsTakenAndTheTimeStays() throws IOException {
        ReentrantLock lock = new ReentrantLock();
        assertThat(Locks.lock(lock, 0, "late", pair)).isZero();
        assertThat(lock.isHeldByCurrentThread()).isTrue();
        lock.unlock();
        assertThat(Locks.lock(lock, 3_600_000, "late", pair))
                .isEqualTo(Duration.ofHours(1).toNanos());
        lock.unlock();
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void aLockThatIsNotFreeInTimeTimesOut() throws Exception {
        ReentrantLock lock = new ReentrantLock();
        Thread holder = new Thread(lock::lock);
        holder.setDaemon(true);
        holder.start();
        holder.join(10_000);
        assertThat(lock.isLocked()).isTrue();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Locks.lock(lock, 20, "too late", pair))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("too late");
        assertThat(Thread.interrupted()).as("the status stays").isTrue();
    }

    /** A lock that another thread holds until the clock is looked at for the second time. */
    private static long lockedLater(long secondLookNs, long thirdLookNs) throws Exception {
        ReentrantLock lock = new ReentrantLock();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Thread holder =
                new Thread(
                        () -> {
                            lock.lock();
                            try {
                                held.countDown();
                                release.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            } finally {
                                lock.unlock();
                            }
                        });
        holder.setDaemon(true);
        holder.start();
        held.await();
        int[] looks = new int[1];
        Timekeeper clock =
                new ClockOnly(
                        () ->
                                switch (looks[0]++) {
                                    case 0 -> 5_000;
                                    case 1 -> {
                                        release.countDown();
                                        yield 5_000 + secondLookNs;
                                    }
                                    default -> 5_000 + thirdLookNs;
                                });
        return Locks.lock(lock, 3_000, "too late", clock);
    }

    @Test
    void whatAWaitForALockTookIsTakenOff() throws Exception {
        assertThat(lockedLater(0, 400)).isEqualTo(3_000_000_000L - 400);
        assertThat(lockedLater(0, 3_000_000_000L)).as("never for ever").isEqualTo(1);
        assertThatThrownBy(() -> lockedLater(3_000_000_000L, 0))
                .isInstanceOf(SocketTimeoutException.class);
    }

    /** Nobody waits by this clock. */
    private record ClockOnly(LongSupplier now) implements Timekeeper {

        @Override
        public long nowNs() {
            return now.getAsLong();
        }

        @Override
        public void park(Object blocker, long nanos) {}

        @Override
        public void unpark(Thread thread) {}

        @Override
        public void wake(Thread parked) {}

        @Override
        public void driverHasWork() {}
    }

    @Test
    void anAnswerIsWaitedForWhateverInterrupts() {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        pair.whileWaiting(() -> Thread.currentThread().interrupt());
        pair.whileWaiting(() -> future.complete(7));
        Locks.awaitUninterruptibly(future, pair, 0);
        assertThat(future).isDone();
        assertThat(Thread.interrupted()).as("the status stays").isTrue();
        assertThat(pair.elapsed()).isZero();
        Locks.awaitUninterruptibly(future, pair, 1);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aWaitEndsWithItsTime() {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        Locks.awaitUninterruptibly(future, pair, 5_000_000);
        assertThat(pair.elapsed()).isEqualTo(Duration.ofMillis(5));
        assertThat(future).isNotDone();
    }

    @Test
    void anAnswerIsTheValueOrAFailureOfSockets() throws IOException {
        assertThat(Locks.answer(CompletableFuture.completedFuture(7), pair)).isEqualTo(7);
        IOException known = new IOException("known");
        assertThatThrownBy(() -> Locks.answer(CompletableFuture.failedFuture(known), pair))
                .isSameAs(known);
        assertThatThrownBy(
                        () ->
                                Locks.answer(
                                        CompletableFuture.failedFuture(
                                                new IllegalStateException("stopped")),
                                        pair))
                .isExactlyInstanceOf(SocketException.class)
                .hasMessage("stopped")
                .hasRootCauseInstanceOf(IllegalStateException.class);
        CompletableFuture<Integer> cancelled = new CompletableFuture<>();
        cancelled.cancel(false);
        assertThatThrownBy(() -> Locks.answer(cancelled, pair))
                .isExactlyInstanceOf(SocketException.class)
                .hasMessage("Socket closed");
    }

    @Test
    void aGateLetsThroughWhoIsReadyAndWhoseTimeIsOver() throws IOException {
        SocketGate gate = new SocketGate(pair);
        assertThat(gate.await(() -> true, 0)).isTrue();
        assertThat(gate.await(() -> true, 1)).isTrue();
        assertThat(gate.awaitInChannel(() -> true, 1)).isTrue();
        assertThat(pair.elapsed()).isZero();
        assertThat(gate.await(() -> false, 1_000)).isFalse();
        assertThat(gate.awaitInChannel(() -> false, 1_000)).isFalse();
        assertThat(pair.elapsed()).isEqualTo(Duration.ofNanos(2_000));
        // Nobody waits: nothing happens.
        gate.look();
    }

    /** Who looks for nothing goes on waiting for what is left of his time. */
    @Test
    void aLookThatFindsNothingDoesNotBeginTheTimeAnew() throws IOException {
        SocketGate gate = new SocketGate(pair);
        pair.after(Duration.ofNanos(600), gate::look);
        assertThat(gate.await(() -> false, 1_000)).isFalse();
        assertThat(pair.elapsed()).isEqualTo(Duration.ofNanos(1_000));
        pair.after(Duration.ofNanos(600), gate::look);
        assertThat(gate.awaitInChannel(() -> false, 1_000)).isFalse();
        assertThat(pair.elapsed()).isEqualTo(Duration.ofNanos(2_000));
    }

    @Test
    void anInterruptChangesNothingForAThreadOfThePlatform() throws IOException {
        SocketGate gate = new SocketGate(pair);
        boolean[] ready = new boolean[1];
        pair.whileWaiting(() -> Thread.currentThread().interrupt());
        pair.whileWaiting(
                () -> {
                    ready[0] = true;
                    gate.look();
                });
        assertThat(gate.await(() -> ready[0], 0)).isTrue();
        assertThat(Thread.interrupted()).as("the status stays").isTrue();
        assertThat(SocketGate.isVirtual(Thread.currentThread())).isFalse();
    }

    // Sets of keys.

    @Test
    void aShrinkableSetTakesNothingAndGivesEverything() {
        Set<String> below = new HashSet<>(Arrays.asList("a", "b", "c"));
        ShrinkableSet<String> set = new ShrinkableSet<>(below);
        assertThat(set).hasSize(3);
        assertThat(set.contains("a")).isTrue();
        assertThat(set.contains("d")).isFalse();
        assertThatThrownBy(() -> set.add("d")).isInstanceOf(UnsupportedOperationException.class);
        assertThat(set.remove("a")).isTrue();
        assertThat(set.remove("a")).isFalse();
        assertThat(below).containsExactlyInAnyOrder("b", "c");
        assertThat(set.removeIf("b"::equals)).isTrue();
        assertThat(below).containsExactly("c");
        set.clear();
        assertThat(below).isEmpty();
    }
}
