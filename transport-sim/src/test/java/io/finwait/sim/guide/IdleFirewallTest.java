package io.finwait.sim.guide;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.finwait.sim.junit.SimTest;
import io.finwait.sim.net.Act;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.Test;

import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

@SimTest(verify = false)
class IdleFirewallTest {
    @Test
    void silenceAfterSixMinutes(SimNet net, NetHost shop, NetHost app) throws Exception {
        GuidePrograms.echoes(shop);
        net.link(app, shop).forgetIdleAfter(Duration.ofMinutes(5), Act.drop());
        try (Socket s = app.socketFactory().createSocket("shop", 80)) {
            net.clock().sleep(Duration.ofMinutes(6));
            s.getOutputStream().write(1);
            s.setSoTimeout(10_000);
            assertThrows(SocketTimeoutException.class, () -> s.getInputStream().read());
        }
    }
}
