package io.finwait.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;

import io.finwait.examples.gateway.GatewayLab.Way;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;

/**
 * {@code finwait gateway} in a process of its own, and programs that know nothing of it: curl, ping
 * and a resolver, in namespaces of the kernel's.
 */
@Tag("ci")
@Timeout(120)
class KernelGatewayTest {

    private GatewayLab lab;

    @BeforeEach
    void open() throws IOException {
        GatewayLab.assumePossible();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not here: skipped");
        lab = new GatewayLab(Way.COMMAND);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void programsWorkThroughItAndItDrains() throws Exception {
        filesComeWhole();
        for (String nobody : List.of(GatewayLab.SERVER, GatewayLab.UNREACHABLE)) {
            // Exit code 7, at once and not when its patience is over.
            assertThatThrownBy(() -> lab.client.exec("curl", "-sSm9", "http://" + nobody))
                    .hasMessageContaining("(7) Failed to connect");
        }
        aQuestionIsAnswered();
        if (Files.isExecutable(Path.of("/usr/bin/ping"))) {
            assertThat(lab.client.exec("ping", "-c1", "-W5", GatewayLab.SERVER)).contains(" 0%");
        }
        itDrains();
    }

    private void filesComeWhole() throws Exception {
        byte[] file = new byte[2_000_000];
        new Random(1).nextBytes(file);
        HttpServer http =
                lab.server.call(
                        () -> {
                            HttpServer made =
                                    HttpServer.create(
                                            new InetSocketAddress(GatewayLab.SERVER, 8080), 50);
                            made.setExecutor(Executors.newCachedThreadPool());
                            made.start();
                            return made;
                        });
        http.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, file.length);
                    try (exchange) {
                        exchange.getResponseBody().write(file);
                    }
                });
        String each = "curl -sS http://" + GatewayLab.SERVER + ":8080/file | sha256sum & ";
        String all = "for i in $(seq 20); do " + each + "done; wait";
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(file);
        assertThat(lab.client.exec("sh", "-c", all).lines())
                .hasSize(20)
                .containsOnly(HexFormat.of().formatHex(digest) + "  -");
        http.stop(0);
    }

    private void aQuestionIsAnswered() throws Exception {
        try (DatagramSocket resolver =
                        lab.server.call(
                                () ->
                                        new DatagramSocket(
                                                new InetSocketAddress(
                                                        GatewayLab.SERVER, GatewayLab.DNS)));
                DatagramSocket asking = lab.client.call(DatagramSocket::new)) {
            asking.setSoTimeout(30_000);
            resolver.setSoTimeout(30_000);
            InetAddress gateway = InetAddress.getByName("10.0.2.2");
            asking.send(new DatagramPacket(new byte[] {1, 2}, 2, gateway, 53));
            DatagramPacket question = new DatagramPacket(new byte[10], 10);
            resolver.receive(question);
            assertThat(question.getLength()).isEqualTo(2);
            resolver.send(new DatagramPacket(new byte[3], 3, question.getSocketAddress()));
            DatagramPacket answer = new DatagramPacket(new byte[10], 10);
            asking.receive(answer);
            assertThat(answer.getLength()).isEqualTo(3);
            assertThat(answer.getAddress()).isEqualTo(gateway);
            assertThat(answer.getPort()).isEqualTo(53);
        }
    }

    private void itDrains() throws Exception {
        try (ServerSocket listening = lab.listen();
                Socket client =
                        lab.client.call(
                                () -> new Socket(GatewayLab.SERVER, listening.getLocalPort()));
                Socket server = listening.accept()) {
            client.setSoTimeout(30_000);
            server.setSoTimeout(30_000);
            lab.terminate();
            String again = "http://" + GatewayLab.SERVER + ":" + listening.getLocalPort();
            awaitRefused(again);
            client.getOutputStream().write(new byte[7]);
            client.shutdownOutput();
            assertThat(server.getInputStream().readAllBytes()).hasSize(7);
            server.getOutputStream().write(new byte[9]);
            server.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).hasSize(9);
        }
        assertThat(lab.restOfOutput()).contains("drained, 0 connections were reset");
    }

    /** The signal takes its time; a call before it is answered by nobody and is ended here. */
    private void awaitRefused(String url) {
        String said = "";
        for (int i = 0; i < 100 && !said.contains("(7)"); i++) {
            try {
                said = lab.client.exec("curl", "-sS", "-m", "0.2", url);
            } catch (RuntimeException e) {
                said = e.getMessage();
            }
        }
        assertThat(said).contains("(7) Failed to connect");
    }
}
