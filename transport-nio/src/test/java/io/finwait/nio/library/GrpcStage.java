package io.finwait.nio.library;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finwait.nio.socket.TwoDrivers;
import io.finwait.nio.socket.TwoDrivers.Link;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.grpc.Attributes;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A service of gRPC and its clients, each over one of its two transports. */
final class GrpcStage {

    static final int PORT = 50_051;
    static final MethodDescriptor<String, String> ECHO = method("echo", MethodType.UNARY);
    static final MethodDescriptor<String, String> NEVER = method("never", MethodType.UNARY);
    static final MethodDescriptor<String, String> LAST =
            method("last", MethodType.CLIENT_STREAMING);

    private static final String SERVICE = "finwait.test";
    private static final int PATIENCE_S = 20;

    /** Which transport of gRPC's. */
    enum Over {
        NETTY,
        OKHTTP
    }

    final TwoDrivers drivers;

    /** Those that wait for an answer that never comes. */
    final CountDownLatch waiting = new CountDownLatch(1);

    final CountDownLatch cancelled = new CountDownLatch(1);
    final AtomicInteger connections = new AtomicInteger();

    private final Over over;
    private final DriverSelectorProvider ofClient;
    private final DriverSelectorProvider ofServer;
    private final EventLoopGroup clients;
    private final EventLoopGroup servers;
    private Server server;
    private ManagedChannel channel;

    GrpcStage(Link link, Over over) {
        this.over = over;
        drivers = link.open();
        ofClient = new DriverSelectorProvider(drivers.client);
        ofServer = new DriverSelectorProvider(drivers.server);
        clients = over == Over.NETTY ? loops(ofClient) : null;
        servers = over == Over.NETTY ? loops(ofServer) : null;
    }

    private static EventLoopGroup loops(DriverSelectorProvider provider) {
        return new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory(provider));
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    /** Messages are text. */
    private static final class Text implements MethodDescriptor.Marshaller<String> {

        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    Server serve() throws IOException {
        server =
                builder()
                        .addService(service())
                        .addTransportFilter(
                                new ServerTransportFilter() {
                                    @Override
                                    public Attributes transportReady(Attributes attributes) {
                                        connections.incrementAndGet();
                                        return attributes;
                                    }
                                })
                        .build()
                        .start();
        return server;
    }

    /** Another server takes the place of the first, which is told to end. */
    Server serveAgain() throws IOException, InterruptedException {
        Server first = server.shutdown();
        first.awaitTermination(PATIENCE_S, TimeUnit.SECONDS);
        serve();
        return first;
    }

    private ServerBuilder<?> builder() {
        InetSocketAddress here = new InetSocketAddress(TwoDrivers.SERVER, PORT);
        return over == Over.NETTY
                ? NettyServerBuilder.forAddress(here)
                        .channelFactory(() -> new NioServerSocketChannel(ofServer))
                        .bossEventLoopGroup(servers)
                        .workerEventLoopGroup(servers)
                : OkHttpServerBuilder.forPort(here, InsecureServerCredentials.create())
                        .socketFactory(new DriverServerSocketFactory(drivers.server));
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcStage::echo))
                .addMethod(NEVER, ServerCalls.asyncUnaryCall(this::never))
                .addMethod(LAST, ServerCalls.asyncClientStreamingCall(GrpcStage::last))
                .build();
    }

    private static void echo(String request, StreamObserver<String> answer) {
        answer.onNext(request);
        answer.onCompleted();
    }

    private void never(String request, StreamObserver<String> answer) {
        ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(cancelled::countDown);
        waiting.countDown();
    }

    /** Answers when the client has ended its stream. */
    private static StreamObserver<String> last(StreamObserver<String> answer) {
        return new StreamObserver<>() {
            private String last = "nothing";

            @Override
            public void onNext(String value) {
                last = value;
            }

            @Override
            public void onError(Throwable t) {
                // The client is told as well.
            }

            @Override
            public void onCompleted() {
                answer.onNext(last);
                answer.onCompleted();
            }
        };
    }

    ManagedChannel channel() {
        channel =
                over == Over.NETTY
                        ? NettyChannelBuilder.forAddress(
                                        new InetSocketAddress(TwoDrivers.SERVER, PORT))
                                .channelFactory(() -> new NioSocketChannel(ofClient))
                                .eventLoopGroup(clients)
                                .usePlaintext()
                                .build()
                        : OkHttpChannelBuilder.forAddress(TwoDrivers.SERVER, PORT)
                                .socketFactory(new DriverSocketFactory(drivers.client))
                                .usePlaintext()
                                .build();
        return channel;
    }

    void close() throws InterruptedException {
        if (channel != null) {
            channel.shutdownNow().awaitTermination(PATIENCE_S, TimeUnit.SECONDS);
        }
        if (server != null) {
            server.shutdownNow().awaitTermination(PATIENCE_S, TimeUnit.SECONDS);
        }
        if (over == Over.NETTY) {
            clients.shutdownGracefully(0, PATIENCE_S, TimeUnit.SECONDS).awaitUninterruptibly();
            servers.shutdownGracefully(0, PATIENCE_S, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        drivers.close();
    }
}
