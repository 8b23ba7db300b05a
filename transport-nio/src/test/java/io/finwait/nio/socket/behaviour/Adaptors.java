package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.attempt;
import static io.finwait.nio.socket.behaviour.Stage.reads;
import static io.finwait.nio.socket.behaviour.Stage.write;
import static io.finwait.nio.socket.behaviour.Stage.writes;

import io.finwait.nio.socket.behaviour.ChannelStage.Ends;
import io.finwait.nio.socket.behaviour.Stage.Meanwhile;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/** What {@code channel.socket()} does. */
final class Adaptors {

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "adaptor: streams both ways",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                write(ends.client().socket(), "question");
                                String question = reads(ends.server().socket());
                                write(ends.server().socket(), "answer");
                                return question + " " + reads(ends.client().socket());
                            }),
                    same(
                            "adaptor: read with a timeout, then again",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Socket socket = ends.client().socket();
                                socket.setSoTimeout(5);
                                String early = reads(socket);
                                socket.setSoTimeout(0);
                                write(ends.server().socket(), "late");
                                return early + ", " + reads(socket);
                            }),
                    same(
                            "adaptor: streams of a channel that does not block",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                ends.client().configureBlocking(false);
                                Socket socket = ends.client().socket();
                                return reads(socket) + ", " + writes(socket, "x");
                            }),
                    same(
                            "adaptor: wait in read, and another thread closes",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Socket socket = ends.client().socket();
                                Meanwhile read = stage.meanwhile(() -> reads(socket));
                                socket.close();
                                return read.result() + ", " + reads(socket);
                            }),
                    same(
                            "adaptor: connect, with a timeout and to a closed port",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                Socket there = stage.channels.open().socket();
                                there.connect(stage.channels.addressOf(listening), 5_000);
                                Socket nobody = stage.channels.open().socket();
                                InetSocketAddress closed =
                                        new InetSocketAddress(
                                                stage.serverAddress, stage.closedPort());
                                return there.isConnected()
                                        + " "
                                        + attempt(
                                                () -> {
                                                    nobody.connect(closed, 5_000);
                                                    return "connected";
                                                })
                                        + " "
                                        + nobody.isClosed();
                            }),
                    same(
                            "adaptor: connect to a name that nobody knows",
                            stage -> {
                                Socket socket = stage.channels.open().socket();
                                return attempt(
                                                () -> {
                                                    socket.connect(
                                                            InetSocketAddress.createUnresolved(
                                                                    "nobody.invalid", 1));
                                                    return "connected";
                                                })
                                        + " "
                                        + socket.isClosed();
                            }),
                    same(
                            "adaptor: connect twice",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                Socket socket = stage.channels.connect(listening).socket();
                                return attempt(
                                        () -> {
                                            socket.connect(stage.channels.addressOf(listening));
                                            return "connected";
                                        });
                            }),
                    same(
                            "adaptor: what it tells of itself",
                            stage -> {
                                SocketChannel channel = stage.channels.open();
                                Socket socket = channel.socket();
                                String before =
                                        socket.isBound()
                                                + " "
                                                + socket.isConnected()
                                                + " "
                                                + socket.getPort()
                                                + " "
                                                + socket.getLocalPort()
                                                + " "
                                                + socket.getInetAddress()
                                                + " "
                                                + socket.getRemoteSocketAddress()
                                                + " "
                                                + socket.getLocalSocketAddress();
                                ServerSocketChannel listening = stage.channels.listen();
                                channel.connect(stage.channels.addressOf(listening));
                                socket.shutdownInput();
                                socket.shutdownOutput();
                                return before
                                        + "; "
                                        + socket.isBound()
                                        + socket.isConnected()
                                        + socket.isInputShutdown()
                                        + socket.isOutputShutdown()
                                        + " "
                                        + socket.getChannel().equals(channel)
                                        + channel.socket().equals(socket)
                                        + " "
                                        + attempt(socket::getInputStream)
                                        + ", "
                                        + attempt(socket::getOutputStream);
                            }),
                    same(
                            "adaptor: options, and those of a closed one",
                            stage -> {
                                Socket socket = stage.channels.open().socket();
                                socket.setTcpNoDelay(true);
                                socket.setKeepAlive(true);
                                socket.setSoLinger(true, 9);
                                socket.setTrafficClass(8);
                                String open =
                                        socket.getTcpNoDelay()
                                                + " "
                                                + socket.getKeepAlive()
                                                + " "
                                                + socket.getSoLinger()
                                                + " "
                                                + socket.getTrafficClass()
                                                + " "
                                                + socket.getOOBInline()
                                                + " "
                                                + (socket.getSendBufferSize() > 0);
                                socket.close();
                                return open
                                        + ", "
                                        + attempt(socket::getTcpNoDelay)
                                        + ", "
                                        + attempt(socket::getSoTimeout);
                            }),
                    same(
                            "adaptor: accept with a timeout, then a client",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                ServerSocket socket = listening.socket();
                                socket.setSoTimeout(5);
                                String early = attempt(socket::accept);
                                socket.setSoTimeout(5_000);
                                stage.channels.connect(listening);
                                Socket accepted = stage.keep(socket.accept());
                                return early
                                        + ", "
                                        + accepted.isConnected()
                                        + (accepted.getChannel() != null);
                            }),
                    same(
                            "adaptor: accept in a channel that does not block, or is not bound",
                            stage -> {
                                ServerSocketChannel listening = stage.channels.listen();
                                listening.configureBlocking(false);
                                ServerSocket socket = listening.socket();
                                String nobody = attempt(socket::accept);
                                socket.setSoTimeout(5);
                                return nobody
                                        + ", "
                                        + attempt(socket::accept)
                                        + ", "
                                        + attempt(stage.channels.openServer().socket()::accept);
                            }));

    private Adaptors() {}
}
