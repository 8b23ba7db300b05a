package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.attempt;
import static io.finwait.nio.socket.behaviour.Stage.reads;
import static io.finwait.nio.socket.behaviour.Stage.until;
import static io.finwait.nio.socket.behaviour.Stage.write;
import static io.finwait.nio.socket.behaviour.Stage.writes;

import io.finwait.nio.socket.behaviour.Stage.Meanwhile;
import io.finwait.nio.socket.behaviour.Stage.Pair;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What the JDK checks of its own sockets, told anew; the names are those of its tests below {@code
 * test/jdk/java/net}, where no other program here does the same already.
 */
final class JdkSocketTests {

    private static final int RACES = 100;
    private static final int TIMEOUT_MS = 20_000;

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "Socket/asyncClose/AsyncClose: read with a timeout",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().setSoTimeout(TIMEOUT_MS);
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                pair.client().close();
                                return read.result() + " " + reads(pair.server());
                            }),
                    same(
                            "Socket/asyncClose/AsyncClose: accept with a timeout",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                listening.setSoTimeout(TIMEOUT_MS);
                                Meanwhile accept = stage.meanwhile(listening::accept);
                                listening.close();
                                return accept.result();
                            }),
                    same(
                            "Socket/asyncClose/AsyncClose: two threads read",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile one = stage.meanwhile(() -> reads(pair.client()));
                                Meanwhile two = stage.behind(() -> reads(pair.client()), true);
                                pair.client().close();
                                return one.result() + ", " + two.result();
                            }),
                    same(
                            "Socket/asyncClose/BrokenPipe: the peer shuts its input down and"
                                    + " closes while much is written",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile writing = stage.stuck(pair.client());
                                pair.server().shutdownInput();
                                pair.server().close();
                                return writing.result();
                            }),
                    same(
                            "Socket/asyncClose/Race: close while others read, a hundred times",
                            JdkSocketTests::race),
                    same(
                            "Socket/asyncClose/Leaky: accept, closed, on one port, a hundred times",
                            stage -> {
                                int port = stage.closedPort();
                                for (int i = 0; i < RACES; i++) {
                                    ServerSocket listening = stage.unboundServer();
                                    listening.bind(
                                            new InetSocketAddress(stage.serverAddress, port));
                                    listening.close();
                                }
                                return "done";
                            }),
                    same(
                            "Socket/AsyncShutdown: shut the input down while a read waits with a"
                                    + " timeout",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().setSoTimeout(TIMEOUT_MS);
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                pair.client().shutdownInput();
                                return read.result() + " " + writes(pair.client(), "x");
                            }),
                    same(
                            "Socket/CloseAvailable: available after close",
                            stage -> {
                                Pair pair = stage.pair();
                                var in = pair.client().getInputStream();
                                pair.client().close();
                                return attempt(in::available);
                            }),
                    same(
                            "Socket/ConnectFailTest: bound, and nobody listens",
                            stage -> {
                                Socket socket = stage.socket();
                                socket.bind(new InetSocketAddress(stage.clientAddress, 0));
                                int port = stage.closedPort();
                                SocketAddress to = new InetSocketAddress(stage.serverAddress, port);
                                String failure = connects(socket, to);
                                return failure
                                        + " "
                                        + socket.isBound()
                                        + socket.isConnected()
                                        + socket.isClosed();
                            }),
                    same(
                            "Socket/ConnectFailTest: to a name that was not resolved",
                            stage -> {
                                Socket socket = stage.socket();
                                SocketAddress to =
                                        InetSocketAddress.createUnresolved("host.invalid", 80);
                                String failure = connects(socket, to);
                                return failure
                                        + " "
                                        + socket.isBound()
                                        + socket.isConnected()
                                        + socket.isClosed();
                            }),
                    same(
                            "Socket/ClosedSocketTest: everything that opens, after close",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Socket socket = stage.socket();
                                socket.close();
                                SocketAddress to = stage.addressOf(listening);
                                return connects(socket, to)
                                        + ", "
                                        + attempt(
                                                () -> {
                                                    socket.bind(null);
                                                    return "bound";
                                                })
                                        + ", "
                                        + attempt(socket::getInputStream)
                                        + ", "
                                        + attempt(socket::getOutputStream);
                            }),
                    same(
                            "Socket/AddressTest: addresses that are none",
                            stage -> {
                                SocketAddress strange = new SocketAddress() {};
                                return connects(stage.socket(), strange)
                                        + ", "
                                        + attempt(
                                                () -> {
                                                    stage.socket().bind(strange);
                                                    return "bound";
                                                })
                                        + ", "
                                        + attempt(
                                                () -> {
                                                    stage.unboundServer().bind(strange);
                                                    return "bound";
                                                });
                            }),
                    same(
                            "Socket/ConnectionReset: read and available, by turns",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "abc");
                                Stage.arrived(pair.client(), 3);
                                pair.server().setSoLinger(true, 0);
                                pair.server().close();
                                var in = pair.client().getInputStream();
                                StringBuilder said = new StringBuilder();
                                for (int i = 0; i < 5; i++) {
                                    said.append(attempt(in::read)).append(' ');
                                }
                                return said.append(attempt(in::available));
                            }),
                    same(
                            "Socket/ReadAfterReset: with a timeout, at any read",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().setSoTimeout(TIMEOUT_MS);
                                pair.server().setSoLinger(true, 0);
                                pair.server().close();
                                return reads(pair.client()) + ", " + reads(pair.client());
                            }),
                    same(
                            "Socket/LingerTest: nobody else waits while one lingers",
                            JdkSocketTests::linger),
                    same(
                            "Socket/Timeouts: two threads accept with a timeout, a client comes,"
                                    + " and another thread closes",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                listening.setSoTimeout(TIMEOUT_MS);
                                Meanwhile one = stage.meanwhile(() -> accepts(stage, listening));
                                Meanwhile two =
                                        stage.behind(() -> accepts(stage, listening), false);
                                stage.connect(listening);
                                until(() -> one.outcome().isDone() || two.outcome().isDone());
                                listening.close();
                                List<String> outcomes = new ArrayList<>();
                                outcomes.add(one.result());
                                outcomes.add(two.result());
                                outcomes.sort(null);
                                return outcomes;
                            }),
                    same(
                            "Socket/SoTimeout: a timeout that is set while a read waits",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                pair.client().setSoTimeout(1);
                                Stage.pause(20);
                                boolean waits = !read.outcome().isDone();
                                write(pair.server(), "x");
                                return waits + " " + read.result() + " " + reads(pair.client());
                            }),
                    same(
                            "Socket/TrafficClass: out of range",
                            stage ->
                                    attempt(
                                            () -> {
                                                stage.socket().setTrafficClass(256);
                                                return "set";
                                            })),
                    same(
                            "Socket/setReuseAddress/Basic: set after binding, and bind again",
                            stage -> {
                                ServerSocket first = stage.unboundServer();
                                first.setReuseAddress(false);
                                first.bind(new InetSocketAddress(stage.serverAddress, 0));
                                ServerSocket second = stage.unboundServer();
                                second.setReuseAddress(true);
                                return attempt(
                                        () -> {
                                            second.bind(stage.addressOf(first));
                                            return "bound";
                                        });
                            }),
                    same(
                            "Socket/setReuseAddress/Restart: listen again, and old connections"
                                    + " still talk",
                            stage -> {
                                ServerSocket first = stage.listen();
                                int port = first.getLocalPort();
                                Socket client = stage.connect(first);
                                Socket server = stage.accept(first);
                                first.close();
                                ServerSocket second = stage.unboundServer();
                                second.bind(new InetSocketAddress(stage.serverAddress, port));
                                stage.connect(second);
                                write(client, "old");
                                return stage.accept(second).isConnected() + " " + reads(server);
                            }),
                    same(
                            "ServerSocket/AcceptCauseFileDescriptorLeak: accept fails, and the"
                                    + " next one works",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                listening.setSoTimeout(1);
                                String early = attempt(listening::accept);
                                listening.setSoTimeout(0);
                                stage.connect(listening);
                                return early + " " + stage.accept(listening).isConnected();
                            }));

    private JdkSocketTests() {}

    private static String connects(Socket socket, SocketAddress to) {
        return attempt(
                () -> {
                    socket.connect(to, 0);
                    return "connected";
                });
    }

    private static String accepts(Stage stage, ServerSocket listening) {
        return attempt(() -> stage.accept(listening).isConnected());
    }

    /** Each read ends, with one of the outcomes of a closed socket. */
    private static Object race(Stage stage) throws Exception {
        int told = 0;
        for (int i = 0; i < RACES; i++) {
            Pair pair = stage.pair();
            Meanwhile read = stage.unawaited(() -> reads(pair.client()));
            pair.client().close();
            String outcome = read.result();
            if (outcome.equals("SocketException: Socket closed")
                    || outcome.equals("SocketException: Socket is closed")) {
                told++;
            }
            pair.server().close();
        }
        return told;
    }

    private static Object linger(Stage stage) throws Exception {
        Pair lingering = stage.pair();
        Pair other = stage.pair();
        Meanwhile writing = stage.stuck(lingering.client());
        lingering.client().setSoLinger(true, TIMEOUT_MS / 1000);
        lingering.client().shutdownOutput();
        writing.result();
        Meanwhile close =
                stage.unawaited(
                        () -> {
                            lingering.client().close();
                            return "closed";
                        });
        until(() -> lingering.client().isClosed());
        write(other.client(), "meanwhile");
        String read = reads(other.server());
        boolean lingers = !close.outcome().isDone();
        lingering.server().close();
        return read + " " + lingers + " " + close.result();
    }
}
