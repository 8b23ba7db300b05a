package io.finwait.sim.guide;

import io.finwait.sim.junit.FaultAtEveryPacket;
import io.finwait.sim.net.Fault;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;

import java.io.IOException;
import java.net.Socket;

class EveryPacketTest {
    @FaultAtEveryPacket({Fault.LOST, Fault.RESET, Fault.PEER_CLOSES})
    void aDownloadIsWholeOrFails(SimNet net, NetHost shop, NetHost app) {
        GuidePrograms.sends(shop, 3_000, 1);
        int octets = 0;
        try (Socket s = app.socketFactory().createSocket("shop", 80)) {
            octets = s.getInputStream().readAllBytes().length;
            net.saw(octets + " octets");
        } catch (IOException e) {
            net.saw(e.getMessage());
        }
        net.connections(shop, 80).nth(1).now().closes();
        shop.kill();
    }
}
