package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.Finwait;
import io.finwait.spi.LoopbackTransport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Ports against a plain map, opened and closed in every order. */
class ListenersTest {

    private static final IpAddress ONE = IpAddress.parse("10.0.0.1");
    private static final IpAddress OTHER = IpAddress.parse("10.0.0.2");
    private static final IpAddress THIRD = IpAddress.parse("10.0.0.3");

    private final TcpEndpoint endpoint = new Bench().endpoint;

    private static TcpListener find(Listeners listeners, int port) {
        return find(listeners, ONE, port);
    }

    private static TcpListener find(Listeners listeners, IpAddress address, int port) {
        return listeners.of(port, address.high(), address.low());
    }

    @Test
    void everyPortFindsItsListener() {
        long seed = 42;
        Random random = new Random(seed);
        Listeners listeners = new Listeners();
        Map<Integer, TcpListener> model = new LinkedHashMap<>();
        for (int i = 0; i < 100_000; i++) {
            int port = random.nextInt(10) == 0 ? edge(random) : 1 + random.nextInt(65_535);
            TcpListener open = model.get(port);
            assertThat(find(listeners, port)).as("seed %d, port %d", seed, port).isSameAs(open);
            if (open == null) {
                TcpListener opened = new TcpListener(endpoint, null, port, 1);
                listeners.add(opened);
                model.put(port, opened);
            } else {
                listeners.remove(open);
                model.remove(port);
            }
        }
        assertThat(listeners.snapshot()).containsExactlyElementsOf(model.values());
        for (int port = 0; port <= 65_535; port++) {
            assertThat(find(listeners, port)).isSameAs(model.get(port));
        }
    }

    private static int edge(Random random) {
        return List.of(1, 255, 256, 257, 65_279, 65_280, 65_535).get(random.nextInt(7));
    }

    @Test
    void aSnapshotStaysWhileListenersGo() {
        Listeners listeners = new Listeners();
        Map<Integer, TcpListener> all = new HashMap<>();
        for (int port = 1; port <= 300; port++) {
            all.put(port, new TcpListener(endpoint, null, port, 1));
            listeners.add(all.get(port));
        }
        for (TcpListener each : listeners.snapshot()) {
            listeners.remove(each);
        }
        assertThat(listeners.snapshot()).isEmpty();
        assertThat(Collections.max(all.keySet())).isEqualTo(300);
        assertThat(find(listeners, 300)).isNull();
    }

    private static TcpEndpoint ofThreeAddresses() {
        EndpointConfig config =
                EndpointConfig.at("10.0.0.1").address("10.0.0.2").address("10.0.0.3").build();
        return (TcpEndpoint) Finwait.open(config, new LoopbackTransport());
    }

    /** Closed from the middle, the end and the beginning of the port's chain. */
    @Test
    void eachAddressOfAPortHasAListenerOfItsOwn() {
        List<IpAddress> addresses = List.of(ONE, OTHER, THIRD);
        for (int closedFirst = 0; closedFirst < 3; closedFirst++) {
            TcpEndpoint host = ofThreeAddresses();
            Map<IpAddress, TcpListener> open = new HashMap<>();
            for (IpAddress each : addresses) {
                open.put(each, (TcpListener) host.listen(each, 80, 1));
            }
            for (int i = 0; i < 3; i++) {
                addresses.forEach(
                        each ->
                                assertThat(find(host.listeners, each, 80))
                                        .isSameAs(open.get(each)));
                open.remove(addresses.get((closedFirst + i) % 3)).close();
            }
            assertThat(find(host.listeners, 80)).isNull();
            assertThat(host.listeners.snapshot()).isEmpty();
        }
    }

    @Test
    void noAddressOfAPortHasTwoListeners() {
        TcpEndpoint host = ofThreeAddresses();
        Listener one = host.listen(ONE, 80, 1);
        Listener other = host.listen(OTHER, 80, 1);
        isRefused(() -> host.listen(ONE, 80, 1));
        isRefused(() -> host.listen(80, 1));
        assertThat(one.address()).isEqualTo(ONE);
        other.close();
        isRefused(() -> host.listen(80, 1));
        one.close();
        Listener all = host.listen(80, 1);
        assertThat(find(host.listeners, THIRD, 80)).isSameAs(all);
        isRefused(() -> host.listen(OTHER, 80, 1));
        assertThatThrownBy(() -> host.listen(IpAddress.parse("10.0.0.9"), 81, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none of the endpoint's addresses");
        assertThat(find(host.listeners, 81)).isNull();
    }

    private static void isRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("port 80 is already listening; close it first");
    }
}
