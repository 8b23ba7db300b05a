package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.DrainReport;
import io.finwait.driver.Driver;
import io.finwait.sim.SimNetwork;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.MailboxTransport;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** A driver answers everybody, whatever ends it; and a mistake of one caller does not end it. */
@Timeout(60)
class DriverEndsTest {

    private static final IpAddress NOBODY = IpAddress.parse("10.0.0.9");

    /** Nobody is at the other end. */
    private static class Loose extends MailboxTransport {
        Loose() {
            super(1500);
        }

        @Override
        protected void send(ByteBuffer packet) {}
    }

    private static Driver start(Transport transport) {
        return Driver.start(EndpointConfig.at("10.0.0.1").build(), transport);
    }

    @Test
    void anErrorOfOneCallIsItsAnswerAndNobodyElses() {
        Driver driver = start(new Loose());
        CompletableFuture<Object> wrong =
                driver.call(
                        endpoint -> {
                            throw new AssertionError("from a caller's function");
                        });
        assertThatThrownBy(wrong::join).hasRootCauseMessage("from a caller's function");
        assertThat(driver.call(endpoint -> 7).join()).isEqualTo(7);
        assertThat(driver.shutdown(Duration.ZERO).join().isClean()).isTrue();
    }

    @Test
    void aTransportThatCannotBeClosedIsReported() {
        Driver driver =
                start(
                        new Loose() {
                            @Override
                            protected void release() {
                                throw new IllegalStateException("close failed");
                            }
                        });
        DrainReport report = driver.shutdown(Duration.ZERO).join();
        assertThat(report.failure()).hasMessage("close failed");
        driver.close();
    }

    @Test
    void everyFutureIsAnsweredWhenTheTransportFails() {
        CountDownLatch fails = new CountDownLatch(1);
        Driver driver =
                start(
                        new ForwardingTransport(new Loose()) {
                            @Override
                            public void await(long timeoutNs) {
                                if (fails.getCount() == 0) {
                                    throw new OutOfMemoryError("planted");
                                }
                                super.await(timeoutNs);
                            }
                        });
        AsyncListener listener = driver.listen(80, 4).join();
        CompletableFuture<AsyncConnection> accepting = listener.accept();
        CompletableFuture<AsyncConnection> connecting = driver.connect(NOBODY, 80);
        driver.call(endpoint -> 0).join();
        fails.countDown();
        CompletableFuture<Integer> last = driver.call(endpoint -> 0);
        assertThat(last).isNotNull();
        assertThat(driver.stopped().join().failure()).hasMessage("planted");
        assertThatThrownBy(accepting::join).isInstanceOf(Exception.class);
        assertThatThrownBy(connecting::join).isInstanceOf(Exception.class);
        assertThatThrownBy(() -> driver.call(endpoint -> 0).join())
                .hasRootCauseInstanceOf(IllegalStateException.class);
    }

    /** Like a call of the kernel: an interrupt does not end it. */
    private static final class Deaf extends ForwardingTransport {

        private final Semaphore rings = new Semaphore(0);
        private final CountDownLatch waits = new CountDownLatch(1);

        Deaf() {
            super(new Loose());
        }

        @Override
        public void await(long timeoutNs) {
            waits.countDown();
            rings.acquireUninterruptibly();
        }

        @Override
        public void wakeup() {
            rings.release();
        }
    }

    @Test
    void anIdleDriverNoticesAnInterruptAtOnce() throws Exception {
        Deaf transport = new Deaf();
        Thread[] thread = new Thread[1];
        Driver driver =
                Driver.start(
                        EndpointConfig.at("10.0.0.1").build(),
                        transport,
                        work -> thread[0] = new Thread(work),
                        0);
        transport.waits.await();
        thread[0].interrupt();
        assertThat(driver.stopped().join().isClean()).isTrue();
    }

    @Test
    void timesBeyondAllCountingAreTakenForLong() {
        Driver driver = start(new Loose());
        assertThat(driver.shutdown(Duration.ofSeconds(Long.MAX_VALUE)).join().isClean()).isTrue();
    }

    @Test
    void aSecondDriverOnASimulatedNetworkIsRefused() {
        SimNetwork network = SimNetwork.seeded(1);
        Driver first = Driver.start(EndpointConfig.at("10.0.0.1").build(), network.host("a"));
        first.call(endpoint -> 0).join();
        Driver second = Driver.start(EndpointConfig.at("10.0.0.2").build(), network.host("b"));
        assertThat(second.stopped().join().failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("two drivers can't share it")
                .hasMessageContaining("add()");
        assertThat(first.call(endpoint -> 7).join()).isEqualTo(7);
        first.shutdown(Duration.ZERO).join();
    }
}
