package io.finwait.sim.guide;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.finwait.sim.junit.SimTest;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.Test;

import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

@SimTest
class ClientHangsTest {
    @Test
    void aSilentServerIsGivenUp(SimNet net, NetHost shop, NetHost app) throws Exception {
        shop.run(
                "server",
                () -> {
                    try (ServerSocket listening = shop.serverSocket(80);
                            Socket s = listening.accept()) {
                        s.getInputStream().readAllBytes(); // and never answers
                    }
                });
        try (Socket s = app.socket()) {
            s.connect(shop.at(80));
            s.setSoTimeout(30_000);
            assertThrows(SocketTimeoutException.class, () -> s.getInputStream().read());
        }
    }
}
