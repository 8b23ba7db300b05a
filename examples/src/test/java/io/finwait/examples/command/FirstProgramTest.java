package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program from which this project began, in Java: what {@code finwait explain} says of its
 * capture stands in {@code docs/diagnosis.md} beside what one finds by hand. {@code
 * -Dfinwait.write.docs=true} writes it down anew.
 */
class FirstProgramTest {

    private static final Path PAGE = Path.of("..", "docs", "diagnosis.md");
    private static final Pattern BLOCK =
            Pattern.compile("<!-- first-program -->\n```\n(.*?)```\n", Pattern.DOTALL);
    private static final Duration LATE = Duration.ofSeconds(7);

    @TempDir private Path folder;
    private int read = -2;

    private String explained() throws Exception {
        Path capture = folder.resolve("first.pcapng");
        try (SimNet net = SimNet.create(1)) {
            NetHost server = net.host("server");
            NetHost client = net.host("client");
            server.run("server", () -> serve(server));
            client.run("client", () -> writeLate(net, client, server));
            net.finish();
            net.settle();
            net.capture(capture);
        }
        return CommandRun.of("explain", capture.toString())
                .out()
                .lines()
                .filter(line -> !line.contains("in the capture twice"))
                .map(line -> line.stripTrailing() + "\n")
                .reduce("", String::concat);
    }

    private static void serve(NetHost server) throws IOException {
        try (ServerSocket listening = server.serverSocket(12_345);
                Socket socket = listening.accept()) {
            socket.setSoTimeout(5_000);
            socket.getInputStream().read();
        } catch (SocketTimeoutException e) {
            // It has waited long enough, and closes.
        }
    }

    private void writeLate(SimNet net, NetHost client, NetHost server) throws Exception {
        try (Socket socket = client.socket()) {
            socket.connect(server.at(12_345));
            net.clock().sleep(LATE);
            socket.getOutputStream().write("Hello from client".getBytes(US_ASCII));
            net.clock().sleep(Duration.ofSeconds(1));
            read = socket.getInputStream().read();
        }
    }

    @Test
    void isExplainedAsItsAuthorDidByHand() throws Exception {
        String explained = explained();
        String page = Files.readString(PAGE);
        Matcher block = BLOCK.matcher(page);
        assertThat(block.find()).isTrue();
        if (Boolean.getBoolean("finwait.write.docs")) {
            Files.writeString(
                    PAGE,
                    page.substring(0, block.start(1)) + explained + page.substring(block.end(1)));
        } else {
            assertThat(block.group(1))
                    .as("run with -Dfinwait.write.docs=true")
                    .isEqualTo(explained);
        }
        assertThat(explained)
                .contains("the other end reset the connection")
                .contains("text came after the application had closed")
                .contains("its writes succeeded, and 17 octets were never acknowledged")
                .contains("on Linux (Java too) reads give end of stream")
                .contains("on BSD and macOS the next call gives \"Connection reset by peer\"");
        assertThat(read).as("on Linux").isEqualTo(-1);
    }
}
