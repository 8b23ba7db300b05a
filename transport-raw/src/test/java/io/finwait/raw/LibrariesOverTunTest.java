package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpServer;

import io.finwait.driver.Driver;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.tcp.EndpointConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Unmodified libraries on our TCP at one end of a TUN device, the kernel's TCP at the other. */
@Timeout(120)
class LibrariesOverTunTest {

    private static final String KERNELS = "10.81.0.1";
    private static final String OURS = "10.81.0.2";
    private static final int PATIENCE_S = 20;

    private NetworkNamespace kernel;
    private Driver driver;

    @BeforeEach
    void open() {
        kernel = Lab.namespace();
        driver =
                Driver.start(
                        EndpointConfig.at(OURS).build(),
                        TunTransport.open(
                                TunOptions.named("fwl0")
                                        .address(KERNELS + "/24")
                                        .netns(kernel.name())));
    }

    @AfterEach
    void close() {
        if (driver != null) {
            driver.shutdown(Duration.ZERO).join();
        }
        if (kernel != null) {
            kernel.close();
        }
    }

    // OkHttp on ours, a server of the kernel's.

    private OkHttpClient okHttp() {
        return new OkHttpClient.Builder()
                .socketFactory(new DriverSocketFactory(driver))
                .proxy(Proxy.NO_PROXY)
                .retryOnConnectionFailure(false)
                .build();
    }

    private static Call call(OkHttpClient client, int port) {
        return client.newCall(
                new Request.Builder().url("http://" + KERNELS + ":" + port + "/").build());
    }

    private static String get(OkHttpClient client, int port) throws IOException {
        try (Response response = call(client, port).execute()) {
            return response.body().string();
        }
    }

    private HttpServer kernelsServer(AtomicInteger clients) throws Exception {
        HttpServer server =
                kernel.call(() -> HttpServer.create(new InetSocketAddress(KERNELS, 0), 0));
        server.createContext(
                "/",
                exchange -> {
                    clients.set(exchange.getRemoteAddress().getPort());
                    byte[] answer = "hello".getBytes(US_ASCII);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        return server;
    }

    @Test
    void okHttpAsksAServerOfTheKernelTwiceOnOneConnection() throws Exception {
        AtomicInteger client = new AtomicInteger();
        HttpServer server = kernelsServer(client);
        OkHttpClient okHttp = okHttp();
        assertThat(get(okHttp, server.getAddress().getPort())).isEqualTo("hello");
        int first = client.get();
        assertThat(get(okHttp, server.getAddress().getPort())).isEqualTo("hello");
        assertThat(client).hasValue(first);
        okHttp.connectionPool().evictAll();
        server.stop(0);
    }

    private ServerSocket listen() throws Exception {
        return kernel.call(() -> new ServerSocket(0, 5, InetAddress.getByName(KERNELS)));
    }

    private static CompletableFuture<IOException> failure(Call call) {
        CompletableFuture<IOException> failure = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try (Response response = call.execute()) {
                                failure.complete(new IOException("answered " + response.code()));
                            } catch (IOException e) {
                                failure.complete(e);
                            }
                        });
        return failure;
    }

    @Test
    void aServerOfTheKernelThatResetsIsConnectionReset() throws Exception {
        try (ServerSocket listening = listen()) {
            CompletableFuture<IOException> failure =
                    failure(call(okHttp(), listening.getLocalPort()));
            try (Socket accepted = listening.accept()) {
                accepted.getInputStream().read(new byte[1000]);
                accepted.setSoLinger(true, 0);
            }
            assertThat(failure.get(PATIENCE_S, TimeUnit.SECONDS))
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Connection reset");
        }
    }

    @Test
    void aSilentServerOfTheKernelTimesOut() throws Exception {
        try (ServerSocket listening = listen()) {
            OkHttpClient hasty = okHttp().newBuilder().readTimeout(Duration.ofMillis(100)).build();
            assertThatThrownBy(() -> get(hasty, listening.getLocalPort()))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aCallThatIsCancelledByAnotherThreadEndsAndTheKernelSeesIt() throws Exception {
        try (ServerSocket listening = listen()) {
            Call call = call(okHttp(), listening.getLocalPort());
            CompletableFuture<IOException> failure = failure(call);
            try (Socket accepted = listening.accept()) {
                accepted.getInputStream().read(new byte[1000]);
                call.cancel();
                assertThat(failure.get(PATIENCE_S, TimeUnit.SECONDS))
                        .hasStackTraceContaining("Socket closed");
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void nobodyListeningAtTheKernelIsRefused() throws Exception {
        int port;
        try (ServerSocket listening = listen()) {
            port = listening.getLocalPort();
        }
        assertThatThrownBy(() -> get(okHttp(), port)).hasStackTraceContaining("Connection refused");
    }

    // curl on the kernel's, Netty on ours.

    /** Says which connection was asked. */
    private static final class Answers extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            String peer = context.channel().remoteAddress().toString();
            FullHttpResponse response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.OK,
                            Unpooled.copiedBuffer(peer + "\n", US_ASCII));
            HttpUtil.setContentLength(response, response.content().readableBytes());
            if (request.uri().equals("/reset")) {
                context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                var _ = context.close();
            } else {
                var _ = context.writeAndFlush(response);
            }
        }
    }

    private Channel netty(EventLoopGroup loops, DriverSelectorProvider provider) {
        return new ServerBootstrap()
                .group(loops)
                .channelFactory(() -> new NioServerSocketChannel(provider))
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                new HttpServerCodec(),
                                                new HttpObjectAggregator(1000),
                                                new Answers());
                            }
                        })
                .bind(OURS, 80)
                .syncUninterruptibly()
                .channel();
    }

    @Test
    void curlAsksNettyOnOurs() throws Exception {
        assumeTrue(Lab.runs("curl", "--version"), "curl is not here: skipped");
        DriverSelectorProvider provider = new DriverSelectorProvider(driver);
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory(provider));
        try {
            netty(loops, provider);
            String url = "http://" + OURS + "/";
            String[] said = kernel.exec("curl", "-sS", "-m", "20", url, url).split("\n", 0);
            assertThat(said).hasSize(2);
            assertThat(said[0]).as("the second on the same connection").isEqualTo(said[1]);
            assertThat(said[0]).contains(KERNELS);
            String failed =
                    kernel.exec("sh", "-c", "curl -sS -m 20 " + url + "reset 2>&1; echo $?");
            assertThat(failed).contains("reset by peer").endsWith("\n56\n");
        } finally {
            loops.shutdownGracefully(0, PATIENCE_S, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
