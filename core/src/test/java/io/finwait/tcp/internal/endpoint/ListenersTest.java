package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Ports against a plain map, opened and closed in every order. */
class ListenersTest {

    private final TcpEndpoint endpoint = new Bench().endpoint;

    @Test
    void everyPortFindsItsListener() {
        long seed = 42;
        Random random = new Random(seed);
        Listeners listeners = new Listeners();
        Map<Integer, TcpListener> model = new LinkedHashMap<>();
        for (int i = 0; i < 100_000; i++) {
            int port = random.nextInt(10) == 0 ? edge(random) : 1 + random.nextInt(65_535);
            TcpListener open = model.get(port);
            assertThat(listeners.of(port)).as("seed %d, port %d", seed, port).isSameAs(open);
            if (open == null) {
                TcpListener opened = new TcpListener(endpoint, port, 1);
                listeners.add(opened);
                model.put(port, opened);
            } else {
                listeners.remove(open);
                model.remove(port);
            }
        }
        assertThat(listeners.snapshot()).containsExactlyElementsOf(model.values());
        for (int port = 0; port <= 65_535; port++) {
            assertThat(listeners.of(port)).isSameAs(model.get(port));
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
            all.put(port, new TcpListener(endpoint, port, 1));
            listeners.add(all.get(port));
        }
        for (TcpListener each : listeners.snapshot()) {
            listeners.remove(each);
        }
        assertThat(listeners.snapshot()).isEmpty();
        assertThat(Collections.max(all.keySet())).isEqualTo(300);
        assertThat(listeners.of(300)).isNull();
    }
}
