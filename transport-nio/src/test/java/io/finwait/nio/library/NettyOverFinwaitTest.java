package io.finwait.nio.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.nio.socket.TwoDrivers;
import io.finwait.socket.DriverSelectorProvider;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.handler.timeout.ReadTimeoutHandler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.ConnectException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Netty, unmodified, with a provider of its own at both ends. */
@Timeout(60)
class NettyOverFinwaitTest {

    private static final int PORT = 80;
    private static final int PATIENCE_S = 20;
    private static final int MUCH = 16 << 20;

    private final TwoDrivers drivers = new TwoDrivers();
    private final SelectorProvider ofClient = new DriverSelectorProvider(drivers.client);
    private final SelectorProvider ofServer = new DriverSelectorProvider(drivers.server);
    private final EventLoopGroup clients =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory(ofClient));
    private final EventLoopGroup servers =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory(ofServer));
    private final Diary client = new Diary();
    private final Diary server = new Diary();

    @AfterEach
    void close() {
        clients.shutdownGracefully(0, PATIENCE_S, TimeUnit.SECONDS).awaitUninterruptibly();
        servers.shutdownGracefully(0, PATIENCE_S, TimeUnit.SECONDS).awaitUninterruptibly();
        drivers.close();
    }

    /** Writes down what happens to a channel. */
    @ChannelHandler.Sharable
    private static final class Diary extends ChannelInboundHandlerAdapter {

        final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        volatile Channel channel;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            events.add("active");
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf octets = (ByteBuf) message;
            events.add(octets.toString(StandardCharsets.US_ASCII));
            octets.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                events.add("input shut");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            events.add(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            events.add("inactive");
        }

        Object next() throws InterruptedException {
            return events.poll(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    private void serve() {
        new ServerBootstrap()
                .group(servers)
                .channelFactory(() -> new NioServerSocketChannel(ofServer))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(server)
                .bind(TwoDrivers.SERVER, PORT)
                .syncUninterruptibly();
    }

    private Bootstrap bootstrap() {
        return new Bootstrap()
                .group(clients)
                .channelFactory(() -> new NioSocketChannel(ofClient))
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(client);
    }

    private SocketChannel connect() throws InterruptedException {
        serve();
        Channel connected =
                bootstrap().connect(TwoDrivers.SERVER, PORT).syncUninterruptibly().channel();
        assertThat(client.next()).isEqualTo("active");
        assertThat(server.next()).isEqualTo("active");
        return (SocketChannel) connected;
    }

    private static ByteBuf octets(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    @Test
    void aQuestionIsAnswered() throws Exception {
        SocketChannel connected = connect();
        connected.writeAndFlush(octets("question")).syncUninterruptibly();
        assertThat(server.next()).isEqualTo("question");
        server.channel.writeAndFlush(octets("answer")).syncUninterruptibly();
        assertThat(client.next()).isEqualTo("answer");
        connected.close().syncUninterruptibly();
        assertThat(server.next()).isEqualTo("input shut");
    }

    @Test
    void eachDirectionIsShutByItself() throws Exception {
        SocketChannel connected = connect();
        connected.writeAndFlush(octets("question")).syncUninterruptibly();
        connected.shutdownOutput().syncUninterruptibly();
        assertThat(server.next()).isEqualTo("question");
        assertThat(server.next()).isEqualTo("input shut");
        server.channel.writeAndFlush(octets("answer")).syncUninterruptibly();
        assertThat(client.next()).isEqualTo("answer");
        assertThat(connected.isOutputShutdown()).isTrue();
        assertThat(connected.isInputShutdown()).isFalse();
        ((SocketChannel) server.channel).shutdownOutput().syncUninterruptibly();
        assertThat(client.next()).isEqualTo("input shut");
    }

    @Test
    void aResetIsToldAsConnectionReset() throws Exception {
        connect().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        server.channel.config().setOption(ChannelOption.SO_LINGER, 0);
        server.channel.close().syncUninterruptibly();
        assertThat(client.next())
                .isInstanceOf(SocketException.class)
                .hasToString("java.net.SocketException: Connection reset");
        assertThat(client.next()).isEqualTo("inactive");
    }

    @Test
    void nobodyListeningIsConnectionRefused() {
        ChannelFuture refused =
                bootstrap().connect(TwoDrivers.SERVER, PORT + 1).awaitUninterruptibly();
        assertThat(refused.cause())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("Connection refused");
    }

    @Test
    void whoDoesNotAnswerIsGivenUp() {
        ChannelFuture late =
                bootstrap()
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 50)
                        .connect("10.0.0.3", PORT)
                        .awaitUninterruptibly();
        assertThat(late.cause())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("timed out");
    }

    @Test
    void aReadTimeoutIsTold() throws Exception {
        SocketChannel connected = connect();
        connected.pipeline().addFirst(new ReadTimeoutHandler(50, TimeUnit.MILLISECONDS));
        assertThat(client.next()).isInstanceOf(ReadTimeoutException.class);
        assertThat(client.next()).isEqualTo("inactive");
    }

    /** Nobody reads at the other end, and this thread is not the event loop's. */
    @Test
    void aCloseFromAnotherThreadFailsTheWritesThatWait() throws Exception {
        SocketChannel connected = connect();
        server.channel.config().setAutoRead(false);
        ChannelFuture write = connected.writeAndFlush(Unpooled.wrappedBuffer(new byte[MUCH]));
        assertThat(write.await(100)).isFalse();
        connected.close().syncUninterruptibly();
        write.awaitUninterruptibly();
        assertThat(write.cause()).isInstanceOf(ClosedChannelException.class);
    }
}
