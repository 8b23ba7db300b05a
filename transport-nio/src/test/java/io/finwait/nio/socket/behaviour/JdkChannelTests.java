package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.ChannelStage.octets;
import static io.finwait.nio.socket.behaviour.ChannelStage.reads;
import static io.finwait.nio.socket.behaviour.ChannelStage.reset;
import static io.finwait.nio.socket.behaviour.ChannelStage.writes;
import static io.finwait.nio.socket.behaviour.Stage.attempt;

import io.finwait.nio.socket.behaviour.ChannelStage.Ends;
import io.finwait.nio.socket.behaviour.Stage.Meanwhile;

import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What the JDK checks of its own channels, told anew; the names are those of its tests below {@code
 * test/jdk/java/nio/channels}, where no other program here does the same already.
 */
final class JdkChannelTests {

    private static final int GATHERED = 200;

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "SocketChannel/ConnectState: each call in each state",
                            JdkChannelTests::connectStates),
                    same(
                            "SocketChannel/FinishConnect: before connecting, and when connected",
                            stage -> {
                                SocketChannel channel = stage.channels.openNonBlocking();
                                String before = attempt(channel::finishConnect);
                                ServerSocketChannel listening = stage.channels.listen();
                                channel.connect(stage.channels.addressOf(listening));
                                Stage.until(channel::finishConnect);
                                return before
                                        + " "
                                        + attempt(channel::finishConnect)
                                        + attempt(channel::finishConnect);
                            }),
                    same(
                            "SocketChannel/CloseDuringConnect: blocking",
                            stage -> {
                                var full = Opening.full(stage);
                                SocketChannel channel = stage.channels.open();
                                Meanwhile connect =
                                        stage.meanwhile(
                                                () -> channel.connect(stage.addressOf(full)));
                                channel.close();
                                return connect.result() + " " + channel.isOpen();
                            }),
                    same(
                            "SocketChannel/CloseDuringConnect: not blocking",
                            stage -> {
                                var full = Opening.full(stage);
                                SocketChannel channel = stage.channels.openNonBlocking();
                                boolean at = channel.connect(stage.addressOf(full));
                                boolean pending = channel.isConnectionPending();
                                channel.close();
                                return at
                                        + " "
                                        + pending
                                        + " "
                                        + channel.isConnectionPending()
                                        + " "
                                        + attempt(channel::finishConnect);
                            }),
                    same(
                            "SocketChannel/CloseTimeoutChannel: close behind a connect with a"
                                    + " timeout",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                SocketChannel channel = stage.channels.open();
                                channel.socket()
                                        .connect(stage.channels.addressOf(listening), 5_000);
                                SocketChannel accepted = stage.keep(listening.accept());
                                channel.close();
                                return reads(accepted);
                            }),
                    same(
                            "SocketChannel/CloseRegisteredChannel: the peer sees the end",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                ends.client().configureBlocking(false);
                                ends.client().register(selector, SelectionKey.OP_READ);
                                ends.client().close();
                                selector.selectNow();
                                return reads(ends.server()) + " " + selector.keys().size();
                            }),
                    same(
                            "SocketChannel/PeerReadsAfterAsyncClose: what was written before",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                writes(ends.client(), "before");
                                Meanwhile read = stage.meanwhile(() -> reads(ends.client()));
                                ends.client().close();
                                return read.result()
                                        + " "
                                        + reads(ends.server())
                                        + " "
                                        + reads(ends.server());
                            }),
                    same(
                            "SocketChannel/AsyncCloseChannel: from many threads at once",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Meanwhile read = stage.meanwhile(() -> reads(ends.client()));
                                List<Meanwhile> closers = new ArrayList<>();
                                for (int i = 0; i < 8; i++) {
                                    closers.add(
                                            stage.unawaited(
                                                    () -> {
                                                        ends.client().close();
                                                        return ends.client().isOpen();
                                                    }));
                                }
                                StringBuilder said = new StringBuilder(read.result());
                                for (Meanwhile each : closers) {
                                    said.append(' ').append(each.result());
                                }
                                return said;
                            }),
                    same(
                            "SocketChannel/ShortWrite: a part of several buffers",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ByteBuffer[] out = {
                                    octets("no"), octets("yes"), octets("too"), octets("no")
                                };
                                long written = ends.client().write(out, 1, 2);
                                Stage.arrived(ends.server().socket(), 6);
                                return written
                                        + reads(ends.server())
                                        + out[0].remaining()
                                        + out[3].remaining()
                                        + " "
                                        + attempt(() -> ends.client().write(out, 3, 2));
                            }),
                    same(
                            "SocketChannel/VectorIO: many buffers of all lengths",
                            JdkChannelTests::vectors),
                    same(
                            "SocketChannel/VectorIO: each gathering write arrives as one",
                            JdkChannelTests::gathered),
                    same(
                            "SocketChannel/VectorIO: a buffer that is none, and nothing is sent",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ByteBuffer[] out = {octets("ab"), null};
                                String failure =
                                        attempt(() -> ends.client().write(out))
                                                .replaceAll(":.*", "");
                                ends.client().close();
                                return failure + " " + reads(ends.server());
                            }),
                    same(
                            "SocketChannel/SocketOptionTests: null, and after close",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                String none =
                                        attempt(() -> channel.getOption(null))
                                                .replaceAll(":.*", "");
                                channel.close();
                                return none
                                        + " "
                                        + attempt(
                                                () ->
                                                        channel.getOption(
                                                                StandardSocketOptions.SO_LINGER))
                                        + " "
                                        + attempt(
                                                () ->
                                                        channel.setOption(
                                                                StandardSocketOptions.SO_LINGER,
                                                                1));
                            }),
                    same(
                            "SocketChannel/OpenLeak: a connect that fails closes, by its reason",
                            stage -> {
                                SocketChannel refused = stage.channels.open();
                                int port = stage.closedPort();
                                String failure =
                                        attempt(
                                                () ->
                                                        refused.connect(
                                                                new InetSocketAddress(
                                                                        stage.serverAddress,
                                                                        port)));
                                SocketChannel strange = stage.channels.open();
                                String other =
                                        attempt(
                                                () ->
                                                        strange.connect(
                                                                new java.net.SocketAddress() {}));
                                return failure
                                        + " "
                                        + refused.isOpen()
                                        + ", "
                                        + other
                                        + " "
                                        + strange.isOpen();
                            }),
                    same(
                            "SocketChannel/AdaptorStreams: a read that has a timeout, closed by"
                                    + " another thread",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ends.client().socket().setSoTimeout(20_000);
                                Meanwhile read =
                                        stage.meanwhile(() -> Stage.reads(ends.client().socket()));
                                ends.client().close();
                                return read.result();
                            }),
                    same(
                            "SocketChannel/AdaptorStreams: read and write at the same time",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Meanwhile read =
                                        stage.meanwhile(() -> Stage.reads(ends.client().socket()));
                                Stage.write(ends.client().socket(), "question");
                                String question = Stage.reads(ends.server().socket());
                                Stage.write(ends.server().socket(), "answer");
                                return question + read.result();
                            }),
                    same(
                            "SocketChannel/ConnectionReset: a channel that does not block, and a"
                                    + " selector",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                ends.client().configureBlocking(false);
                                ends.client().register(selector, SelectionKey.OP_READ);
                                reset(ends.server());
                                return selector.select(5_000)
                                        + " "
                                        + reads(ends.client())
                                        + ", "
                                        + reads(ends.client());
                            }));

    private JdkChannelTests() {}

    private static Object connectStates(Stage stage) throws Exception {
        ServerSocketChannel listening = stage.channels.listen();
        InetSocketAddress to = stage.channels.addressOf(listening);
        SocketChannel channel = stage.channels.open();
        StringBuilder said = new StringBuilder();
        said.append(channel.isConnected()).append(channel.isConnectionPending());
        said.append(' ').append(attempt(channel::finishConnect));
        said.append(' ').append(attempt(() -> channel.connect(to)));
        said.append(' ').append(channel.isConnected()).append(channel.isConnectionPending());
        said.append(' ').append(attempt(() -> channel.connect(to)));
        said.append(' ').append(attempt(channel::finishConnect));
        said.append(' ').append(attempt(() -> channel.bind(null)));
        channel.close();
        said.append(' ').append(channel.isConnected()).append(channel.isConnectionPending());
        said.append(' ').append(attempt(() -> channel.connect(to)));
        said.append(' ').append(attempt(channel::finishConnect));
        return said;
    }

    private static Object vectors(Stage stage) throws Exception {
        SplittableRandom random = new SplittableRandom(17);
        ByteBuffer[] out = new ByteBuffer[1_000];
        int total = 0;
        for (int i = 0; i < out.length; i++) {
            byte[] octets = new byte[random.nextInt(0, 300)];
            Arrays.fill(octets, (byte) i);
            out[i] =
                    i % 2 == 0
                            ? ByteBuffer.wrap(octets)
                            : ByteBuffer.allocateDirect(octets.length).put(octets).flip();
            total += octets.length;
        }
        Ends ends = stage.channels.ends();
        ByteBuffer in = ByteBuffer.allocate(total);
        long written = ends.client().write(out);
        while (written < total) {
            written += ends.client().write(out);
        }
        while (in.hasRemaining() && ends.server().read(in) >= 0) {
            // The rest is under way.
        }
        in.flip();
        int wrong = 0;
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < out[i].capacity(); j++) {
                wrong += in.get() == (byte) i ? 0 : 1;
            }
        }
        return written + " " + wrong + " wrong";
    }

    /** How many of them the peer's first read gets whole. */
    private static Object gathered(Stage stage) throws Exception {
        Ends ends = stage.channels.ends();
        ends.client().setOption(StandardSocketOptions.TCP_NODELAY, true);
        int whole = 0;
        ByteBuffer in = ByteBuffer.allocate(1_000);
        for (int i = 0; i < GATHERED; i++) {
            ByteBuffer[] out = {
                ByteBuffer.allocate(200), ByteBuffer.allocate(1), ByteBuffer.allocate(599)
            };
            ends.client().write(out);
            int first = ends.server().read(in.clear());
            whole += first == 800 ? 1 : 0;
            while (in.position() < 800) {
                first = ends.server().read(in);
            }
        }
        return whole;
    }
}
