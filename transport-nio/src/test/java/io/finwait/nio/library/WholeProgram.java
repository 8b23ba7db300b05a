package io.finwait.nio.library;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.sun.net.httpserver.HttpServer;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.util.Timeout;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Web servers and clients that know nothing of Finwait, in a JVM whose channels are all ours. Says
 * what comes of it, line by line.
 */
public final class WholeProgram {

    private static final int PATIENCE_S = 20;

    /** How long servers keep a connection without a request. */
    private static final int IDLE_MS = 400;

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final String HOST = LOOPBACK.getHostAddress();

    /** Something done, and what comes of it. */
    interface Step {
        Object run() throws Exception;
    }

    private final HttpClient jdk =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(seconds())
                    .build();

    private WholeProgram() {}

    public static void main(String[] arguments) throws Exception {
        WholeProgram program = new WholeProgram();
        program.channels();
        if (arguments.length > 0) {
            return;
        }
        program.jdk();
        program.jetty();
        program.tomcat();
        program.wireMock();
        program.apacheAsync();
        program.vertx();
        System.exit(0);
    }

    private static Duration seconds() {
        return Duration.ofSeconds(PATIENCE_S);
    }

    static void say(String what, Step step) {
        String outcome;
        try {
            outcome = String.valueOf(step.run());
        } catch (Exception e) {
            outcome = words(e);
        }
        // Vert.x says to whom.
        System.out.println(what + " " + outcome.strip().replaceAll(" while executing .*", ""));
    }

