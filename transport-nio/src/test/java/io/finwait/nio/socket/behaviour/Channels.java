package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.ChannelStage.octets;
import static io.finwait.nio.socket.behaviour.ChannelStage.reads;
import static io.finwait.nio.socket.behaviour.ChannelStage.readsSomething;
import static io.finwait.nio.socket.behaviour.ChannelStage.reset;
import static io.finwait.nio.socket.behaviour.ChannelStage.writes;
import static io.finwait.nio.socket.behaviour.Stage.attempt;
import static io.finwait.nio.socket.behaviour.Stage.pause;

import io.finwait.nio.socket.behaviour.ChannelStage.Ends;
import io.finwait.nio.socket.behaviour.Stage.Meanwhile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/** What channels do. */
final class Channels {

    private static final int MUCH = 1 << 20;

    /** Long enough for what is under way on this machine. */
    private static final int ARRIVED_MS = 30;

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "channel: octets both ways",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                return writes(ends.client(), "question")
                                        + " "
                                        + reads(ends.server())
                                        + " "
                                        + writes(ends.server(), "answer")
                                        + " "
                                        + reads(ends.client());
                            }),
                    same(
                            "channel: read and write direct buffers, and parts of them",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ByteBuffer out = ByteBuffer.allocateDirect(10);
                                out.put(octets("0123456789")).position(2).limit(8);
                                int written = ends.client().write(out.asReadOnlyBuffer());
                                ByteBuffer in = ByteBuffer.allocateDirect(10).position(4);
                                int read = ends.server().read(in);
                                return written + " " + read + " " + in + " " + (char) in.get(4);
                            }),
                    same(
                            "channel: gather and scatter",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ByteBuffer[] out = {octets("ab"), octets(""), octets("cdef")};
                                long written = ends.client().write(out);
                                Stage.arrived(ends.server().socket(), 6);
                                ByteBuffer[] in = {
                                    ByteBuffer.allocate(3),
                                    ByteBuffer.allocate(0),
                                    ByteBuffer.allocate(9)
                                };
                                long read = ends.server().read(in);
                                return written + " " + read + " " + in[0] + " " + in[2];
                            }),
                    same(
                            "channel: read into a buffer without room, and into a read-only one",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                writes(ends.server(), "x");
                                ByteBuffer readOnly = ByteBuffer.allocate(1).asReadOnlyBuffer();
                                return attempt(() -> ends.client().read(ByteBuffer.allocate(0)))
                                        + ", "
                                        + attempt(() -> ends.client().read(readOnly));
                            }),
                    same(
                            "channel: read and write before it is connected",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                return reads(channel) + ", " + writes(channel, "x");
                            }),
                    same(
                            "channel: read before something comes, not blocking",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ends.client().configureBlocking(false);
                                String before = reads(ends.client());
                                writes(ends.server(), "hello");
                                return before + " " + readsSomething(ends.client());
                            }),
                    same(
                            "channel: wait in read, and the peer closes",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Meanwhile read = stage.meanwhile(() -> reads(ends.client()));
                                ends.server().close();
                                return read.result() + ", " + reads(ends.client());
                            }),
                    same(
                            "channel: wait in read, and another thread closes",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Meanwhile read = stage.meanwhile(() -> reads(ends.client()));
                                ends.client().close();
                                return read.result() + ", " + reads(ends.client());
                            }),
                    same(
                            "channel: wait in read, and the thread is interrupted",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Meanwhile read =
                                        stage.meanwhile(
                                                () ->
                                                        reads(ends.client())
                                                                + " "
                                                                + Thread.interrupted());
                                read.thread().interrupt();
                                return read.result() + ", open " + ends.client().isOpen();
                            }),
                    same(
                            "channel: read when the thread is interrupted already",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                writes(ends.server(), "x");
                                Thread.currentThread().interrupt();
                                String read = reads(ends.client());
                                return read + " " + Thread.interrupted() + ends.client().isOpen();
                            }),
                    same(
                            "channel: wait in write, and another thread closes",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                // What it says depends on whether some octets of this write
                                // were taken; both say that the channel is closed.
                                Meanwhile write =
                                        stage.meanwhile(() -> writesUntilClosed(ends.client()));
                                pause(ARRIVED_MS);
                                ends.client().close();
                                return write.result();
                            }),
                    same(
                            "channel: wait in accept, and another thread closes",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                Meanwhile accept = stage.meanwhile(listening::accept);
                                listening.close();
                                return accept.result() + ", " + attempt(listening::accept);
                            }),
                    same(
                            "channel: wait in accept, and the thread is interrupted",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                Meanwhile accept = stage.meanwhile(listening::accept);
                                accept.thread().interrupt();
                                return accept.result() + ", open " + listening.isOpen();
                            }),
                    same(
                            "channel: accept without a client, and with one, not blocking",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                listening.configureBlocking(false);
                                Object nobody = listening.accept();
                                stage.channels.connect(listening);
                                SocketChannel[] somebody = new SocketChannel[1];
                                Stage.until(() -> (somebody[0] = listening.accept()) != null);
                                stage.keep(somebody[0]);
                                return nobody
                                        + " "
                                        + somebody[0].isConnected()
                                        + somebody[0].isBlocking();
                            }),
                    same(
                            "channel: accept before it is bound, and bind it twice",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.openServer();
                                String early = attempt(listening::accept);
                                listening.bind(null);
                                return early + ", " + attempt(() -> listening.bind(null));
                            }),
                    same(
                            "channel: connect to a closed port, and again",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                SocketAddress nobody =
                                        new InetSocketAddress(
                                                stage.serverAddress, stage.closedPort());
                                return attempt(() -> channel.connect(nobody))
                                        + ", "
                                        + channel.isOpen()
                                        + ", "
                                        + attempt(() -> channel.connect(nobody));
                            }),
                    same(
                            "channel: connect to a closed port, not blocking",
                            stage -> {
                                SocketChannel channel = stage.channels.openNonBlocking();
                                SocketAddress nobody =
                                        new InetSocketAddress(
                                                stage.serverAddress, stage.closedPort());
                                String[] outcome = {""};
                                outcome[0] = attempt(() -> channel.connect(nobody));
                                Stage.until(
                                        () -> {
                                            if (outcome[0].equals("false")) {
                                                outcome[0] = attempt(channel::finishConnect);
                                            }
                                            return !outcome[0].equals("false");
                                        });
                                return outcome[0] + ", open " + channel.isOpen();
                            }),
                    same(
                            "channel: connect and finish, not blocking",
                            stage -> {
                                SocketChannel channel = stage.channels.openNonBlocking();
                                ServerSocketChannel listening = stage.channels.listen();
                                String early = attempt(channel::finishConnect);
                                SocketAddress there = stage.channels.addressOf(listening);
                                boolean done = channel.connect(there);
                                if (!done) {
                                    Stage.until(channel::finishConnect);
                                }
                                return early
                                        + ", "
                                        + channel.isConnected()
                                        + channel.isConnectionPending()
                                        + channel.finishConnect()
                                        + ", "
                                        + attempt(() -> channel.connect(there));
                            }),
                    same(
                            "channel: connect to an address that is not resolved",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                return attempt(
                                                () ->
                                                        channel.connect(
                                                                InetSocketAddress.createUnresolved(
                                                                        "nobody", 1)))
                                        + ", open "
                                        + channel.isOpen();
                            }),
                    same(
                            "channel: close, and the peer reads and writes",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ends.client().close();
                                String read = reads(ends.server());
                                String write = writes(ends.server(), "x");
                                stage.settle();
                                return read + ", " + write + ", " + writes(ends.server(), "x");
                            }),
                    same(
                            "channel: close with octets unread, and the peer reads",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                writes(ends.server(), "unread");
                                Stage.arrived(ends.client().socket(), 6);
                                ends.client().close();
                                return reads(ends.server()) + ", " + reads(ends.server());
                            }),
                    same(
                            "channel: close with linger 0, and the peer reads",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                reset(ends.client());
                                return reads(ends.server())
                                        + ", "
                                        + reads(ends.server())
                                        + ", "
                                        + writes(ends.server(), "x");
                            }),
                    same(
                            "channel: read what came before a reset, not blocking",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ends.server().configureBlocking(false);
                                writes(ends.client(), "last");
                                reset(ends.client());
                                return readsSomething(ends.server())
                                        + ", "
                                        + readsSomething(ends.server());
                            }),
                    same(
                            "channel: write after a reset, then read",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                reset(ends.client());
                                stage.settle();
                                return writes(ends.server(), "x")
                                        + ", "
                                        + writes(ends.server(), "x")
                                        + ", "
                                        + reads(ends.server());
                            }),
                    same(
                            "channel: half-close, and the answer behind it",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                writes(ends.client(), "question");
                                ends.client().shutdownOutput().shutdownOutput();
                                String question = reads(ends.server());
                                String end = reads(ends.server());
                                writes(ends.server(), "answer");
                                ends.server().close();
                                return question
                                        + end
                                        + " "
                                        + reads(ends.client())
                                        + reads(ends.client())
                                        + ", "
                                        + writes(ends.client(), "x");
                            }),
                    same(
                            "channel: wait in read, and another thread shuts the input down",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Meanwhile read = stage.meanwhile(() -> reads(ends.client()));
                                ends.client().shutdownInput();
                                return read.result() + ", " + reads(ends.client());
                            }),
                    same(
                            "channel: shut down before it is connected, and after it is closed",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                String early = attempt(channel::shutdownInput);
                                channel.close();
                                return early + ", " + attempt(channel::shutdownOutput);
                            }),
                    same(
                            "channel: everything after close",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                SocketChannel channel = ends.client();
                                channel.close();
                                channel.close();
                                return reads(channel)
                                        + ", "
                                        + writes(channel, "x")
                                        + ", "
                                        + attempt(channel::getRemoteAddress)
                                        + ", "
                                        + attempt(channel::getLocalAddress)
                                        + ", "
                                        + attempt(channel::finishConnect)
                                        + ", "
                                        + attempt(() -> channel.configureBlocking(false))
                                        + ", "
                                        + attempt(
                                                () ->
                                                        channel.setOption(
                                                                StandardSocketOptions.TCP_NODELAY,
                                                                true))
                                        + ", "
                                        + channel.isConnected();
                            }),
                    same(
                            "channel: addresses before and after connect",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                Object localBefore = channel.getLocalAddress();
                                Object remoteBefore = channel.getRemoteAddress();
                                ServerSocketChannel listening = stage.channels.listen();
                                InetSocketAddress there = stage.channels.addressOf(listening);
                                channel.connect(there);
                                SocketChannel accepted = stage.keep(listening.accept());
                                return localBefore
                                        + " "
                                        + remoteBefore
                                        + " "
                                        + channel.getRemoteAddress().equals(there)
                                        + channel.getLocalAddress()
                                                .equals(accepted.getRemoteAddress())
                                        + accepted.getLocalAddress().equals(there);
                            }),
                    same(
                            "channel: bind, then connect from there",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                channel.bind(new InetSocketAddress(stage.clientAddress, 0));
                                InetSocketAddress bound =
                                        (InetSocketAddress) channel.getLocalAddress();
                                String twice = attempt(() -> channel.bind(null));
                                ServerSocketChannel listening = stage.channels.listen();
                                channel.connect(stage.channels.addressOf(listening));
                                SocketChannel accepted = stage.keep(listening.accept());
                                return (bound.getPort() > 0)
                                        + " "
                                        + twice
                                        + " "
                                        + accepted.getRemoteAddress().equals(bound);
                            }),
                    same(
                            "channel: bind a port that somebody listens on",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                ServerSocketChannel second = stage.channels.openServer();
                                return attempt(
                                                () ->
                                                        second.bind(
                                                                stage.channels.addressOf(
                                                                        listening)))
                                        + ", open "
                                        + second.isOpen();
                            }),
                    same(
                            "channel: options",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                                channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                                channel.setOption(StandardSocketOptions.SO_LINGER, 7);
                                return channel.getOption(StandardSocketOptions.TCP_NODELAY)
                                        + " "
                                        + channel.getOption(StandardSocketOptions.SO_KEEPALIVE)
                                        + " "
                                        + channel.getOption(StandardSocketOptions.SO_LINGER)
                                        + " "
                                        + attempt(
                                                () ->
                                                        channel.setOption(
                                                                StandardSocketOptions
                                                                        .IP_MULTICAST_LOOP,
                                                                true));
                            }),
                    same(
                            "channel: change the mode back and forth",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ends.client().configureBlocking(false);
                                String nothing = reads(ends.client());
                                ends.client().configureBlocking(true);
                                Meanwhile read = stage.meanwhile(() -> reads(ends.client()));
                                writes(ends.server(), "hello");
                                return nothing + " " + read.result();
                            }),
                    same(
                            "channel: much, not blocking",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ends.client().configureBlocking(false);
                                ends.server().configureBlocking(false);
                                ByteBuffer out = ByteBuffer.allocate(MUCH);
                                ByteBuffer in = ByteBuffer.allocate(MUCH);
                                Stage.until(
                                        () -> {
                                            ends.client().write(out);
                                            ends.server().read(in);
                                            return !in.hasRemaining();
                                        });
                                return out + " " + in;
                            }));

    private Channels() {}

    private static String writesUntilClosed(SocketChannel to) throws IOException {
        try {
            while (true) {
                to.write(ByteBuffer.allocate(MUCH));
            }
        } catch (ClosedChannelException e) {
            return "ClosedChannelException";
        }
    }
}
