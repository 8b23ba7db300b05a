package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.ClosedFirst;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The Linux kernel at the other end of {@code udp:}; skipped where a namespace can't be made. */
@Timeout(120)
class KernelThroughSocatTest {

    private static final int BODY = 300_000;

    private SocatLab lab;
    private Driver driver;

    @BeforeEach
    void open() throws Exception {
        String missing = SocatLab.missing();
        assumeTrue(missing == null, () -> "skipped: " + missing);
        lab = SocatLab.open();
        UdpTransport transport = UdpTransport.between(lab.local(), lab.peer(), 1400);
        EndpointConfig config =
                EndpointConfig.builder().address(IpAddress.parse(SocatLab.OURS)).build();
        lab.connect(transport.localAddress());
        driver = Driver.start(config, transport);
    }

    @AfterEach
    void close() {
        if (driver != null) {
            driver.shutdown(Duration.ZERO).join();
        }
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void curlFetchesAndWeCloseFirst() throws Exception {
        AsyncListener listener = driver.listen(80, 16).join();
        Process curl = lab.start("curl", "-s", "-S", "http://" + SocatLab.OURS + "/");
        AsyncConnection connection = listener.accept().join();
        readRequest(connection);
        // Without a length the end of the body is the end of the connection.
        connection.write(answer("Connection: close")).join();
        CompletableFuture<CloseReason> closing = connection.closeGracefully(Duration.ofSeconds(30));
        assertThat(SocatLab.finish(curl)).isEqualTo("x".repeat(BODY));
        assertThat(closing.join())
                .asInstanceOf(InstanceOfAssertFactories.type(CloseReason.Orderly.class))
                .extracting(CloseReason.Orderly::closedFirst)
                .isEqualTo(ClosedFirst.LOCAL);
    }

    @Test
    void curlFetchesAndClosesFirst() throws Exception {
        AsyncListener listener = driver.listen(80, 16).join();
        Process curl = lab.start("curl", "-s", "-S", "http://" + SocatLab.OURS + "/");
        AsyncConnection connection = listener.accept().join();
        readRequest(connection);
        connection.write(answer("Content-Length: " + BODY)).join();
        assertThat(SocatLab.finish(curl)).isEqualTo("x".repeat(BODY));
        assertThat(connection.read(ByteBuffer.allocate(10)).join()).isEqualTo(-1);

        assertThat(connection.close().join())
                .asInstanceOf(InstanceOfAssertFactories.type(CloseReason.Orderly.class))
                .extracting(CloseReason.Orderly::closedFirst)
                .isEqualTo(ClosedFirst.REMOTE);
    }

    @Test
    void anEchoOfTheKernelAnswersBehindOurHalfClose() throws Exception {
        lab.start("socat", "TCP-LISTEN:7777,reuseaddr", "EXEC:cat");
        AsyncConnection connection = connectInTime(7777);
        byte[] octets = "hello, kernel".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        CompletableFuture<Void> written = connection.write(ByteBuffer.wrap(octets));
        CompletableFuture<Void> accepted = connection.shutdownOutput();
        ByteBuffer echoed = ByteBuffer.allocate(octets.length + 1);
        while (connection.read(echoed).join() >= 0) {
            assertThat(echoed.hasRemaining()).isTrue();
        }
        written.join();
        accepted.join();
        assertThat(echoed.flip()).isEqualTo(ByteBuffer.wrap(octets));
        assertThat(connection.close().join()).isInstanceOf(CloseReason.Orderly.class);
    }

    /** The program inside may not listen yet: its kernel then refuses. */
    private AsyncConnection connectInTime(int port) {
        IpAddress kernel = IpAddress.parse(SocatLab.KERNEL);
        for (int attempt = 0; attempt < 1000; attempt++) {
            CompletableFuture<AsyncConnection> connecting = driver.connect(kernel, port);
            if (connecting.handle((connection, refused) -> refused == null).join()) {
                return connecting.join();
            }
        }
        throw new AssertionError("nobody listens at port " + port);
    }

    private static void readRequest(AsyncConnection connection) {
        ByteBuffer request = ByteBuffer.allocate(4096);
        String text;
        do {
            assertThat(connection.read(request).join()).isPositive();
            text = StandardCharsets.US_ASCII.decode(request.duplicate().flip()).toString();
        } while (!text.endsWith("\r\n\r\n"));
        assertThat(text).startsWith("GET / HTTP/1.1\r\n");
    }

    private static ByteBuffer answer(String header) {
        String text = "HTTP/1.1 200 OK\r\n" + header + "\r\n\r\n" + "x".repeat(BODY);
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
