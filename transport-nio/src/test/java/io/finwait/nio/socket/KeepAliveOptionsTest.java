package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import jdk.net.ExtendedSocketOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;

/** The options of {@code jdk.net} say when a peer that is silent is asked, and given up. */
@Timeout(60)
class KeepAliveOptionsTest {

    private static final int PORT = 80;

    @Test
    void aSilentPeerIsGivenUpBehindItsProbes() throws Exception {
        try (SimNet net = SimNet.create(1)) {
            NetHost server = net.host("server");
            NetHost client = net.host("client");
            try (ServerSocket listening = server.serverSocket(PORT);
                    Socket socket = client.socket()) {
                socket.setKeepAlive(true);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
                socket.connect(server.at(PORT));
                listening.accept();
                socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
                net.link(client, server).cut();
                Duration before = net.clock().elapsed();
                assertThatThrownBy(() -> socket.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("timed out");
                assertThat(net.clock().elapsed().minus(before))
                        .isBetween(Duration.ofSeconds(24), Duration.ofSeconds(26));
            }
        }
    }
}
