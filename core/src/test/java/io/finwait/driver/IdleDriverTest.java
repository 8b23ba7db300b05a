package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An idle driver costs no CPU: without work and without a deadline it waits in the transport until
 * it is woken, and looks once for what woke it. Each test steps the driver from one wait to the
 * next, so that no clock matters.
 */
@Timeout(60)
class IdleDriverTest {

    private static final int WAKEUPS = 50;
    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final int LOOKED = 1_000_000;

    private final Quiet transport = new Quiet();

    private Driver start(long spinNs) {
        EndpointConfig config = EndpointConfig.at("10.0.0.1").build();
        return Driver.start(config, transport, IdleDriverTest::daemon, spinNs);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    /** How long the driver waits next; that it never does is told here. */
    private long nextWait() throws InterruptedException {
        Long wait = transport.waits.poll(10, TimeUnit.SECONDS);
        assertThat(wait).as("the driver waits").isNotNull();
        return wait;
    }

    private static DrainReport ended(Driver driver) throws Exception {
        return driver.stopped().get(10, TimeUnit.SECONDS);
    }

    private static void stop(Driver driver) throws InterruptedException {
        CompletableFuture<DrainReport> stopping = driver.shutdown(Duration.ZERO);
        try {
            stopping.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("it does not stop", e);
        }
    }

    @Test
    void itWaitsUntilItIsWokenAndThenLooksOnce() throws InterruptedException {
        Driver driver = start(0);
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        int looks = transport.looks;
        for (int i = 1; i <= WAKEUPS; i++) {
            transport.wakeup();
            assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
            assertThat(transport.looks - looks).isEqualTo(i);
        }
        stop(driver);
    }

    /** It would spin for an hour here, and waits all the same: nothing has come to be near to. */
    @Test
    void aWakeUpThatBringsNoWorkIsNoReasonToSpin() throws InterruptedException {
        Driver driver = start(Duration.ofHours(1).toNanos());
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        int looks = transport.looks;
        for (int i = 1; i <= WAKEUPS; i++) {
            transport.wakeup();
            assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
            assertThat(transport.looks - looks).isEqualTo(i);
        }
        stop(driver);
    }

    /** Twice behind the call itself; and once more, which is the spinning. */
    @Test
    void itSpinsBehindWorkThatTookLongerThanTheSpin() throws InterruptedException {
        Driver driver = start(20_000_000);
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        int looks =
                driver.call(
                                endpoint -> {
                                    LockSupport.parkNanos(40_000_000);
                                    return transport.looks;
                                })
                        .join();
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        assertThat(transport.looks - looks).isGreaterThanOrEqualTo(3);
        stop(driver);
    }

    @Test
    void itStopsSpinning() throws InterruptedException {
        Driver driver = start(20_000);
        for (int i = 0; i < WAKEUPS; i++) {
            assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
            transport.wakeup();
        }
        stop(driver);
    }

    @Test
    void whatIsCalledInEachTurnIsCalledUntilItHasNothingToDo() throws InterruptedException {
        Driver driver = start(0);
        long unused = nextWait();
        AtomicInteger left = new AtomicInteger(3);
        AtomicInteger calls = new AtomicInteger();
        driver.call(
                        endpoint -> {
                            driver.eachTurn(
                                    () -> {
                                        calls.incrementAndGet();
                                        return left.get() == 0 ? 0 : left.getAndDecrement();
                                    });
                            return null;
                        })
                .join();
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        assertThat(left).hasValue(0);
        int before = calls.get();
        left.set(2);
        transport.wakeup();
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        assertThat(left).hasValue(0);
        assertThat(calls.get() - before).as("two with work, one without").isEqualTo(3);
        stop(driver);
    }

    @Test
    void itWaitsNoLongerThanToItsNextDeadline() throws Exception {
        Driver driver = start(0);
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        CompletableFuture<Long> asked =
                driver.call(
                        endpoint -> {
                            long now = driver.time().nowNs();
                            driver.at(now + HOUR_NS, () -> {});
                            return now;
                        });
        long wait = nextWait();
        long lateness = driver.time().nowNs() - asked.get(10, TimeUnit.SECONDS);
        assertThat(wait).isBetween(HOUR_NS - lateness, HOUR_NS);
        CompletableFuture<Integer> due =
                driver.call(
                        endpoint -> {
                            driver.at(driver.time().nowNs() - 1, () -> transport.looks += LOOKED);
                            return 0;
                        });
        assertThat(nextWait()).isBetween(1L, HOUR_NS);
        assertThat(due).isCompleted();
        assertThat(transport.looks).as("what is due is done first").isGreaterThan(LOOKED);
        stop(driver);
    }

    @Test
    void anInterruptOfItsThreadEndsIt() throws Exception {
        Thread[] own = new Thread[1];
        EndpointConfig config = EndpointConfig.at("10.0.0.1").build();
        Driver driver = Driver.start(config, transport, work -> own[0] = daemon(work), 0);
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        own[0].interrupt();
        assertThat(ended(driver).isClean()).isTrue();
        own[0].join(10_000);
        assertThat(own[0].isAlive()).isFalse();
        assertThat(transport.closed).isTrue();
    }

    /** While it works nobody need wake it: it looks by itself. */
    @Test
    void anInterruptWhileItWorksWakesNobody() throws Exception {
        Driver driver = start(0);
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        CompletableFuture<Integer> woken =
                driver.call(
                        endpoint -> {
                            Thread own = Thread.currentThread();
                            int before = transport.woken.availablePermits();
                            CompletableFuture.runAsync(own::interrupt).join();
                            return transport.woken.availablePermits() - before;
                        });
        assertThat(woken.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(ended(driver).isClean()).isTrue();
    }

    @Test
    void aCloseWaitsUntilItHasEnded() throws Exception {
        Driver driver = start(0);
        assertThat(nextWait()).isEqualTo(Long.MAX_VALUE);
        CompletableFuture.runAsync(driver::close).get(10, TimeUnit.SECONDS);
        assertThat(driver.stopped()).isDone();
        assertThat(transport.closed).isTrue();
        driver.close();
    }

    /** Its thread can't wait for itself; it is told so, and nothing ends. */
    @Test
    void aCloseOnItsOwnThreadIsRefused() throws Exception {
        Driver driver = start(0);
        CompletableFuture<Integer> closing =
                driver.call(
                        endpoint -> {
                            driver.close();
                            return 0;
                        });
        assertThatThrownBy(() -> closing.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call shutdown() there");
        assertThat(driver.call(endpoint -> 7).get(10, TimeUnit.SECONDS)).isEqualTo(7);
        stop(driver);
    }

    @Test
    void theThreadOfADriverIsADaemonOfThatName() throws Exception {
        Driver driver = Driver.start(EndpointConfig.at("10.0.0.1").build(), transport);
        Thread own = driver.call(endpoint -> Thread.currentThread()).get(10, TimeUnit.SECONDS);
        assertThat(own.getName()).isEqualTo("finwait");
        assertThat(own.isDaemon()).isTrue();
        assertThat(driver.config().addresses()).containsExactly(SteeredPair.CLIENT);
        stop(driver);
    }

    /** No packet ever comes; whoever waits is woken by {@link #wakeup} alone. */
    private static final class Quiet implements Transport {

        /** How long the driver wanted to wait, each time it began to. */
        private final LinkedBlockingQueue<Long> waits = new LinkedBlockingQueue<>();

        private final Semaphore woken = new Semaphore(0);

        /** How often the driver has looked for packets; written before it waits. */
        private int looks;

        private volatile boolean closed;

        @Override
        public Capabilities capabilities() {
            return new Capabilities(1500, 0, 1500, true, false, true, true, false);
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            looks++;
            return 0;
        }

        @Override
        public Packet claim(int length) {
            return null;
        }

        @Override
        public void commit(Packet packet, long nowNs) {}

        @Override
        public void abandon(Packet packet) {}

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void await(long timeoutNs) {
            waits.add(timeoutNs);
            woken.acquireUninterruptibly();
        }

        @Override
        public void wakeup() {
            woken.release();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
