package io.finwait.driver;

import static io.finwait.driver.SteeredPair.elsewhere;
import static io.finwait.driver.SteeredPair.now;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** A driver's loop on the thread of the test, while a process is stopped or has no turn. */
class WorkLoopTest {

    private static final long HOUR_NS = 3_600_000_000_000L;

    private final Scripted transport = new Scripted();
    private final Driver driver =
            Driver.withoutThread(EndpointConfig.at("10.0.0.1").build(), transport, new Clock());
    private long nowNs = 5;

    private CompletableFuture<Long> timeOfACall() {
        return elsewhere(() -> driver.call(endpoint -> ((TcpEndpoint) endpoint).nowNs()));
    }

    @Test
    void aCallIsServedAtTheTimeItIsThoughTheLoopStoodStillBehindWork() {
        CompletableFuture<Long> first = timeOfACall();
        CompletableFuture<CompletableFuture<Long>> second = new CompletableFuture<>();
        transport.atReceive.add(() -> {});
        transport.atReceive.add(
                () -> {
                    nowNs += HOUR_NS;
                    second.complete(timeOfACall());
                });
        driver.loop().run();
        assertThat(now(first)).isEqualTo(5);
        assertThat(now(now(second))).isEqualTo(5 + HOUR_NS);
    }

    /** Does what it is told each time that packets are asked for; a wait ends the driver. */
    private final class Scripted implements Transport {

        private final Queue<Runnable> atReceive = new ArrayDeque<>();

        @Override
        public Capabilities capabilities() {
            return Capabilities.plain(1_500);
        }

        @Override
        public int receive(PacketBatch into, long atNs) {
            Runnable next = atReceive.poll();
            if (next != null) {
                next.run();
            }
            return 0;
        }

        @Override
        public Packet claim(int length) {
            return new Packet();
        }

        @Override
        public void commit(Packet packet, long atNs) {}

        @Override
        public void abandon(Packet packet) {}

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void await(long timeoutNs) {
            CompletableFuture<DrainReport> unused = elsewhere(() -> driver.shutdown(Duration.ZERO));
        }

        @Override
        public void wakeup() {}

        @Override
        public void close() {}
    }

    private final class Clock implements Timekeeper {

        @Override
        public long nowNs() {
            return nowNs;
        }

        @Override
        public void park(Object blocker, long nanos) {
            throw new AssertionError("nobody waits here");
        }

        @Override
        public void unpark(Thread thread) {}

        @Override
        public void wake(Thread parked) {}

        @Override
        public void driverHasWork() {}
    }
}
