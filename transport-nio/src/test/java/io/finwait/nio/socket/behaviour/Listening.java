package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.attempt;
import static io.finwait.nio.socket.behaviour.Stage.reads;
import static io.finwait.nio.socket.behaviour.Stage.write;

import io.finwait.nio.socket.behaviour.Stage.Meanwhile;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/** What listening sockets do. */
final class Listening {

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "wait in accept, and somebody connects",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Meanwhile accept =
                                        stage.meanwhile(
                                                () -> stage.accept(listening).isConnected());
                                stage.connect(listening);
                                return accept.result();
                            }),
                    same(
                            "wait in accept, and another thread closes",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Meanwhile accept = stage.meanwhile(() -> stage.accept(listening));
                                listening.close();
                                return accept.result();
                            }),
                    same(
                            "accept with a timeout, then again",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                listening.setSoTimeout(10);
                                String first = attempt(() -> stage.accept(listening));
                                listening.setSoTimeout(0);
                                stage.connect(listening);
                                return first + ", " + stage.accept(listening).isConnected();
                            }),
                    same(
                            "accept after close",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                listening.close();
                                return attempt(() -> stage.accept(listening));
                            }),
                    same(
                            "accept before bind",
                            stage -> {
                                ServerSocket server = stage.unboundServer();
                                return attempt(() -> stage.accept(server));
                            }),
                    same(
                            "listen on a port that listens",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                return binds(
                                        stage.unboundServer(),
                                        stage.serverAddress,
                                        listening.getLocalPort());
                            }),
                    same(
                            "listen on all addresses of a port that listens",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                return binds(stage.unboundServer(), null, listening.getLocalPort());
                            }),
                    same(
                            "listen again after close, with connections left",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                int port = listening.getLocalPort();
                                Socket client = stage.connect(listening);
                                Socket server = stage.accept(listening);
                                listening.close();
                                String again =
                                        binds(stage.unboundServer(), stage.serverAddress, port);
                                write(server, "still");
                                return again + ", " + reads(client);
                            }),
                    same(
                            "listen on an address of somebody else",
                            stage ->
                                    binds(
                                            stage.unboundServer(),
                                            InetAddress.getByName("192.0.2.1"),
                                            0)),
                    same("bind twice", stage -> binds(stage.listen(), stage.serverAddress, 0)),
                    same(
                            "close twice",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                listening.close();
                                listening.close();
                                return listening.isClosed() + " " + listening.isBound();
                            }),
                    same(
                            "ask a listening socket",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                return listening.isBound()
                                        + " "
                                        + (listening.getLocalPort() > 0)
                                        + " "
                                        + listening.getInetAddress().equals(stage.serverAddress)
                                        + " "
                                        + listening
                                                .getLocalSocketAddress()
                                                .equals(stage.addressOf(listening))
                                        + " "
                                        + listening.getChannel();
                            }),
                    same(
                            "ask one that is not bound",
                            stage -> {
                                ServerSocket server = stage.unboundServer();
                                return server.isBound()
                                        + " "
                                        + server.getLocalPort()
                                        + " "
                                        + server.getInetAddress()
                                        + " "
                                        + server.getLocalSocketAddress()
                                        + " "
                                        + server;
                            }),
                    same(
                            "a listening socket in words",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                return listening
                                        .toString()
                                        .equals(
                                                "ServerSocket[addr="
                                                        + stage.serverAddress
                                                        + ",localport="
                                                        + listening.getLocalPort()
                                                        + "]");
                            }),
                    same(
                            "close with a connection that nobody has accepted",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Socket client = stage.connect(listening);
                                listening.close();
                                return reads(client);
                            }),
                    same(
                            "accept a connection that the peer has closed",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Socket client = stage.connect(listening);
                                write(client, "last");
                                client.close();
                                Socket server = stage.accept(listening);
                                return reads(server) + ", " + reads(server);
                            }),
                    same(
                            "accept a connection that the peer has reset",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Reading.reset(stage.connect(listening));
                                Socket server = stage.accept(listening);
                                return reads(server) + ", " + reads(server);
                            }),
                    same(
                            "accept in the order of connecting",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Socket first = stage.connect(listening);
                                Socket second = stage.connect(listening);
                                return (stage.accept(listening).getPort() == first.getLocalPort())
                                        + " "
                                        + (stage.accept(listening).getPort()
                                                == second.getLocalPort());
                            }),
                    same(
                            "an accepted socket reuses its address as the listener does",
                            stage -> stage.pair().server().getReuseAddress()),
                    same(
                            "an accepted socket does not inherit the timeout",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                listening.setSoTimeout(10_000);
                                stage.connect(listening);
                                return stage.accept(listening).getSoTimeout();
                            }));

    private Listening() {}

    private static String binds(ServerSocket socket, InetAddress to, int port) {
        return attempt(
                () -> {
                    socket.bind(new InetSocketAddress(to, port));
                    return "done";
                });
    }
}
