package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.spi.Transports;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code finwait netcat} with a peer in the same JVM: exit codes, messages, half-close. */
@Timeout(60)
class NetcatTest {

    private static final String URI = "mine://netcat";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream realOut = System.out;
    private final PrintStream realErr = System.err;
    private final InputStream realIn = System.in;
    private Driver peer;
    private AsyncListener listener;

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
        System.setIn(new ByteArrayInputStream(new byte[0]));
    }

    @AfterEach
    void restore() throws Exception {
        if (peer != null) {
            peer.shutdown(Duration.ZERO).get(20, TimeUnit.SECONDS);
        }
        System.setOut(realOut);
        System.setErr(realErr);
        System.setIn(realIn);
    }

    private void peerListens() {
        peer = Driver.start(EndpointConfig.at("10.0.0.2").build(), Transports.open(URI));
        listener = peer.listen(5000, 1).join();
    }

    private static CompletableFuture<Integer> netcat(String... more) {
        String[] args = {"netcat", "--transport", URI, "--time-wait", "0s", "10.0.0.2", "5000"};
        String[] all = new String[args.length + more.length];
        System.arraycopy(args, 0, all, 0, args.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return CompletableFuture.supplyAsync(() -> FinwaitCommand.run(all));
    }

    private static int exit(CompletableFuture<Integer> code) throws Exception {
        return code.get(30, TimeUnit.SECONDS);
    }

    private static String read(AsyncConnection from) {
        ByteBuffer octets = ByteBuffer.allocate(1000);
        int count = from.read(octets).join();
        return count < 0 ? "end-of-stream" : UTF_8.decode(octets.flip()).toString();
    }

    private static void write(AsyncConnection to, String text) {
        to.write(ByteBuffer.wrap(text.getBytes(UTF_8))).join();
    }

    @Test
    void theEndOfTheInputClosesOurDirectionAndThePeersIsPrintedToItsEnd() throws Exception {
        System.setIn(new ByteArrayInputStream("question".getBytes(UTF_8)));
        peerListens();
        CompletableFuture<Integer> code = netcat();
        AsyncConnection server = listener.accept().get(20, TimeUnit.SECONDS);
        assertThat(read(server)).isEqualTo("question");
        assertThat(read(server)).isEqualTo("end-of-stream");
        assertThat(code).as("half-closed: it waits for the answer").isNotDone();
        write(server, "answer");
        CloseReason reason = server.close().get(20, TimeUnit.SECONDS);
        assertThat(reason).isInstanceOf(CloseReason.Orderly.class);
        assertThat(exit(code)).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("answer");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void thePeersEndLeavesOurDirectionOpen() throws Exception {
        PipedOutputStream keyboard = new PipedOutputStream();
        System.setIn(new PipedInputStream(keyboard));
        peerListens();
        CompletableFuture<Integer> code = netcat("--verbose");
        AsyncConnection server = listener.accept().get(20, TimeUnit.SECONDS);
        server.shutdownOutput().get(20, TimeUnit.SECONDS);
        keyboard.write("still here".getBytes(UTF_8));
        keyboard.flush();
        assertThat(read(server)).isEqualTo("still here");
        keyboard.close();
        assertThat(read(server)).isEqualTo("end-of-stream");
        assertThat(exit(code)).isZero();
        assertThat(err.toString(UTF_8))
                .contains("connected to 10.0.0.2:5000", "Closed in order, by the peer first");
    }

    @Test
    void aPortWithoutListenerRefuses() throws Exception {
        peer = Driver.start(EndpointConfig.at("10.0.0.2").build(), Transports.open(URI));
        assertThat(exit(netcat())).isEqualTo(1);
        assertThat(err.toString(UTF_8)).isEqualTo("finwait netcat: Connection refused\n");
    }

    @Test
    void aPeerThatAbortsResets() throws Exception {
        System.setIn(new PipedInputStream(new PipedOutputStream()));
        peerListens();
        CompletableFuture<Integer> code = netcat();
        listener.accept().get(20, TimeUnit.SECONDS).abort().get(20, TimeUnit.SECONDS);
        assertThat(exit(code)).isEqualTo(1);
        assertThat(err.toString(UTF_8)).isEqualTo("finwait netcat: Connection reset by peer\n");
    }

    @Test
    void nobodyThereIsATimeout() throws Exception {
        try (AutoCloseable _ = Transports.open(URI)) {
            assertThat(exit(netcat("--wait", "100ms"))).isEqualTo(1);
        }
        assertThat(err.toString(UTF_8)).startsWith("finwait netcat: Connection timed out");
    }

    @Test
    void packetsAreSaidInWords() throws Exception {
        peerListens();
        CompletableFuture<Integer> code = netcat("--trace");
        AsyncConnection server = listener.accept().get(20, TimeUnit.SECONDS);
        server.close().get(20, TimeUnit.SECONDS);
        assertThat(exit(code)).isZero();
        assertThat(err.toString(UTF_8)).contains("> 10.0.0.2:5000  SYN  seq 0", "FIN, ACK");
    }
}
