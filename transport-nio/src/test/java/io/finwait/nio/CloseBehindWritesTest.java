package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A connection that is closed while its writes wait in front of a peer that does not read. */
@Timeout(60)
class CloseBehindWritesTest {

    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");
    private static final long SECOND = 1_000_000_000L;

    private Driver client;
    private Driver server;
    private AsyncConnection ours;
    private AsyncConnection theirs;
    private CompletableFuture<Void> write;

    private void openAndFill(long orphanTimeoutNs) {
        Cable cable = new Cable();
        EndpointConfig config =
                EndpointConfig.at("10.0.0.1")
                        .closePolicy(
                                ClosePolicy.DEFAULT.withOrphanTimeout(
                                        Duration.ofNanos(orphanTimeoutNs)))
                        .build();
        client = Driver.start(config, cable);
        server = Driver.start(EndpointConfig.at("10.0.0.2").build(), cable.other);
        AsyncListener listener = server.listen(80, 16).join();
        ours = client.connect(SERVER, 80).join();
        theirs = listener.accept().join();
        write = ours.write(ByteBuffer.allocate(64 << 20));
    }

    @AfterEach
    void stop() {
        client.shutdown(Duration.ZERO).join();
        server.shutdown(Duration.ZERO).join();
    }

    private long userTimeout() {
        return ours.call(Connection::userTimeout).join();
    }

    @Test
    void itIsGivenUpWhenItsTimeIsOver() {
        openAndFill(SECOND / 20);
        CompletableFuture<CloseReason> closed = ours.close();

        assertThat(closed.join()).isInstanceOf(CloseReason.Aborted.class);
        assertThat(write).isCompletedExceptionally();
        assertThat(client.call(endpoint -> endpoint.connectionCount()).join()).isZero();
    }

    @Test
    void itsPeerHasAHundredSecondsToAcknowledgeSomething() {
        openAndFill(900 * SECOND);
        assertThat(userTimeout()).isZero();
        CompletableFuture<CloseReason> unused = ours.close();
        assertThat(userTimeout()).isEqualTo(100 * SECOND);
    }

    @Test
    void aShorterTimeoutOfItsUserStays() {
        openAndFill(900 * SECOND);
        ours.call(
                        connection -> {
                            connection.userTimeout(5 * SECOND);
                            return null;
                        })
                .join();
        CompletableFuture<CloseReason> unused = ours.close();
        assertThat(userTimeout()).isEqualTo(5 * SECOND);
    }

    @Test
    void whoReadsInTimeGetsEverything() {
        openAndFill(900 * SECOND);
        CompletableFuture<CloseReason> closed = ours.close();
        long received = 0;
        ByteBuffer reader = ByteBuffer.allocate(1 << 20);
        for (int n = 0; n >= 0; n = theirs.read(reader.clear()).join()) {
            received += n;
        }
        assertThat(received).isEqualTo(64 << 20);
        assertThat(theirs.close().join()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(closed.join()).isInstanceOf(CloseReason.Orderly.class);
    }
}
