package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.differs;
import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.ChannelStage.octets;
import static io.finwait.nio.socket.behaviour.ChannelStage.reads;
import static io.finwait.nio.socket.behaviour.ChannelStage.reset;
import static io.finwait.nio.socket.behaviour.ChannelStage.writes;
import static io.finwait.nio.socket.behaviour.Stage.attempt;

import io.finwait.nio.socket.behaviour.ChannelStage.Ends;
import io.finwait.nio.socket.behaviour.Stage.Meanwhile;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What selectors do. */
final class Selecting {

    private static final int MUCH = 1 << 20;
    private static final int BRIEFLY_MS = 300;

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "selector: octets come while it waits",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                Meanwhile select = stage.meanwhile(selector::select);
                                writes(ends.server(), "x");
                                return select.result()
                                        + " "
                                        + key.readyOps()
                                        + " "
                                        + selector.selectedKeys().contains(key);
                            }),
                    same(
                            "selector: a key that is not taken out, one that is, and one that was"
                                    + " read",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                register(ends.client(), selector, SelectionKey.OP_READ);
                                writes(ends.server(), "x");
                                int first = selector.select();
                                int again = selector.select();
                                selector.selectedKeys().clear();
                                int anew = selector.select();
                                selector.selectedKeys().clear();
                                reads(ends.client());
                                return first
                                        + " "
                                        + again
                                        + " "
                                        + anew
                                        + " "
                                        + selector.selectNow();
                            }),
                    same(
                            "selector: nothing comes in time",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                register(ends.client(), selector, SelectionKey.OP_READ);
                                long begin = System.nanoTime();
                                int selected = selector.select(20);
                                long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
                                return selected
                                        + " "
                                        + (ms >= 19)
                                        + " "
                                        + attempt(() -> selector.select(-1));
                            }),
                    same(
                            "selector: wakeup before, during and twice",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                selector.wakeup().wakeup();
                                int before = selector.select();
                                int now = selector.selectNow();
                                Meanwhile select = stage.meanwhile(selector::select);
                                selector.wakeup();
                                return before
                                        + " "
                                        + now
                                        + " "
                                        + select.result()
                                        + " "
                                        + selector.select(1);
                            }),
                    same(
                            "selector: the thread is interrupted while it waits, and before",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                Meanwhile select =
                                        stage.meanwhile(
                                                () -> {
                                                    int woken = selector.select();
                                                    int again = selector.select();
                                                    return woken
                                                            + " "
                                                            + again
                                                            + Thread.interrupted();
                                                });
                                select.thread().interrupt();
                                return select.result() + selector.isOpen();
                            }),
                    same(
                            "selector: closed while another thread waits",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                Meanwhile select = stage.meanwhile(selector::select);
                                selector.close();
                                return select.result()
                                        + " "
                                        + key.isValid()
                                        + " "
                                        + ends.client().isRegistered()
                                        + " "
                                        + attempt(selector::select)
                                        + " "
                                        + attempt(selector::keys)
                                        + " "
                                        + attempt(() -> register(ends.client(), selector, 0));
                            }),
                    same(
                            "selector: connect and finish",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                SocketChannel channel = stage.channels.openNonBlocking();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        channel.register(selector, SelectionKey.OP_CONNECT);
                                if (channel.connect(stage.channels.addressOf(listening))) {
                                    return "true 0 false 4 1";
                                }
                                int selected = selector.select();
                                String ready =
                                        channel.finishConnect()
                                                + " "
                                                + (key.isConnectable() ? 0 : 1);
                                key.interestOps(SelectionKey.OP_WRITE);
                                selector.selectedKeys().clear();
                                selector.select();
                                return ready
                                        + " "
                                        + key.isConnectable()
                                        + " "
                                        + key.readyOps()
                                        + " "
                                        + selected;
                            }),
                    same(
                            "selector: connect to a closed port",
                            stage -> {
                                SocketChannel channel = stage.channels.openNonBlocking();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        channel.register(selector, SelectionKey.OP_CONNECT);
                                InetSocketAddress nobody =
                                        new InetSocketAddress(
                                                stage.serverAddress, stage.closedPort());
                                String outcome = attempt(() -> channel.connect(nobody));
                                if (outcome.equals("false")) {
                                    selector.select();
                                    outcome = attempt(channel::finishConnect);
                                }
                                return outcome + ", " + key.isValid() + channel.isOpen();
                            }),
                    same(
                            "selector: a client comes",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                listening.configureBlocking(false);
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        listening.register(selector, SelectionKey.OP_ACCEPT);
                                int before = selector.selectNow();
                                stage.channels.connect(listening);
                                int one = selector.select();
                                stage.keep(listening.accept());
                                selector.selectedKeys().clear();
                                return before
                                        + " "
                                        + one
                                        + key.isAcceptable()
                                        + " "
                                        + selector.selectNow();
                            }),
                    same(
                            "selector: the peer closes",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                ends.server().close();
                                return selector.select()
                                        + " "
                                        + key.isReadable()
                                        + " "
                                        + reads(ends.client())
                                        + " "
                                        + reads(ends.client());
                            }),
                    same(
                            "selector: the peer resets",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                reset(ends.server());
                                return selector.select()
                                        + " "
                                        + key.isReadable()
                                        + " "
                                        + reads(ends.client());
                            }),
                    same(
                            "selector: room to write, none, and room again",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_WRITE);
                                int room = selector.select();
                                fill(stage, ends.client());
                                selector.selectedKeys().clear();
                                int none = selector.selectNow();
                                Meanwhile select = stage.meanwhile(selector::select);
                                ByteBuffer much = ByteBuffer.allocate(MUCH);
                                ends.server().configureBlocking(false);
                                while (!select.outcome().isDone()) {
                                    ends.server().read(much.clear());
                                }
                                return room + " " + none + " " + select.result() + key.isWritable();
                            }),
                    same(
                            "selector: interest that is changed to what is ready already",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key = register(ends.client(), selector, 0);
                                writes(ends.server(), "x");
                                stage.settle();
                                int none = selector.selectNow();
                                key.interestOpsOr(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                                int both = selector.select();
                                return none
                                        + " "
                                        + both
                                        + " "
                                        + key.readyOps()
                                        + " "
                                        + refuses(() -> key.interestOps(SelectionKey.OP_ACCEPT));
                            }),
                    same(
                            "selector: a key is cancelled, and its channel registered anew",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_WRITE);
                                selector.select();
                                key.cancel();
                                String early =
                                        key.isValid()
                                                + " "
                                                + ends.client().isRegistered()
                                                + " "
                                                + attempt(key::interestOps)
                                                + ", "
                                                + attempt(
                                                        () ->
                                                                register(
                                                                        ends.client(),
                                                                        selector,
                                                                        SelectionKey.OP_READ));
                                selector.selectNow();
                                String late =
                                        " "
                                                + ends.client().isRegistered()
                                                + selector.keys().isEmpty()
                                                + selector.selectedKeys().isEmpty();
                                SelectionKey anew =
                                        register(ends.client(), selector, SelectionKey.OP_WRITE);
                                return early
                                        + late
                                        + " "
                                        + !anew.equals(key)
                                        + " "
                                        + selector.select();
                            }),
                    same(
                            "selector: register twice, and what is attached",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                String blocking =
                                        attempt(
                                                () ->
                                                        ends.client()
                                                                .register(
                                                                        selector,
                                                                        SelectionKey.OP_READ));
                                ends.client().configureBlocking(false);
                                SelectionKey first =
                                        ends.client()
                                                .register(selector, SelectionKey.OP_READ, "one");
                                SelectionKey second =
                                        ends.client()
                                                .register(selector, SelectionKey.OP_WRITE, "two");
                                return blocking
                                        + " "
                                        + first.equals(second)
                                        + " "
                                        + first.attachment()
                                        + " "
                                        + first.interestOps()
                                        + " "
                                        + ends.client().keyFor(selector).equals(first)
                                        + " "
                                        + selector.keys().size()
                                        + " "
                                        + attempt(() -> ends.client().configureBlocking(true));
                            }),
                    same(
                            "selector: a channel in two of them",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector one = stage.channels.selector();
                                Selector two = stage.channels.selector();
                                register(ends.client(), one, SelectionKey.OP_READ);
                                register(ends.client(), two, SelectionKey.OP_READ);
                                writes(ends.server(), "x");
                                return one.select() + " " + two.select();
                            }),
                    same(
                            "selector: its sets can't be added to",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_WRITE);
                                selector.select();
                                return attempt(() -> selector.selectedKeys().add(key))
                                        + " "
                                        + attempt(() -> selector.keys().remove(key))
                                        + " "
                                        + selector.selectedKeys().remove(key);
                            }),
                    same(
                            "selector: select with an action",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                register(ends.client(), selector, SelectionKey.OP_WRITE);
                                int[] told = {0};
                                int count = selector.select(key -> told[0] += key.readyOps());
                                return count + " " + told[0];
                            }),
                    same(
                            "selector: a channel is closed while it is registered",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                ends.client().close();
                                String peer = reads(ends.server());
                                return peer
                                        + " "
                                        + key.isValid()
                                        + " "
                                        + selector.selectNow()
                                        + " "
                                        + selector.keys().size();
                            }),
                    differs(
                            "selector: a registered channel is closed with linger 0, and nobody"
                                    + " selects",
                            "the reset leaves with the close; the JDK's waits for the selector,"
                                    + " which is why servers that reset on purpose hang there",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                register(ends.client(), selector, SelectionKey.OP_READ);
                                reset(ends.client());
                                ends.server().configureBlocking(false);
                                stage.settle();
                                return reads(ends.server());
                            }),
                    same(
                            "selector: a registered channel is closed with octets unread, and"
                                    + " nobody selects",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                register(ends.client(), selector, SelectionKey.OP_READ);
                                writes(ends.server(), "unread");
                                selector.select();
                                ends.client().close();
                                return reads(ends.server());
                            }),
                    same(
                            "selector: a pipe beside a connection",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                Pipe pipe = stage.channels.client.openPipe();
                                stage.keep(pipe.sink());
                                stage.keep(pipe.source());
                                pipe.source().configureBlocking(false);
                                SelectionKey piped =
                                        pipe.source()
                                                .register(selector, SelectionKey.OP_READ, "pipe");
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                Meanwhile first = stage.meanwhile(selector::select);
                                pipe.sink().write(octets("x"));
                                String pipeReady =
                                        first.result()
                                                + " "
                                                + piped.isReadable()
                                                + piped.attachment();
                                selector.selectedKeys().clear();
                                pipe.source().read(ByteBuffer.allocate(9));
                                Meanwhile second = stage.meanwhile(selector::select);
                                writes(ends.server(), "y");
                                String ready =
                                        second.result()
                                                + " "
                                                + key.isReadable()
                                                + selector.selectedKeys().contains(piped);
                                piped.cancel();
                                selector.selectNow();
                                pipe.source().configureBlocking(true);
                                return pipeReady
                                        + ", "
                                        + ready
                                        + ", "
                                        + pipe.source().isRegistered()
                                        + " "
                                        + selector.keys().size();
                            }),
                    differs(
                            "selector: the first pipe is registered while it waits",
                            "it is seen at once; the JDK's selectors see it when they select again",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                register(ends.client(), selector, SelectionKey.OP_READ);
                                Meanwhile select =
                                        stage.meanwhile(() -> selector.select(BRIEFLY_MS));
                                Pipe pipe = stage.channels.client.openPipe();
                                stage.keep(pipe.sink());
                                stage.keep(pipe.source());
                                pipe.source().configureBlocking(false);
                                pipe.source().register(selector, SelectionKey.OP_READ);
                                pipe.sink().write(octets("x"));
                                return select.result();
                            }),
                    same(
                            "selector: a pipe that is closed",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                Pipe pipe = stage.channels.client.openPipe();
                                stage.keep(pipe.sink());
                                pipe.source().configureBlocking(false);
                                SelectionKey key =
                                        pipe.source().register(selector, SelectionKey.OP_READ);
                                pipe.source().close();
                                return key.isValid()
                                        + " "
                                        + selector.selectNow()
                                        + " "
                                        + selector.keys().size()
                                        + " "
                                        + pipe.source().isRegistered();
                            }));

    private Selecting() {}

    private static SelectionKey register(SocketChannel channel, Selector selector, int ops)
            throws Exception {
        channel.configureBlocking(false);
        return channel.register(selector, ops);
    }

    private static boolean refuses(Runnable call) {
        try {
            call.run();
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    /** Until nothing more goes, and nothing that is under way makes room. */
    private static void fill(Stage stage, SocketChannel channel) throws Exception {
        int idle = 0;
        while (idle < 3) {
            int written = channel.write(ByteBuffer.allocate(MUCH));
            idle = written == 0 ? idle + 1 : 0;
            if (written == 0) {
                stage.settle();
            }
        }
    }
}
