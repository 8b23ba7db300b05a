package io.finwait.sim.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.finwait.sim.junit.SimTest;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.Socket;

@SimTest
class RetryAtResetTest {
    @Test
    void theSecondAttemptGetsAll(SimNet net, NetHost shop, NetHost app) throws Exception {
        GuidePrograms.sends(shop, 1_000, 2);
        net.connections(shop, 80).nth(1).afterSent(100).resets();
        assertEquals(1_000, downloadWithRetry(app));
        assertEquals(2, net.connections(shop, 80).accepted());
    }

    private static int downloadWithRetry(NetHost app) throws IOException {
        try {
            return download(app);
        } catch (IOException e) {
            assertEquals("Connection reset", e.getMessage());
            return download(app);
        }
    }

    private static int download(NetHost app) throws IOException {
        try (Socket s = app.socketFactory().createSocket("shop", 80)) {
            return s.getInputStream().readAllBytes().length;
        }
    }
}
