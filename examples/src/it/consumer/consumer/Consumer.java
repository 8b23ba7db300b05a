package consumer;

import io.finwait.Finwait;
import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.nio.UdpTransport;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimParticipant;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Closes a connection over the simulation, and one over UDP. */
public final class Consumer {

    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");

    private Consumer() {}

    public static void main(String[] args) {
        System.out.println("Java " + Runtime.version().feature());
        System.out.println("module " + Finwait.class.getModule().getName());
        simulated();
        overUdp();
    }

    private static void simulated() {
        SimNetwork net = SimNetwork.seeded(7).links(LinkModel.perfect().delay(10_000_000));
        Endpoint client =
                Finwait.open(
                        EndpointConfig.at("10.0.0.1").seed(1).build(),
                        net.attach("client", IpAddress.parse("10.0.0.1")));
        Endpoint server =
                Finwait.open(
                        EndpointConfig.at("10.0.0.2").seed(2).build(),
                        net.attach("server", SERVER));
        net.add("client", SimParticipant.of(client::doWork, client::nextDeadlineNs));
        net.add("server", SimParticipant.of(server::doWork, server::nextDeadlineNs));
        Listener listener = server.listen(80, 16);
        Connection ours = client.connect(SERVER, 80);
        net.runFor(100_000_000);
        Connection theirs = listener.accept();
        ours.close();
        net.runFor(100_000_000);
        theirs.close();
        net.runFor(100_000_000);
        System.out.println(ours.closeReason().message());
    }

    private static void overUdp() {
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        UdpTransport there = UdpTransport.withFirst(any, UdpTransport.DEFAULT_MTU);
        UdpTransport here =
                UdpTransport.between(any, there.localAddress(), UdpTransport.DEFAULT_MTU);
        try (Driver server = Driver.start(EndpointConfig.at("10.0.0.2").build(), there);
                Driver client = Driver.start(EndpointConfig.at("10.0.0.1").build(), here)) {
            AsyncListener listener = server.listen(80, 16).join();
            CompletableFuture<AsyncConnection> accepted = listener.accept();
            AsyncConnection connection = client.connect(SERVER, 80).join();
            Duration patience = Duration.ofSeconds(10);
            connection.shutdownOutput().join(); // done when our FIN is acknowledged
            accepted.thenCompose(each -> each.closeGracefully(patience)).join();
            System.out.println(connection.closeGracefully(patience).join().message());
        }
    }
}
