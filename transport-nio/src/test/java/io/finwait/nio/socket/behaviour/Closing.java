package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.arrived;
import static io.finwait.nio.socket.behaviour.Stage.attempt;
import static io.finwait.nio.socket.behaviour.Stage.reads;
import static io.finwait.nio.socket.behaviour.Stage.readsToTheEnd;
import static io.finwait.nio.socket.behaviour.Stage.write;
import static io.finwait.nio.socket.behaviour.Stage.writesUntilItFails;

import io.finwait.nio.socket.behaviour.Stage.Meanwhile;
import io.finwait.nio.socket.behaviour.Stage.Pair;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/** What a close does, here and at the peer. */
final class Closing {

    private static final long MOST_OF_A_SECOND_NS = 900_000_000;

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "close",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().close();
                                return reads(pair.server());
                            }),
                    same(
                            "close with octets unread",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "unread");
                                arrived(pair.client(), 6);
                                pair.client().close();
                                return reads(pair.server())
                                        + ", "
                                        + writesUntilItFails(pair.server());
                            }),
                    same(
                            "close with octets half read",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "unread");
                                arrived(pair.client(), 6);
                                pair.client().getInputStream().read();
                                pair.client().close();
                                return reads(pair.server())
                                        + ", "
                                        + writesUntilItFails(pair.server());
                            }),
                    same(
                            "close with octets of its own under way",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.client(), "last");
                                pair.client().close();
                                return reads(pair.server()) + ", " + reads(pair.server());
                            }),
                    same(
                            "close with linger 0",
                            stage -> {
                                Pair pair = stage.pair();
                                Reading.reset(pair.client());
                                return reads(pair.server())
                                        + ", "
                                        + writesUntilItFails(pair.server());
                            }),
                    same(
                            "close with linger 0 and octets unread",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "unread");
                                arrived(pair.client(), 6);
                                Reading.reset(pair.client());
                                return reads(pair.server());
                            }),
                    same(
                            "close with linger when everything has arrived",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().setSoLinger(true, 5);
                                write(pair.client(), "last");
                                String late = closes(pair.client());
                                return late + ", " + readsToTheEnd(pair.server());
                            }),
                    same(
                            "close with linger 1 when the peer does not read",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write = stage.stuck(pair.client());
                                pair.client().setSoLinger(true, 1);
                                pair.client().shutdownOutput();
                                write.result();
                                String late = closes(pair.client());
                                return late + ", " + readsToTheEnd(pair.server());
                            }),
                    same(
                            "close with linger 1 and octets unread",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "unread");
                                arrived(pair.client(), 6);
                                pair.client().setSoLinger(true, 1);
                                String late = closes(pair.client());
                                return late + ", " + readsToTheEnd(pair.server());
                            }),
                    same(
                            "close twice",
                            stage -> {
                                Socket client = stage.pair().client();
                                client.close();
                                return closes(client);
                            }),
                    same(
                            "close both ends at once",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().close();
                                pair.server().close();
                                return pair.client().isClosed() + " " + pair.server().isClosed();
                            }),
                    same(
                            "close a socket that was never connected",
                            stage -> {
                                Socket socket = stage.socket();
                                socket.close();
                                return attempt(
                                        () -> {
                                            socket.connect(stage.addressOf(stage.listen()));
                                            return "done";
                                        });
                            }),
                    same(
                            "wait in connect, and another thread closes",
                            stage -> {
                                ServerSocket full = Opening.full(stage);
                                Socket socket = stage.socket();
                                Meanwhile connect =
                                        stage.meanwhile(() -> Opening.connects(socket, full, 0));
                                socket.close();
                                return connect.result();
                            }),
                    same(
                            "ask a closed socket",
                            stage -> {
                                Socket client = stage.pair().client();
                                client.close();
                                return client.isConnected()
                                        + " "
                                        + client.isBound()
                                        + " "
                                        + (client.getPort() > 0)
                                        + " "
                                        + (client.getLocalPort() > 0)
                                        + " "
                                        + client.getLocalAddress()
                                        + " "
                                        + client.isInputShutdown()
                                        + client.isOutputShutdown();
                            }),
                    same(
                            "set and get options of a closed socket",
                            stage -> {
                                Socket client = stage.pair().client();
                                client.close();
                                return attempt(client::getSoTimeout)
                                        + ", "
                                        + attempt(client::getTcpNoDelay)
                                        + ", "
                                        + attempt(client::getSoLinger);
                            }),
                    same(
                            "close by try-with-resources after an answer that was not read",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Socket server;
                                try (Socket client = stage.connect(listening)) {
                                    server = stage.accept(listening);
                                    write(client, "question");
                                    arrived(server, 8);
                                    write(server, "answer");
                                    arrived(client, 6);
                                }
                                return reads(server) + ", " + reads(server);
                            }));

    private Closing() {}

    /** Closes, and tells whether that took most of a second. */
    private static String closes(Socket socket) throws IOException {
        long begin = System.nanoTime();
        socket.close();
        return System.nanoTime() - begin < MOST_OF_A_SECOND_NS ? "at once" : "after a second";
    }
}
