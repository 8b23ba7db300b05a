package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The keep-alive race: a server closes an idle connection while the client sends its next request
 * on it. Two POSTs, a second apart, with the close at every packet: what the client's user sees,
 * and how often the server has got an order.
 */
class KeepAliveRaceTest {

    /** A hundred where somebody asks for it. */
    private static final int RUNS = Integer.getInteger("finwait.keepalive.runs", 2);

    private static final byte[] REPLY =
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1".getBytes(StandardCharsets.US_ASCII);
    private static final int BODY = 100;

    /** Sends an order and gives the status code. */
    private interface Client extends AutoCloseable {
        int order() throws Exception;

        @Override
        void close() throws IOException;
    }

    private static Client okHttp(NetHost app, NetHost shop, boolean retries) {
        OkHttpClient client =
                new OkHttpClient.Builder()
                        .socketFactory(app.socketFactory())
                        .proxy(Proxy.NO_PROXY)
                        .retryOnConnectionFailure(retries)
                        .build();
        Request request =
                new Request.Builder()
                        .url(shop.http(80, "/").toString())
                        .post(RequestBody.create(new byte[BODY]))
                        .build();
        return new Client() {
            @Override
            public int order() throws IOException {
                try (Response response = client.newCall(request).execute()) {
                    response.body().bytes();
                    return response.code();
                }
            }

            @Override
            public void close() {
                client.connectionPool().evictAll();
                client.dispatcher().executorService().shutdown();
            }
        };
    }

    private static Client apache(NetHost app, NetHost shop) {
        DefaultHttpClientConnectionOperator operator =
                new DefaultHttpClientConnectionOperator(
                        proxy -> app.socketFactory().createSocket(),
                        null,
                        null,
                        RegistryBuilder.<TlsSocketStrategy>create().build());
        CloseableHttpClient client =
                HttpClientBuilder.create()
                        .setConnectionManager(
                                new PoolingHttpClientConnectionManager(
                                        operator,
                                        PoolConcurrencyPolicy.STRICT,
                                        PoolReusePolicy.LIFO,
                                        TimeValue.NEG_ONE_MILLISECOND,
                                        null))
                        .build();
        return new Client() {
            @Override
            public int order() throws IOException {
                HttpPost post = new HttpPost(shop.http(80, "/"));
                post.setEntity(new ByteArrayEntity(new byte[BODY], null));
                return client.execute(
                        post,
                        response -> {
                            EntityUtils.consume(response.getEntity());
                            return response.getCode();
                        });
            }

            @Override
            public void close() throws IOException {
                client.close();
            }
        };
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

    private interface Maker {
        Client make(NetHost app, NetHost shop);
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
    private static List<String> repeated(Maker maker, List<String> packets) throws Exception {
        List<String> first = column(maker, packets);
        for (int run = 1; run < RUNS; run++) {
            assertThat(column(maker, new ArrayList<>())).as("run %d", run).isEqualTo(first);
        }
        return first;
    }

    private static String table() throws Exception {
        List<String> packets = new ArrayList<>();
        List<String> okHttp = repeated((app, shop) -> okHttp(app, shop, true), packets);
        List<String> once = repeated((app, shop) -> okHttp(app, shop, false), new ArrayList<>());
        List<String> apache = repeated(KeepAliveRaceTest::apache, new ArrayList<>());
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < okHttp.size(); i++) {
            String packet = i == 0 ? "never" : i + ". " + packets.get(i - 1);
            rows.append("| ")
                    .append(packet.replaceAll("\\+\\d+", " with text"))
                    .append(" | ")
                    .append(String.join(" | ", okHttp.get(i), once.get(i), apache.get(i)))
                    .append(" |\n");
        }
        return rows.toString();
    }

    @Test
    void theTableInReadmeIsTrue() throws Exception {
        String table = table();
        if (Boolean.getBoolean("finwait.write.docs")) {
            System.out.println(table);
        }
        assertThat(Files.readString(Path.of("..", "README.md"))).contains(table);
    }
}
