package io.finwait.nio.socket;

import io.finwait.driver.Driver;
import io.finwait.nio.UdpTransport;
import io.finwait.tcp.EndpointConfig;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Two TCPs of ours in real time, 10.0.0.1 and 10.0.0.2, joined by datagrams over the loopback. */
public final class TwoDrivers implements AutoCloseable {

    public static final String SERVER = "10.0.0.2";

    public final Driver client;
    public final Driver server;

    public TwoDrivers() {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        UdpTransport below = UdpTransport.withFirst(anyPort, 1400);
        server = Driver.start(EndpointConfig.at(SERVER).build(), below);
        client =
                Driver.start(
                        EndpointConfig.at("10.0.0.1").build(),
                        UdpTransport.between(anyPort, below.localAddress(), 1400));
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO).join();
        server.shutdown(Duration.ZERO).join();
    }
}
