package io.finwait.sim.guide;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.finwait.sim.junit.SimTest;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.Test;

import java.net.Socket;

@SimTest(verify = false)
class CloseWaitLeakTest {
    @Test
    void aForgottenSocketIsNamed(SimNet net, NetHost shop, NetHost app) throws Exception {
        GuidePrograms.sends(shop, 10, 1);
        Socket forgotten = app.socketFactory().createSocket("shop", 80);
        forgotten.getInputStream().readAllBytes(); // to the end, and no close
        AssertionError leak = assertThrows(AssertionError.class, net::verify);
        assertTrue(leak.getMessage().contains("CLOSE_WAIT at app"));
    }
}
