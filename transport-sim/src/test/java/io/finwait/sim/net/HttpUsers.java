package io.finwait.sim.net;

import io.finwait.sim.net.KeepAliveRace.Client;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.pool.AbstractChannelPoolHandler;
import io.netty.channel.pool.SimpleChannelPool;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;

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

import java.io.IOException;
import java.net.Proxy;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** HTTP clients as people use them, on the sockets or channels of a host. */
final class HttpUsers {

    private static final int PATIENCE_S = 20;

    private HttpUsers() {}

    static Client okHttp(NetHost app, NetHost shop, boolean retries) {
        OkHttpClient client =
                new OkHttpClient.Builder()
                        .socketFactory(app.socketFactory())
                        .proxy(Proxy.NO_PROXY)
                        .retryOnConnectionFailure(retries)
                        .build();
        Request request =
                new Request.Builder()
                        .url(shop.http(80, "/").toString())
                        .post(RequestBody.create(new byte[KeepAliveRace.BODY]))
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

    static Client apache(NetHost app, NetHost shop) {
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
                post.setEntity(new ByteArrayEntity(new byte[KeepAliveRace.BODY], null));
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

    /** The JDK's, whose channels are ours because all of the JVM's are. */
    static Client jdk(NetHost app, NetHost shop) {
        app.takesAllChannels();
        HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .build();
        HttpRequest post =
                HttpRequest.newBuilder(shop.http(80, "/"))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[KeepAliveRace.BODY]))
                        .build();
        return new Client() {
            @Override
            public int order() throws Exception {
                return client.send(post, HttpResponse.BodyHandlers.ofByteArray()).statusCode();
            }

            @Override
            public void close() throws IOException {
                // From JDK 21 on.
                if ((Object) client instanceof AutoCloseable closeable) {
                    try {
                        closeable.close();
                    } catch (Exception e) {
                        throw new IOException(e);
                    }
                }
            }
        };
    }

    /** Netty with its pool and its HTTP codec: a connection that has ended is given out no more. */
    static Client netty(NetHost app, NetHost shop) {
        SelectorProvider provider = app.selectorProvider();
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory(provider));
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(() -> new NioSocketChannel(provider))
                        .remoteAddress(shop.at(80));
        SimpleChannelPool pool = new SimpleChannelPool(bootstrap, new WithHttp());
        return new Client() {
            @Override
            public int order() throws Exception {
                Answer answer = new Answer();
                Future<Channel> acquired = pool.acquire();
                // On the event loop, as programs for Netty do.
                acquired.addListener(
                        done -> {
                            if (done.isSuccess()) {
                                send(acquired.getNow(), answer);
                            } else {
                                answer.code.completeExceptionally(done.cause());
                            }
                        });
                try {
                    return answer.code.get(PATIENCE_S, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof Exception cause ? cause : e;
                } finally {
                    Channel channel = acquired.getNow();
                    if (channel != null) {
                        channel.eventLoop().submit(() -> forget(channel, answer)).sync();
                        pool.release(channel).sync();
                    }
                }
            }

            @Override
            public void close() {
                pool.close();
                loop.shutdownGracefully(0, PATIENCE_S, TimeUnit.SECONDS).awaitUninterruptibly();
            }
        };
    }

    private static void send(Channel channel, Answer answer) {
        channel.pipeline().addLast(answer);
        ChannelFuture unused = channel.writeAndFlush(post());
    }

    /** On the thread of the event loop, which forgets all handlers when the channel has ended. */
    private static void forget(Channel channel, Answer answer) {
        if (channel.pipeline().context(answer) != null) {
            channel.pipeline().remove(answer);
        }
    }

    private static FullHttpRequest post() {
        FullHttpRequest post =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.POST,
                        "/",
                        Unpooled.wrappedBuffer(new byte[KeepAliveRace.BODY]));
        post.headers()
                .set(HttpHeaderNames.HOST, "shop")
                .set(HttpHeaderNames.CONTENT_LENGTH, KeepAliveRace.BODY);
        return post;
    }

    /** What each connection of the pool is given. */
    private static final class WithHttp extends AbstractChannelPoolHandler {

        @Override
        public void channelCreated(Channel channel) {
            channel.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(1_000));
        }
    }

    /** Waits for the answer to one request. */
    private static final class Answer extends SimpleChannelInboundHandler<FullHttpResponse> {

        final CompletableFuture<Integer> code = new CompletableFuture<>();

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            code.complete(response.status().code());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            code.completeExceptionally(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            code.completeExceptionally(new ClosedChannelException());
        }
    }
}
