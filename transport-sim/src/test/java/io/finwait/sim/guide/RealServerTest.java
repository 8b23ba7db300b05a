package io.finwait.sim.guide;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.finwait.sim.junit.SimTest;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;
import io.finwait.sim.net.Time;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

@SimTest(time = Time.REAL)
class RealServerTest {
    @Test
    void aDatabaseThatFallsSilent(SimNet net, NetHost app) throws Exception {
        try (ServerSocket real = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            NetHost db = net.forward("db", 5432, (InetSocketAddress) real.getLocalSocketAddress());
            try (Socket s = app.socket()) {
                s.connect(db.at(5432));
                real.accept();
                net.link(app, db).cut();
                s.setSoTimeout(200);
                assertThrows(SocketTimeoutException.class, () -> s.getInputStream().read());
            }
        }
    }
}
