package io.finwait.sim.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.finwait.sim.junit.SimTest;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.Test;

import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

@SimTest
class ConnectTimeoutTest {
    @Test
    void connectGivesUpAfterTenSeconds(SimNet net, NetHost shop, NetHost app) throws Exception {
        shop.ignoreSyn(80);
        try (Socket s = app.socket()) {
            assertThrows(SocketTimeoutException.class, () -> s.connect(shop.at(80), 10_000));
        }
        assertEquals(Duration.ofSeconds(10), net.clock().elapsed());
    }
}
