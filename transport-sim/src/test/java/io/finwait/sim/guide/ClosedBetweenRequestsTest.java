package io.finwait.sim.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.finwait.sim.junit.SimTest;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.Test;

import java.net.ServerSocket;
import java.net.Socket;

@SimTest
class ClosedBetweenRequestsTest {
    @Test
    void theSecondRequestMeetsTheEnd(SimNet net, NetHost shop, NetHost app) throws Exception {
        shop.run(
                "server",
                () -> {
                    try (ServerSocket listening = shop.serverSocket(80);
                            Socket s = listening.accept()) {
                        s.getOutputStream().write(s.getInputStream().read());
                    }
                });
        try (Socket s = app.socket()) {
            s.connect(shop.at(80));
            s.getOutputStream().write(1);
            assertEquals(1, s.getInputStream().read());
            net.settle(); // the FIN has come, and nobody has looked
            s.getOutputStream().write(2);
            assertEquals(-1, s.getInputStream().read());
        }
    }
}
