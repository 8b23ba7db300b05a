package io.finwait.raw;

import io.finwait.driver.Driver;
import io.finwait.nio.socket.behaviour.SideBySide;
import io.finwait.nio.socket.behaviour.Stage;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * All programs of docs/socket-behaviour.md over TUN devices: client and server each behind one of
 * its own, the kernel as the router between them.
 */
class SocketBehaviourOverTunTest {

    private static final int LANES = 4;

    /** A network that programs use one after the other. */
    private static final class Lane {

        private final Driver client;
        private final Driver server;

        Lane(String namespace, int number) {
            client = driver(namespace, "fwc" + number, "10.83." + number + ".");
            server = driver(namespace, "fws" + number, "10.84." + number + ".");
        }

        private static Driver driver(String namespace, String device, String network) {
            return Driver.start(
                    EndpointConfig.at(network + "2").build(),
                    TunTransport.open(
                            TunOptions.named(device).address(network + "1/24").netns(namespace)));
        }

        private static String address(Driver of) {
            return of.config().addresses().getFirst().toString();
        }

        Stage stage() throws IOException {
            return Stage.over(client, address(client), server, address(server), () -> {});
        }

        void close() {
            CompletableFuture.allOf(client.shutdown(Duration.ZERO), server.shutdown(Duration.ZERO))
                    .join();
        }
    }

    private NetworkNamespace router;
    private final List<Lane> lanes = new ArrayList<>();
    private SideBySide sideBySide;

    @TestFactory
    Stream<DynamicTest> theSameComesOfThem() {
        router = Lab.namespace();
        router.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
        for (int i = 0; i < LANES; i++) {
            lanes.add(new Lane(router.name(), i));
        }
        sideBySide = new SideBySide(LANES, Map.of("TUN", lane -> lanes.get(lane).stage()));
        return sideBySide.tests();
    }

    @AfterEach
    void close() {
        if (sideBySide != null) {
            sideBySide.close();
        }
        lanes.forEach(Lane::close);
        if (router != null) {
            router.close();
        }
    }
}
