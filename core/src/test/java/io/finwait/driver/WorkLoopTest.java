package io.finwait.driver;

import static io.finwait.driver.SteeredPair.elsewhere;
import static io.finwait.driver.SteeredPair.now;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.DirectLink;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.PacketBatch;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** A driver's loop on the thread of the test, while a process is stopped or has no turn. */
class WorkLoopTest {

    private static final Duration HOUR = Duration.ofHours(1);

    /** For its clock. */
    private final SteeredPair time = new SteeredPair();

    private final Scripted transport = new Scripted();
    private final Driver driver =
            Driver.withoutThread(EndpointConfig.at("10.0.0.1").build(), transport, time);

    private CompletableFuture<Long> timeOfACall() {
        return elsewhere(() -> driver.call(endpoint -> ((TcpEndpoint) endpoint).nowNs()));
    }

    @Test
    void aCallIsServedAtTheTimeItIsThoughTheLoopStoodStillBehindWork() {
        long beganNs = time.nowNs();
        CompletableFuture<Long> first = timeOfACall();
        CompletableFuture<CompletableFuture<Long>> second = new CompletableFuture<>();
        transport.atReceive.add(() -> {});
        transport.atReceive.add(
                () -> {
                    time.advance(HOUR);
                    second.complete(timeOfACall());
                });
        driver.loop().run();
        assertThat(now(first)).isEqualTo(beganNs);
        assertThat(now(now(second))).isEqualTo(beganNs + HOUR.toNanos());
    }

    /** Does what it is told each time that packets are asked for; a wait ends the driver. */
    private final class Scripted extends ForwardingTransport {

        private final Queue<Runnable> atReceive = new ArrayDeque<>();

        Scripted() {
            super(DirectLink.pair()[0]);
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
        public void await(long timeoutNs) {
            CompletableFuture<DrainReport> unused = elsewhere(() -> driver.shutdown(Duration.ZERO));
        }
    }
}