    static String words(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof UnsupportedOperationException)) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    private static URI uri(int port) {
        return URI.create("http://" + HOST + ":" + port + "/");
    }

    private String get(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(port)).timeout(seconds()).build();
        HttpResponse<String> answer = jdk.send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    // The channels themselves.

    private void channels() {
        say(
                "channels",
                () -> {
                    try (SocketChannel ours = SocketChannel.open()) {
                        return ours.getClass().getSimpleName();
                    }
                });
        say("by-name", WholeProgram::byName);
        say(
                "kernels",
                () -> {
                    Pipe pipe = Pipe.open();
                    try (DatagramChannel datagrams = DatagramChannel.open();
                            Pipe.SinkChannel sink = pipe.sink();
                            Pipe.SourceChannel source = pipe.source()) {
                        datagrams.bind(new InetSocketAddress(LOOPBACK, 0));
                        sink.write(ByteBuffer.wrap("x".getBytes(US_ASCII)));
                        return source.read(ByteBuffer.allocate(9));
                    }
                });
    }

    /** Answers each connection by a reset, as soon as something has come. */
    private static ServerSocketChannel rude() throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(LOOPBACK, 0));
        Thread rude =
                new Thread(
                        () -> {
                            try {
                                while (true) {
                                    SocketChannel channel = listening.accept();
                                    channel.read(ByteBuffer.allocate(1000));
                                    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                                    channel.close();
                                }
                            } catch (IOException e) {
                                // The program is over.
                            }
                        });
        rude.setDaemon(true);
        rude.start();
        return listening;
    }

    /** Listens, and answers nothing. */
    private static ServerSocketChannel silent() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(LOOPBACK, 0));
    }

    /** Answers the first request of each connection, and closes when a second one comes. */
    private static ServerSocketChannel impatient() throws IOException {
        ServerSocketChannel listening = silent();
        Thread impatient =
                new Thread(
                        () -> {
                            try {
                                while (true) {
                                    answerOnce(listening.accept());
                                }
                            } catch (IOException e) {
                                // The program is over.
                            }
                        });
        impatient.setDaemon(true);
        impatient.start();
        return listening;
    }

    private static void answerOnce(SocketChannel accepted) throws IOException {
        try (accepted) {
            accepted.read(ByteBuffer.allocate(1000));
            String answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            accepted.write(ByteBuffer.wrap(answer.getBytes(US_ASCII)));
            accepted.read(ByteBuffer.allocate(1000));
        }
    }

    private static String byName() throws IOException {
        try (ServerSocketChannel listening = silent();
                SocketChannel channel =
                        SocketChannel.open(new InetSocketAddress("localhost", port(listening)))) {
            InetSocketAddress there = (InetSocketAddress) channel.getRemoteAddress();
            return there.getHostString() + " " + there.getAddress().isLoopbackAddress();
        }
    }

    private static int port(ServerSocketChannel listening) {
        return listening.socket().getLocalPort();
    }

    // The JDK's.

    private void jdk() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    byte[] answer = "hello".getBytes(US_ASCII);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        int port = server.getAddress().getPort();
        say("jdk-get", () -> get(port) + ", " + get(port));
        say("jdk-half-close", () -> new BadClient(port).halfClosing());
        say(
                "jdk-abort-and-reset",
                () -> new BadClient(port).resetting().abortedByAnotherThread() + ", " + get(port));
        say(
                "jdk-kernel-knows-nothing",
                () -> {
                    try (Socket kernels = new Socket(LOOPBACK, port)) {
                        return kernels;
                    }
                });
        try (ServerSocketChannel rude = rude();
                ServerSocketChannel silent = silent()) {
            say("jdk-reset", () -> get(port(rude)));
            HttpRequest hasty =
                    HttpRequest.newBuilder(uri(port(silent)))
                            .timeout(Duration.ofMillis(100))
                            .build();
            say("jdk-timeout", () -> jdk.send(hasty, HttpResponse.BodyHandlers.ofString()));
            HttpRequest patient = HttpRequest.newBuilder(uri(port(silent))).build();
            CompletableFuture<HttpResponse<String>> sent =
                    jdk.sendAsync(patient, HttpResponse.BodyHandlers.ofString());
            say(
                    "jdk-abort",
                    () -> {
                        try (SocketChannel accepted = silent.accept()) {
                            accepted.read(ByteBuffer.allocate(1000));
                            sent.cancel(true);
                            while (accepted.read(ByteBuffer.allocate(1000)) > 0) {
                                // The rest of the request.
                            }
                            return "the server sees the end";
                        }
                    });
        }
        server.stop(0);
        say("jdk-refused", () -> refusal(port));
    }

    /** The JDK's client says why it was refused, or not, as its threads happen to run. */
    private Object refusal(int port) throws Exception {
        try {
            return get(port);
        } catch (ConnectException e) {
            return "ConnectException";
        }
    }

    // Servers.

    /**
     * A server loads its classes for the first request, which on a busy machine takes longer than
     * it keeps a connection.
     */
    private void warmUp(int port) throws Exception {
        for (int i = 1; ; i++) {
            try {
                get(port);
                return;
            } catch (IOException e) {
                if (i == 10) {
                    throw e;
                }
            }
        }
    }

    private void badClients(String server, int port) {
        BadClient client = new BadClient(port);
        say(server + "-half-close", client::halfClosing);
        say(server + "-idle", client::idle);
        say(
                server + "-abort-and-reset",
                () -> client.resetting().abortedByAnotherThread() + ", " + get(port));
    }

    private void jetty() throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(HOST);
        connector.setIdleTimeout(IDLE_MS);
        server.addConnector(connector);
        server.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        Content.Sink.write(response, true, "jetty", callback);
                        return true;
                    }
                });
        server.start();
        warmUp(connector.getLocalPort());
        say(
                "jetty-get",
                () -> get(connector.getLocalPort()) + ", " + get(connector.getLocalPort()));
        badClients("jetty", connector.getLocalPort());
        server.stop();
    }

    private void tomcat() throws Exception {
        Path base = Files.createTempDirectory("tomcat");
        base.toFile().deleteOnExit();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.setHostname(HOST);
        tomcat.setPort(0);
        Context context = tomcat.addContext("", base.toString());
        Tomcat.addServlet(context, "answer", new Answer()).addMapping("/");
        tomcat.getConnector().setProperty("address", HOST);
        tomcat.getConnector().setProperty("keepAliveTimeout", String.valueOf(IDLE_MS));
        tomcat.start();
        int port = tomcat.getConnector().getLocalPort();
        warmUp(port);
        say("tomcat-get", () -> get(port) + ", " + get(port));
        badClients("tomcat", port);
        tomcat.stop();
        tomcat.destroy();
    }

    /** What the servlet does. */
    private static final class Answer extends HttpServlet {

        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            response.getWriter().write("tomcat");
        }
    }

    private void wireMock() throws Exception {
        WireMockServer server =
                new WireMockServer(
                        WireMockConfiguration.options()
                                .bindAddress(HOST)
                                .dynamicPort()
                                .jettyIdleTimeout((long) IDLE_MS));
        server.start();
        server.stubFor(WireMock.get("/").willReturn(WireMock.ok("wiremock")));
        warmUp(server.port());
        say("wiremock-get", () -> get(server.port()));
        badClients("wiremock", server.port());
        for (Fault fault : Fault.values()) {
            server.stubFor(WireMock.get("/").willReturn(WireMock.aResponse().withFault(fault)));
            say("wiremock-" + fault, () -> get(server.port()));
        }
        server.stop();
    }

    // Clients.

    private void apacheAsync() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        try (CloseableHttpAsyncClient client =
                        HttpAsyncClients.custom()
                                .disableAutomaticRetries()
                                .setConnectionManager(oneConnectionToEachServer())
                                .build();
                ServerSocketChannel rude = rude();
                ServerSocketChannel silent = silent()) {
            client.start();
            int port = server.getAddress().getPort();
            say(
                    "apache-get",
                    () ->
                            apache(client, port, PATIENCE_S * 1000)
                                    + apache(client, port, PATIENCE_S * 1000));
            apacheKeepAliveRace(client);
            say("apache-reset", () -> apache(client, port(rude), PATIENCE_S * 1000));
            say("apache-timeout", () -> apache(client, port(silent), 100));
            say(
                    "apache-abort",
                    () -> {
                        Future<SimpleHttpResponse> never =
                                client.execute(request(port(silent), PATIENCE_S * 1000), null);
                        silent.accept().close(); // The one that has timed out.
                        try (SocketChannel accepted = silent.accept()) {
                            accepted.read(ByteBuffer.allocate(1000));
                            never.cancel(true);
                            return accepted.read(ByteBuffer.allocate(1000));
                        }
                    });
        }
        server.stop(0);
    }

    /** The server closes the kept connection when the next request is on its way. */
    private static void apacheKeepAliveRace(CloseableHttpAsyncClient client) throws IOException {
        try (ServerSocketChannel impatient = impatient()) {
            int port = port(impatient);
            say("apache-kept", () -> apache(client, port, PATIENCE_S * 1000));
            say("apache-race", () -> apache(client, port, PATIENCE_S * 1000));
        }
    }

    /** Otherwise a request may be sent on a new one, before the kept one is back in the pool. */
    private static PoolingAsyncClientConnectionManager oneConnectionToEachServer() {
        return PoolingAsyncClientConnectionManagerBuilder.create().setMaxConnPerRoute(1).build();
    }

    private static SimpleHttpRequest request(int port, int timeoutMs) {
        return SimpleRequestBuilder.get(uri(port))
                .setRequestConfig(
                        RequestConfig.custom()
                                .setResponseTimeout(Timeout.ofMilliseconds(timeoutMs))
                                .build())
                .build();
    }

    private static String apache(CloseableHttpAsyncClient client, int port, int timeoutMs)
            throws Exception {
        return client.execute(request(port, timeoutMs), null)
                        .get(PATIENCE_S, TimeUnit.SECONDS)
                        .getCode()
                + "";
    }

    private void vertx() throws Exception {
        Vertx vertx = Vertx.vertx();
        CompletableFuture<Integer> port = new CompletableFuture<>();
        HttpServerOptions options =
                new HttpServerOptions()
                        .setIdleTimeout(IDLE_MS)
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        vertx.createHttpServer(options)
                .requestHandler(request -> request.response().end("vertx"))
                .listen(0, HOST)
                .onSuccess(server -> port.complete(server.actualPort()))
                .onFailure(port::completeExceptionally);
        int at = port.get(PATIENCE_S, TimeUnit.SECONDS);
        warmUp(at);
        say("vertx-get", () -> get(at));
        badClients("vertx", at);
        say("vertx-client", () -> vertxGet(vertx, at));
        try (ServerSocketChannel rude = rude();
                ServerSocketChannel silent = silent()) {
            say("vertx-reset", () -> vertxGet(vertx, port(rude)));
            say("vertx-timeout", () -> vertxGet(vertx, port(silent)));
            silent.accept().close(); // The one that has timed out.
            say("vertx-abort", () -> vertxAbort(vertx, silent));
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    }

    /** A thread of ours closes the connection on which Vert.x waits for an answer. */
    private static String vertxAbort(Vertx vertx, ServerSocketChannel silent) throws Exception {
        CompletableFuture<HttpClientRequest> sent = new CompletableFuture<>();
        CompletableFuture<?> answer =
                vertx.createHttpClient()
                        .request(HttpMethod.GET, port(silent), HOST, "/")
                        .compose(
                                request -> {
                                    var answered = request.send();
                                    sent.complete(request);
                                    return answered;
                                })
                        .toCompletionStage()
                        .toCompletableFuture();
        try (SocketChannel accepted = silent.accept()) {
            accepted.read(ByteBuffer.allocate(1000));
            var closed = sent.get(PATIENCE_S, TimeUnit.SECONDS).connection().close();
            int read = accepted.read(ByteBuffer.allocate(1000));
            closed.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
            try {
                return "answered " + answer.get(PATIENCE_S, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                return "the server reads " + read + ", " + words(e);
            }
        }
    }

    private static String vertxGet(Vertx vertx, int port) throws Exception {
        CompletableFuture<Buffer> body =
                vertx.createHttpClient()
                        .request(
                                new io.vertx.core.http.RequestOptions()
                                        .setHost(HOST)
                                        .setPort(port)
                                        .setIdleTimeout(300))
                        .compose(request -> request.send())
                        .compose(response -> response.body())
                        .toCompletionStage()
                        .toCompletableFuture();
        return body.get(PATIENCE_S, TimeUnit.SECONDS).toString();
    }
}
