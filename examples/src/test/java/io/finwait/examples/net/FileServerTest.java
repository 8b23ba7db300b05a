package io.finwait.examples.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Limits;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The file server over a simulated network. */
class FileServerTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int PORT = 80;

    @TempDir private Path folder;
    private Path root;
    private final SimNetwork network =
            SimNetwork.seeded(1).links(LinkModel.perfect().delay(10_000_000));
    private int sendBufferOctets = 65_536;
    private Limits limits = Limits.DEFAULT;
    private Endpoint client;
    private Endpoint serverEndpoint;

    @BeforeEach
    void files() throws IOException {
        root = Files.createDirectory(folder.resolve("www"));
        Files.writeString(folder.resolve("secret"), "secret");
        Files.writeString(root.resolve("hello.txt"), "hello\n");
        Files.writeString(root.resolve("with space"), "space\n");
        Files.writeString(root.resolve("large"), "0123456789".repeat(50_000));
        Files.createSymbolicLink(root.resolve("link"), folder.resolve("secret"));
        Files.writeString(Files.createDirectory(root.resolve("sub")).resolve("index.html"), "sub");
    }

    private void serve(FileServer.Closer closer) throws IOException {
        client = open("client", "10.0.0.1");
        serverEndpoint = open("server", "10.0.0.2");
        FileServer server =
                new FileServer(serverEndpoint, PORT, root, closer, Duration.ofSeconds(10));
        network.add(
                "server",
                SimParticipant.of(serverEndpoint::doWork, serverEndpoint::nextDeadlineNs));
        network.add("client", SimParticipant.of(client::doWork, client::nextDeadlineNs));
        network.add(
                "deadlines",
                SimParticipant.of(
                        now -> {
                            server.onTime(now);
                            return 0;
                        },
                        server::nextDeadlineNs));
    }

    private Endpoint open(String name, String address) {
        SimTransport transport = network.attach(name, IpAddress.parse(address));
        EndpointConfig config =
                EndpointConfig.at(address)
                        .random(transport.random())
                        .receiveBufferOctets(65_536)
                        .sendBufferOctets(sendBufferOctets)
                        .limits(limits)
                        .build();
        return Finwait.open(config, transport);
    }

    private Connection connect() {
        return client.connect(IpAddress.parse("10.0.0.2"), PORT);
    }

    /** Sends text and reads to the end of the stream. */
    private String ask(Connection connection, String text) throws IOException {
        network.runFor(SECOND / 10);
        connection.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        StringBuilder answer = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        for (int i = 0; i < 1_000; i++) {
            network.runFor(SECOND / 100);
            int taken = connection.receive(buffer.clear());
            if (taken < 0) {
                break;
            }
            answer.append(new String(buffer.array(), 0, taken, StandardCharsets.US_ASCII));
        }
        return answer.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "GET /hello.txt HTTP/1.0, 200 OK",
        "GET /with%20space HTTP/1.1, 200 OK",
        "GET /sub HTTP/1.0, 200 OK",
        "GET /hello.txt?x=1 HTTP/1.0, 200 OK",
        "GET / HTTP/1.0, 404 Not Found",
        "GET /none HTTP/1.0, 404 Not Found",
        "GET /../secret HTTP/1.0, 404 Not Found",
        "GET /sub/../../secret HTTP/1.0, 404 Not Found",
        "GET /%2e%2e/secret HTTP/1.0, 404 Not Found",
        "GET /link HTTP/1.0, 404 Not Found",
        "GET //etc/passwd HTTP/1.0, 404 Not Found",
        "GET /%zz HTTP/1.0, 404 Not Found",
        "GET /%2 HTTP/1.0, 404 Not Found",
        "GET secret HTTP/1.0, 404 Not Found",
        "POST /hello.txt HTTP/1.0, 405 Method Not Allowed",
        "nonsense, 400 Bad Request"
    })
    void answers(String request, String status) throws IOException {
        serve(FileServer.Closer.US);
        String answer = ask(connect(), request + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.0 " + status + "\r\n").doesNotContain("secret\n");
        assertThat(answer).contains("Connection: close\r\n").contains("\r\n\r\n");
    }

    /** RFC 9110 §9.3.2: the head of the answer to GET, and nothing behind it. */
    @ParameterizedTest
    @ValueSource(strings = {"/hello.txt", "/large", "/none", "/../secret"})
    void headIsTheAnswerToGetWithoutItsBody(String path) throws IOException {
        serve(FileServer.Closer.US);
        String get = ask(connect(), "GET " + path + " HTTP/1.0\r\n\r\n");
        String head = ask(connect(), "HEAD " + path + " HTTP/1.0\r\n\r\n");
        assertThat(head).isEqualTo(get.substring(0, get.indexOf("\r\n\r\n") + 4));
    }

    /** RFC 9110 §15.5.6: who refuses a method says which ones it takes. */
    @Test
    void aMethodThatIsRefusedIsToldWhichAreNot() throws IOException {
        serve(FileServer.Closer.US);
        assertThat(ask(connect(), "POST /hello.txt HTTP/1.0\r\n\r\n"))
                .contains("\r\nAllow: GET, HEAD\r\n");
    }

    @Test
    void aLargeFileComesWholeAndWeCloseFirst() throws IOException {
        serve(FileServer.Closer.US);
        Connection connection = connect();
        String answer = ask(connection, "GET /large HTTP/1.0\r\n\r\n");
        assertThat(answer).contains("Content-Length: 500000\r\n").endsWith("0123456789");
        assertThat(answer.length() - answer.indexOf("\r\n\r\n") - 4).isEqualTo(500_000);
        connection.close();
        network.runFor(SECOND);
        assertThat(serverEndpoint.timeWait().size()).as("who closed first waits").isOne();
        assertThat(client.timeWait().size()).isZero();
        assertThat(connection.closeReason()).isInstanceOf(CloseReason.Orderly.class);
    }

    @Test
    void thePeerClosesFirstWhenItMay() throws IOException {
        serve(FileServer.Closer.PEER);
        Connection connection = connect();
        network.runFor(SECOND / 10);
        connection.send(
                ByteBuffer.wrap(
                        "GET /hello.txt HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        network.runFor(SECOND);
        ByteBuffer buffer = ByteBuffer.allocate(1_000);
        assertThat(connection.receive(buffer)).isPositive();
        assertThat(connection.receive(buffer)).as("no end of the stream yet").isZero();
        connection.close();
        network.runFor(SECOND);
        assertThat(client.timeWait().size()).as("who closed first waits").isOne();
        assertThat(serverEndpoint.timeWait().size()).isZero();
        assertThat(serverEndpoint.connectionCount()).isZero();
    }

    @Test
    void aPeerThatNeverClosesIsClosedAfterTheDeadline() throws IOException {
        serve(FileServer.Closer.PEER);
        Connection connection = connect();
        network.runFor(SECOND / 10);
        connection.send(
                ByteBuffer.wrap(
                        "GET /hello.txt HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        network.runFor(9 * SECOND);
        assertThat(connection.state()).isEqualTo(State.ESTABLISHED);
        network.runFor(2 * SECOND);
        assertThat(connection.state()).isEqualTo(State.CLOSE_WAIT);
    }

    @Test
    void whoNeverAsksIsReset() throws IOException {
        serve(FileServer.Closer.US);
        Connection connection = connect();
        network.runFor(11 * SECOND);
        assertThat(connection.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void anEndlessRequestIsRefused() throws IOException {
        serve(FileServer.Closer.US);
        String answer = ask(connect(), "x".repeat(8192));
        assertThat(answer).startsWith("HTTP/1.0 431 ");
    }

    /** Asks for the large file and reads nothing of it. */
    private Connection askAndReadNothing() throws IOException {
        Connection connection = connect();
        network.runFor(SECOND / 10);
        connection.send(
                ByteBuffer.wrap("GET /large HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        network.runFor(SECOND / 10);
        return connection;
    }

    private static int take(Connection connection, int octets) throws IOException {
        return connection.receive(ByteBuffer.allocate(octets));
    }

    @ParameterizedTest
    @EnumSource
    void whoReadsNothingIsLeft(FileServer.Closer closer) throws IOException {
        serve(closer);
        Connection connection = askAndReadNothing();
        network.runFor(22 * SECOND);
        assertThat(serverEndpoint.connectionCount()).isZero();
        assertThat(connection.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @ParameterizedTest
    @EnumSource
    void whoHasClosedAndReadsNothingIsLeft(FileServer.Closer closer) throws IOException {
        serve(closer);
        Connection connection = askAndReadNothing();
        connection.shutdownOutput();
        network.runFor(22 * SECOND);
        assertThat(serverEndpoint.connectionCount()).isZero();
    }

    /**
     * The answer is in the send buffer as a whole, and nothing of it behind the client's window.
     */
    @ParameterizedTest
    @EnumSource
    void whatTheSendBufferHoldsIsNotDelivered(FileServer.Closer closer) throws IOException {
        Files.writeString(root.resolve("large"), "0123456789".repeat(15_000));
        serve(closer);
        Connection connection = askAndReadNothing();
        assertThat(connection.unread()).isLessThan(150_000);
        network.runFor(22 * SECOND);
        assertThat(serverEndpoint.connectionCount()).isZero();
    }

    /** Also where the send buffer takes the answer as a whole, and so at once. */
    @ParameterizedTest
    @CsvSource({"65536, US", "1000000, US", "65536, PEER", "1000000, PEER"})
    void whoReadsSlowlyGetsItAll(int buffer, FileServer.Closer closer) throws IOException {
        sendBufferOctets = buffer;
        serve(closer);
        Connection connection = askAndReadNothing();
        int taken = 0;
        for (int second = 0; second < 100; second++) {
            taken += take(connection, 10_000);
            network.runFor(SECOND);
        }
        assertThat(taken).isGreaterThan(500_000);
        assertThat(take(connection, 1)).isEqualTo(-1);
        connection.close();
        network.runFor(SECOND);
        assertThat(connection.closeReason()).isInstanceOf(CloseReason.Orderly.class);
    }

    /** Their answers lie in send buffers, longer than a deadline, and nobody may drop them. */
    @Test
    void slowClientsAreNoOrphans() throws IOException {
        sendBufferOctets = 1_000_000;
        limits = limits.withOrphanOctets(600_000);
        serve(FileServer.Closer.US);
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            connections.add(askAndReadNothing());
        }
        for (int second = 0; second < 100; second++) {
            for (Connection each : connections) {
                take(each, 10_000);
            }
            network.runFor(SECOND);
        }
        for (Connection each : connections) {
            assertThat(take(each, 1)).isEqualTo(-1);
        }
    }

    @Test
    void anOctetNowAndThenIsNotEnough() throws IOException {
        serve(FileServer.Closer.US);
        Connection connection = askAndReadNothing();
        for (int second = 0; second < 60 && !connection.hasEnded(); second++) {
            take(connection, 200);
            network.runFor(SECOND);
        }
        assertThat(serverEndpoint.connectionCount()).isZero();
    }

    @Test
    void whoAsksInTheLastMomentHasItsTimeForTheAnswer() throws IOException {
        serve(FileServer.Closer.US);
        Connection connection = connect();
        network.runFor(SECOND * 99 / 10);
        connection.send(
                ByteBuffer.wrap("GET /large HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        network.runFor(9 * SECOND);
        assertThat(connection.state()).isEqualTo(State.ESTABLISHED);
    }
}
