package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The keep-alive race: a server closes an idle connection while the client sends its next request
 * on it. Two POSTs, a second apart, with the close at every packet: what the client's user sees,
 * and how often the server has got an order.
 */
final class KeepAliveRace {

    static final int BODY = 100;

    private static final byte[] REPLY =
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1".getBytes(US_ASCII);

    private KeepAliveRace() {}

    /** Sends an order and gives the status code. */
    interface Client extends AutoCloseable {
        int order() throws Exception;

        @Override
        void close() throws IOException;
    }

    /** A server that counts orders, and keeps connections until it is told to close. */
    private static void serve(NetHost shop, AtomicInteger orders) {
        shop.run(
                "server",
                () -> {
                    ServerSocket listening = shop.serverSocket(80);
                    while (true) {
                        Socket s = listening.accept();
                        shop.run("connection", () -> answer(s, orders));
                    }
                });
    }

    private static void answer(Socket accepted, AtomicInteger orders) throws IOException {
        try (Socket s = accepted) {
            while (readOrder(s.getInputStream())) {
                orders.incrementAndGet();
                s.getOutputStream().write(REPLY);
            }
        } catch (IOException e) {
            // The client has gone, or this end was closed.
        }
    }

    private static boolean readOrder(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return false;
            }
            head.append((char) octet);
        }
        return in.readNBytes(BODY).length == BODY;
    }

    interface Maker {
        Client make(NetHost app, NetHost shop) throws Exception;
    }

    /** One run: "200, 200 (2)": what each request got, and how many orders the server has read. */
    private static String race(Maker maker, FaultPoint point, List<String> packets)
            throws Exception {
        try (SimNet net = SimNet.create(1)) {
            NetHost app = net.host("app");
            NetHost shop = net.host("shop");
            AtomicInteger orders = new AtomicInteger();
            serve(shop, orders);
            if (point != null) {
                point.arm(net);
            }
            List<String> seen = new ArrayList<>();
            try (Client client = maker.make(app, shop)) {
                for (int i = 0; i < 2; i++) {
                    seen.add(order(client));
                    net.clock().sleep(Duration.ofSeconds(1));
                }
                packets.addAll(net.packets());
            }
            return String.join(", ", seen) + " (" + orders + ")";
        }
    }

    private static String order(Client client) {
        try {
            return String.valueOf(client.order());
        } catch (Exception e) {
            String text = e.getMessage() == null ? "" : ": " + e.getMessage();
            return e.getClass().getSimpleName() + text.replaceAll(" on http.*|10.0.0.2:80 ", "");
        }
    }

    /** A cell for each packet, the first for no close at all. */
    private static List<String> column(Maker maker, List<String> packets) throws Exception {
        List<String> cells = new ArrayList<>();
        cells.add(race(maker, null, packets));
        for (FaultPoint point : FaultPoint.every(List.of(Fault.PEER_CLOSES), packets.size())) {
            cells.add(race(maker, point, new ArrayList<>()));
        }
        return cells;
    }

    /** The same client as often as asked for; each time the same column. */
    static List<String> repeated(Maker maker, List<String> packets, int runs) throws Exception {
        List<String> first = column(maker, packets);
        for (int run = 1; run < runs; run++) {
            List<String> again = new ArrayList<>();
            List<String> column = column(maker, again);
            assertThat(again).as("packets of run %d", run).isEqualTo(packets);
            assertThat(column).as("run %d", run).isEqualTo(first);
        }
        return first;
    }
}
