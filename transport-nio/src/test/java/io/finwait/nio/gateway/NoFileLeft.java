package io.finwait.nio.gateway;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.nio.UdpTransport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * Connects through a gateway until the process can't open files any more, then closes all and
 * connects again; a program, because a process has one limit.
 */
final class NoFileLeft {

    private NoFileLeft() {}

    /** Prints what the client sees. */
    public static void main(String[] args) throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        UdpTransport unheard = UdpTransport.withFirst(anyPort, 1400);
        UdpTransport below = UdpTransport.withFirst(anyPort, 1400);
        Policy routes = Policy.standard().map(GatewayLab.HOST, 0, anyPort);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(anyPort, 1_000);
                Driver closed = Driver.start(EndpointConfig.at("10.0.2.2").build(), unheard);
                Driver stranger = client(unheard);
                Gateway gateway = Gateway.over(below).router(routes).open();
                Driver driver = client(below)) {
            // What a client of ours needs for being refused is loaded so.
            System.out.println("without a gateway " + called(stranger, 9));
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            List<AsyncConnection> open = new ArrayList<>();
            // And what an end needs.
            System.out.println("at first " + called(driver, port, open));
            open.remove(0).abort().join();
            awaitNone(gateway);
            String said = "open";
            while (said.equals("open")) {
                said = called(driver, port, open);
            }
            System.out.println("in the end " + said + " " + closed.config().addresses().size());
            for (AsyncConnection each : open) {
                each.abort().join();
            }
            awaitNone(gateway);
            System.out.println("then " + called(driver, port));
        }
    }

    private static void awaitNone(Gateway gateway) {
        while (gateway.statistics().open() > 0) {
            Thread.onSpinWait();
        }
    }

    private static Driver client(UdpTransport far) throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return Driver.start(
                EndpointConfig.at("10.0.2.15").build(),
                UdpTransport.between(anyPort, far.localAddress(), 1400));
    }

    private static String called(Driver driver, int port) {
        return called(driver, port, new ArrayList<>());
    }

    private static String called(Driver driver, int port, List<AsyncConnection> open) {
        try {
            open.add(driver.connect(IpAddress.parse("10.0.2.2"), port).join());
            return "open";
        } catch (CompletionException e) {
            return e.getCause().getClass().getSimpleName();
        }
    }
}
