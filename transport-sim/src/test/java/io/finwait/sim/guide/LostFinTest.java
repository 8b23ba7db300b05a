package io.finwait.sim.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.finwait.sim.junit.SimTest;
import io.finwait.sim.net.Act;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.PathFault;
import io.finwait.sim.net.Seg;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.Test;

import java.net.Socket;

@SimTest
class LostFinTest {
    @Test
    void aLostFinComesAgain(SimNet net, NetHost shop, NetHost app) throws Exception {
        GuidePrograms.sends(shop, 10, 1);
        PathFault fault = net.on(Seg.fin().from(shop).first(), Act.drop());
        try (Socket s = app.socketFactory().createSocket("shop", 80)) {
            assertEquals(10, s.getInputStream().readAllBytes().length);
        }
        assertEquals(1, fault.times());
    }
}
