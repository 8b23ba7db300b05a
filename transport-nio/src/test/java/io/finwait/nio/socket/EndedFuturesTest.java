package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.tcp.CloseReason;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** No future is forgotten when a connection ends, and no connection when its future is given up. */
@Timeout(120)
class EndedFuturesTest {

    private static final int PORT = 80;
    private static final int PATIENCE_S = 20;

    private final TwoDrivers drivers = new TwoDrivers();
    private final AsyncListener listener = drivers.server.listen(PORT, 5).join();
    private final IpAddress server = IpAddress.parse(TwoDrivers.SERVER);

    @AfterEach
    void close() {
        drivers.close();
    }

    /** Three writes of which the first fills both buffers; nobody reads, and the peer resets. */
    @Test
    void everyWriteBehindAResetFails() throws Exception {
        AsyncConnection ours = drivers.client.connect(server, PORT).join();
        AsyncConnection peer = listener.accept().get(PATIENCE_S, TimeUnit.SECONDS);
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        writes.add(ours.write(ByteBuffer.allocate(64 << 20)));
        writes.add(ours.write(ByteBuffer.allocate(10)));
        writes.add(ours.write(ByteBuffer.allocate(10)));
        CompletableFuture<Void> end = ours.shutdownOutput();
        CompletableFuture<CloseReason> aborted = peer.abort();
        assertThat(aborted.get(PATIENCE_S, TimeUnit.SECONDS)).isNotNull();
        for (CompletableFuture<Void> write : writes) {
            assertFails(write);
        }
        assertFails(end);
        assertThat(ours.ended().get(PATIENCE_S, TimeUnit.SECONDS))
                .isInstanceOf(CloseReason.ResetByPeer.class);
    }

    private static void assertFails(CompletableFuture<Void> future) {
        assertThatThrownBy(() -> future.get(PATIENCE_S, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aConnectThatIsCancelledLeavesNothingBehind() {
        drivers.client.connect(server, PORT).cancel(false);
        assertThat(drivers.client.call(endpoint -> endpoint.connectionCount()).join()).isZero();
    }

    /** On the driver's thread, so that the connection is there already, and not established. */
    @Test
    void aConnectThatIsCancelledOnceItHasBegunLeavesNothingBehind() {
        CompletableFuture<Integer> left =
                drivers.client.call(
                        endpoint -> {
                            CompletableFuture<AsyncConnection> opening =
                                    drivers.client.connect(server, PORT);
                            assertThat(endpoint.connectionCount()).isEqualTo(1);
                            assertThat(opening.cancel(false)).isTrue();
                            return endpoint.connectionCount();
                        });
        assertThat(left.join()).isZero();
    }
}
