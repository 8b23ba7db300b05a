package io.finwait.nio.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.nio.ChildJvm;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Programs whose channels are all ours by options of the JVM alone. The lines are those that {@link
 * WholeProgram} says on the kernel's channels as well, but for the first and the one of the kernel.
 */
@Timeout(120)
@Tag("ci")
class WholeProgramTest {

    private static final String OURS =
            "-Djava.nio.channels.spi.SelectorProvider=io.finwait.socket.DriverSelectorProvider";
    private static final String JDKS_OWN = "java.base/sun.nio.ch=ALL-UNNAMED";

    /** All channels are ours, and the kernel's are within reach. */
    static List<String> options(Below below) throws IOException {
        List<String> options = new ArrayList<>(below.options());
        options.addAll(List.of(OURS, "--add-exports", JDKS_OWN));
        return options;
    }

    private static final String SAID =
            """
            channels DriverSocketChannel
            by-name localhost true
            kernels 1
            jdk-get 200 hello, 200 hello
            jdk-half-close HTTP/1.1 200 OK
            jdk-abort-and-reset closed, 200 hello
            jdk-kernel-knows-nothing ConnectException: Connection refused
            jdk-reset SocketException: Connection reset
            jdk-timeout HttpTimeoutException: request timed out
            jdk-abort the server sees the end
            jdk-refused ConnectException
            jetty-get 200 jetty, 200 jetty
            jetty-half-close HTTP/1.1 200 OK
            jetty-idle HTTP/1.1 200, closed
            jetty-abort-and-reset closed, 200 jetty
            tomcat-get 200 tomcat, 200 tomcat
            tomcat-half-close HTTP/1.1 200
            tomcat-idle HTTP/1.1 200, closed
            tomcat-abort-and-reset closed, 200 tomcat
            wiremock-get 200 wiremock
            wiremock-half-close HTTP/1.1 200 OK
            wiremock-idle HTTP/1.1 200, closed
            wiremock-abort-and-reset closed, 200 wiremock
            wiremock-CONNECTION_RESET_BY_PEER SocketException: Connection reset
            wiremock-EMPTY_RESPONSE EOFException: EOF reached while reading
            wiremock-MALFORMED_RESPONSE_CHUNK IOException: Illegal character in chunk size: 108
            wiremock-RANDOM_DATA_THEN_CLOSE EOFException: EOF reached while reading
            apache-get 200200
            apache-kept 200
            apache-race ConnectionClosedException: Connection closed by peer
            apache-reset SocketException: Connection reset
            apache-timeout SocketTimeoutException: 100 MILLISECONDS
            apache-abort SocketException: Connection reset
            vertx-get 200 vertx
            vertx-half-close HTTP/1.1 200 OK
            vertx-idle HTTP/1.1 200, closed
            vertx-abort-and-reset closed, 200 vertx
            vertx-client vertx
            vertx-reset SocketException: Connection reset
            vertx-timeout NoStackTraceTimeoutException: The timeout period of 300ms has been exceeded
            vertx-abort the server reads -1, HttpClosedException: Connection was closed
            """;

    @Test
    void webServersAndClientsRunUnchanged() throws Exception {
        play(Below.SIMULATED_LINK_OVER_DATAGRAMS);
    }

    @Test
    @Tag("thorough")
    void overTheLoopbackTheyDoAsWell() throws Exception {
        play(Below.LOOPBACK);
    }

    private static void play(Below below) throws Exception {
        try (ChildJvm program = ChildJvm.start(options(below), WholeProgram.class)) {
            program.untilItEnds();
            Stream<String> words = SAID.lines().map(line -> line.split(" ", 2)[0]);
            assertThat(words.map(word -> (word + " " + program.said(word)).strip()))
                    .containsExactlyElementsOf(SAID.lines().toList());
        }
    }

    /**
     * Without the option that opens the JDK's own provider only the kernel's channels are missing.
     */
    @Test
    void withoutTheJdksOwnProviderOnlyTheKernelsChannelsAreMissing() throws Exception {
        try (ChildJvm program = ChildJvm.start(List.of(OURS), WholeProgram.class, "channels")) {
            program.untilItEnds();
            assertThat(program.said("channels")).isEqualTo("DriverSocketChannel");
            assertThat(program.said("kernels"))
                    .contains("--add-exports java.base/sun.nio.ch=ALL-UNNAMED");
        }
    }

    @Test
    void aTransportThatCannotBeOpenedIsSaid() throws IOException, InterruptedException {
        try (ChildJvm program =
                ChildJvm.start(
                        List.of(OURS, "-Dfinwait.transport=nobody:"),
                        WholeProgram.class,
                        "channels")) {
            program.untilItEnds();
            assertThat(program.said("channels"))
                    .contains("finwait.transport=nobody: needs -Dfinwait.address=10.0.0.1");
        }
    }
}
