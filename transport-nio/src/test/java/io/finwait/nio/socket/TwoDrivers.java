package io.finwait.nio.socket;

import io.finwait.driver.Driver;
import io.finwait.nio.UdpTransport;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;
import io.finwait.sim.net.Threads;
import io.finwait.sim.net.Time;
import io.finwait.tcp.EndpointConfig;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Two TCPs of ours in real time, 10.0.0.1 and 10.0.0.2. */
public final class TwoDrivers implements AutoCloseable {

    public static final String CLIENT = "10.0.0.1";
    public static final String SERVER = "10.0.0.2";

    public final Driver client;
    public final Driver server;
    private final Runnable whenClosed;

    /** What joins them. */
    public enum Link {
        /** Datagrams over the loopback, {@code udp:}. */
        DATAGRAMS {
            @Override
            public TwoDrivers open() {
                return new TwoDrivers();
            }
        },
        /** A link of a simulated network, in real time. */
        SIMULATED {
            @Override
            public TwoDrivers open() {
                SimNet net = SimNet.create(1, Threads.FREE, Time.REAL);
                NetHost client = net.host("client");
                NetHost server = net.host("server");
                assert client.address().getHostAddress().equals(CLIENT);
                assert server.address().getHostAddress().equals(SERVER);
                return new TwoDrivers(client.driver(), server.driver(), net::close);
            }
        };

        /** Starts both. */
        public abstract TwoDrivers open();
    }

    private TwoDrivers(Driver client, Driver server, Runnable whenClosed) {
        this.client = client;
        this.server = server;
        this.whenClosed = whenClosed;
    }

    /** Joined by datagrams. */
    public TwoDrivers() {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        UdpTransport below = UdpTransport.withFirst(anyPort, 1400);
        server = Driver.start(EndpointConfig.at(SERVER).build(), below);
        client =
                Driver.start(
                        EndpointConfig.at(CLIENT).build(),
                        UdpTransport.between(anyPort, below.localAddress(), 1400));
        whenClosed = this::shutDown;
    }

    private void shutDown() {
        client.shutdown(Duration.ZERO).join();
        server.shutdown(Duration.ZERO).join();
    }

    @Override
    public void close() {
        whenClosed.run();
    }
}
