package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.attempt;

import io.finwait.nio.socket.behaviour.Stage.Pair;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.List;

/** How sockets are bound and connected, and what they know of it. */
final class Opening {

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "connect to a port on which nobody listens",
                            stage -> {
                                Socket socket = stage.socket();
                                int port = stage.closedPort();
                                return connects(
                                                socket,
                                                new InetSocketAddress(stage.serverAddress, port),
                                                0)
                                        + ", closed: "
                                        + socket.isClosed();
                            }),
                    same(
                            "connect again after a refusal",
                            stage -> {
                                Socket socket = stage.socket();
                                connects(
                                        socket,
                                        new InetSocketAddress(
                                                stage.serverAddress, stage.closedPort()),
                                        0);
                                return connects(socket, stage.listen(), 0);
                            }),
                    same(
                            "connect to port 0",
                            stage ->
                                    connects(
                                            stage.socket(),
                                            new InetSocketAddress(stage.serverAddress, 0),
                                            0)),
                    same(
                            "connect with a timeout to whom does not answer",
                            stage -> connects(stage.socket(), full(stage), 20)),
                    same(
                            "connect with a timeout to whom does",
                            stage -> connects(stage.socket(), stage.listen(), 10_000)),
                    same(
                            "connect twice",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Socket socket = stage.connect(listening);
                                return connects(socket, listening, 0);
                            }),
                    same(
                            "connect to no address",
                            stage -> connects(stage.socket(), (SocketAddress) null, 0)),
                    same(
                            "connect with a negative timeout",
                            stage -> connects(stage.socket(), stage.listen(), -1)),
                    same(
                            "connect to a name that was not resolved",
                            stage ->
                                    connects(
                                            stage.socket(),
                                            InetSocketAddress.createUnresolved("host.invalid", 80),
                                            0)),
                    same(
                            "bind, then connect",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Socket socket = stage.socket();
                                socket.bind(new InetSocketAddress(stage.clientAddress, 0));
                                int bound = socket.getLocalPort();
                                socket.connect(stage.addressOf(listening));
                                Socket server = stage.accept(listening);
                                return (bound > 0)
                                        + " "
                                        + (bound == socket.getLocalPort())
                                        + " "
                                        + (bound == server.getPort())
                                        + " "
                                        + server.getInetAddress().equals(stage.clientAddress);
                            }),
                    same(
                            "connect from a port by the factory",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                int port = freePort(stage);
                                Socket socket =
                                        stage.keep(
                                                stage.sockets.createSocket(
                                                        stage.serverAddress,
                                                        listening.getLocalPort(),
                                                        stage.clientAddress,
                                                        port));
                                return socket.getLocalPort() == port;
                            }),
                    same(
                            "bind to a port that is bound",
                            stage -> {
                                Socket first = stage.socket();
                                first.bind(new InetSocketAddress(stage.clientAddress, 0));
                                return binds(
                                        stage.socket(), stage.clientAddress, first.getLocalPort());
                            }),
                    same(
                            "bind to a port that was given back",
                            stage -> {
                                Socket first = stage.socket();
                                first.bind(new InetSocketAddress(stage.clientAddress, 0));
                                int port = first.getLocalPort();
                                first.close();
                                return binds(stage.socket(), stage.clientAddress, port);
                            }),
                    same(
                            "bind to an address of somebody else",
                            stage -> binds(stage.socket(), InetAddress.getByName("192.0.2.1"), 0)),
                    same(
                            "bind twice",
                            stage -> {
                                Socket socket = stage.socket();
                                socket.bind(new InetSocketAddress(stage.clientAddress, 0));
                                return binds(socket, stage.clientAddress, 0);
                            }),
                    same(
                            "bind after connecting",
                            stage -> binds(stage.pair().client(), stage.clientAddress, 0)),
                    same(
                            "ask a socket that is not connected",
                            stage -> {
                                Socket socket = stage.socket();
                                return socket.getPort()
                                        + " "
                                        + socket.getLocalPort()
                                        + " "
                                        + socket.getInetAddress()
                                        + " "
                                        + socket.getLocalAddress()
                                        + " "
                                        + socket.getRemoteSocketAddress()
                                        + " "
                                        + socket.getLocalSocketAddress()
                                        + " "
                                        + socket;
                            }),
                    same(
                            "ask a socket that is bound",
                            stage -> {
                                Socket socket = stage.socket();
                                socket.bind(new InetSocketAddress(0));
                                return socket.isBound()
                                        + " "
                                        + socket.isConnected()
                                        + " "
                                        + (socket.getLocalPort() > 0)
                                        + " "
                                        + socket.getLocalAddress();
                            }),
                    same(
                            "ask both ends of a connection",
                            stage -> {
                                Pair pair = stage.pair();
                                return knows(pair, stage.serverAddress)
                                        + " "
                                        + knows(pair.swapped(), stage.clientAddress);
                            }),
                    same(
                            "a connected socket in words",
                            stage -> {
                                Pair pair = stage.pair();
                                return pair.client()
                                        .toString()
                                        .equals(
                                                "Socket[addr="
                                                        + stage.serverAddress
                                                        + ",port="
                                                        + pair.server().getLocalPort()
                                                        + ",localport="
                                                        + pair.server().getPort()
                                                        + "]");
                            }),
                    same("the channel of a socket", stage -> stage.socket().getChannel()));

    private Opening() {}

    static String connects(Socket socket, ServerSocket to, int timeoutMs) {
        return connects(
                socket, new InetSocketAddress(to.getInetAddress(), to.getLocalPort()), timeoutMs);
    }

    static String connects(Socket socket, SocketAddress to, int timeoutMs) {
        return attempt(
                () -> {
                    socket.connect(to, timeoutMs);
                    return "done";
                });
    }

    static String binds(Socket socket, InetAddress to, int port) {
        return attempt(
                () -> {
                    socket.bind(new InetSocketAddress(to, port));
                    return "done";
                });
    }

    private static int freePort(Stage stage) throws Exception {
        try (Socket socket = stage.sockets.createSocket()) {
            socket.bind(new InetSocketAddress(stage.clientAddress, 0));
            return socket.getLocalPort();
        }
    }

    private static String knows(Pair pair, InetAddress peer) {
        Socket it = pair.client();
        return (it.getPort() == pair.server().getLocalPort())
                + " "
                + it.getInetAddress().equals(peer)
                + " "
                + it.getLocalAddress().equals(pair.server().getInetAddress())
                + " "
                + it.getRemoteSocketAddress().equals(pair.server().getLocalSocketAddress());
    }

    /**
     * A listener whose queue is full, so that it answers no SYN; one that is slow, because the
     * machine is busy, has answered by the second time.
     */
    static ServerSocket full(Stage stage) throws Exception {
        ServerSocket listening = stage.listen(1);
        while (connects(stage.socket(), listening, 50).equals("done")
                || connects(stage.socket(), listening, 500).equals("done")) {
            // There was room.
        }
        return listening;
    }
}
