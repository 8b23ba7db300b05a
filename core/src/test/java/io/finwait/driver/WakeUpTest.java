package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.MailboxTransport;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** What other threads ask for just when a driver is about to wait is done all the same. */
@Timeout(120)
class WakeUpTest {

    private static final int ROUNDS = 100_000;

    /** How many turns of a loop a caller lets pass at most before it calls again. */
    private static final int LONGEST_DELAY = 200;

    /** Nobody is at the other end. */
    private static final class Loose extends MailboxTransport {
        Loose() {
            super(1500);
        }

        @Override
        protected void send(ByteBuffer packet) {}
    }

    /** Lets something happen when the driver has seen that nothing is to be done. */
    private static final class LastMoment extends ForwardingTransport {

        private final LinkedBlockingQueue<Long> waits = new LinkedBlockingQueue<>();
        private final Semaphore woken = new Semaphore(0);
        private volatile Runnable atTheLastMoment;

        LastMoment(Transport below) {
            super(below);
        }

        @Override
        public long nextDeadlineNs() {
            Runnable action = atTheLastMoment;
            if (action != null) {
                atTheLastMoment = null;
                waits.clear();
                woken.drainPermits();
                CompletableFuture.runAsync(action).join();
            }
            return super.nextDeadlineNs();
        }

        @Override
        public void await(long timeoutNs) {
            waits.add(timeoutNs);
            // No timer of a connection must do the work of a wake-up.
            woken.acquireUninterruptibly();
        }

        @Override
        public void wakeup() {
            woken.release();
        }
    }

    /** The ways in from other threads. */
    @SuppressWarnings("FutureReturnValueIgnored") // What counts is that the driver wakes up.
    enum Call {
        COMMAND(test -> test.driver.call(endpoint -> 0)),
        OCTETS_PUT_INTO_A_RING(test -> test.rings.write(new byte[10], 0, 10)),
        CLOSE(test -> test.rings.close(RingConnection.Unread.RESET));

        @SuppressWarnings("ImmutableEnumChecker") // Lambdas without state.
        private final Function<WakeUpTest, Object> how;

        Call(Function<WakeUpTest, Object> how) {
            this.how = how;
        }
    }

    private final LastMoment transport = new LastMoment(new Loose());
    private Driver driver;
    private RingConnection rings;

    private void start(Transport over) {
        driver = Driver.start(EndpointConfig.at("10.0.0.1").build(), over, WakeUpTest::daemon, 0);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    @ParameterizedTest
    @EnumSource
    void aCallAtTheLastMomentEndsTheWait(Call call) throws InterruptedException {
        start(transport);
        IpAddress nobody = IpAddress.parse("10.0.0.9");
        rings = RingConnection.connect(driver, null, 0, nobody, 80, what -> {});
        driver.call(endpoint -> 0).join();
        CompletableFuture<Void> called = new CompletableFuture<>();
        transport.atTheLastMoment =
                () -> {
                    assertThat(call.how.apply(this)).isNotNull();
                    called.complete(null);
                };
        transport.wakeup();
        called.join();
        for (int waits = 1; waits <= 2; waits++) {
            assertThat(transport.waits.poll(10, TimeUnit.SECONDS))
                    .as("wait %d begins; the first one must have ended", waits)
                    .isNotNull();
        }
        transport.wakeup();
        driver.shutdown(Duration.ZERO).join();
    }

    /** What comes right behind the last look finds that the driver waits. */
    @Test
    void whatComesBehindTheLastLookWakes() {
        int[] woken = new int[1];
        WakeUp[] wakeUp = new WakeUp[1];
        wakeUp[0] =
                new WakeUp(
                        () -> woken[0]++,
                        () -> {
                            // The look finds nothing, and at this moment something is brought.
                            wakeUp[0].brought();
                            return true;
                        });
        wakeUp[0].brought();
        assertThat(woken[0]).as("a driver that works is not woken").isZero();
        assertThat(wakeUp[0].mayWait()).isTrue();
        assertThat(woken[0]).isEqualTo(1);
        wakeUp[0].waitIsOver();
        wakeUp[0].brought();
        assertThat(woken[0]).isEqualTo(1);
        wakeUp[0].now();
        assertThat(woken[0]).isEqualTo(2);
    }

    /** Calls of one thread that come at every moment of the driver's cycle; none is forgotten. */
    @Test
    void noCallIsForgottenWheneverItComes() throws Exception {
        start(new Loose());
        for (int round = 0; round < ROUNDS; round++) {
            for (int delay = round % LONGEST_DELAY; delay > 0; delay--) {
                Thread.onSpinWait();
            }
            CompletableFuture<Integer> answer = driver.call(endpoint -> 7);
            for (int spin = 0; spin < 10_000 && !answer.isDone(); spin++) {
                Thread.onSpinWait();
            }
            try {
                assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(7);
            } catch (TimeoutException e) {
                throw new AssertionError("call " + round + " woke nobody", e);
            }
        }
        driver.shutdown(Duration.ZERO).join();
    }
}
