package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
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

    @Test
    void itWaitsUntilItIsWokenAndThenLooksOnce() throws InterruptedException {
        Driver driver = start(0);
        assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
        int looks = transport.looks;
        for (int i = 1; i <= WAKEUPS; i++) {
            transport.wakeup();
            assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
            assertThat(transport.looks - looks).isEqualTo(i);
        }
        driver.shutdown(Duration.ZERO).join();
    }

    /** It would spin for an hour here, and waits all the same: nothing has come to be near to. */
    @Test
    void aWakeUpThatBringsNoWorkIsNoReasonToSpin() throws InterruptedException {
        Driver driver = start(Duration.ofHours(1).toNanos());
        assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
        int looks = transport.looks;
        for (int i = 1; i <= WAKEUPS; i++) {
            transport.wakeup();
            assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
            assertThat(transport.looks - looks).isEqualTo(i);
        }
        driver.shutdown(Duration.ZERO).join();
    }

    /** Twice behind the call itself; and once more, which is the spinning. */
    @Test
    void itSpinsBehindWorkThatTookLongerThanTheSpin() throws InterruptedException {
        Driver driver = start(20_000_000);
        assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
        int looks =
                driver.call(
                                endpoint -> {
                                    LockSupport.parkNanos(40_000_000);
                                    return transport.looks;
                                })
                        .join();
        assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
        assertThat(transport.looks - looks).isGreaterThanOrEqualTo(3);
        driver.shutdown(Duration.ZERO).join();
    }

    @Test
    void itStopsSpinning() throws InterruptedException {
        Driver driver = start(20_000);
        for (int i = 0; i < WAKEUPS; i++) {
            assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
            transport.wakeup();
        }
        driver.shutdown(Duration.ZERO).join();
    }

    @Test
    void whatIsCalledInEachTurnIsCalledUntilItHasNothingToDo() throws InterruptedException {
        Driver driver = start(0);
        long unused = transport.waits.take();
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
        assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
        assertThat(left).hasValue(0);
        int before = calls.get();
        left.set(2);
        transport.wakeup();
        assertThat(transport.waits.take()).isEqualTo(Long.MAX_VALUE);
        assertThat(left).hasValue(0);
        assertThat(calls.get() - before).as("two with work, one without").isEqualTo(3);
        driver.shutdown(Duration.ZERO).join();
    }

    /** No packet ever comes; whoever waits is woken by {@link #wakeup} alone. */
    private static final class Quiet implements Transport {

        /** How long the driver wanted to wait, each time it began to. */
        private final LinkedBlockingQueue<Long> waits = new LinkedBlockingQueue<>();

        private final Semaphore woken = new Semaphore(0);

        /** How often the driver has looked for packets; written before it waits. */
        private int looks;

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
        public void close() {}
    }
}
