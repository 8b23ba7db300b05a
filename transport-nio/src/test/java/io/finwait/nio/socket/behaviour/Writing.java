package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.differs;
import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.arrived;
import static io.finwait.nio.socket.behaviour.Stage.attempt;
import static io.finwait.nio.socket.behaviour.Stage.fill;
import static io.finwait.nio.socket.behaviour.Stage.reads;
import static io.finwait.nio.socket.behaviour.Stage.readsToTheEnd;
import static io.finwait.nio.socket.behaviour.Stage.write;
import static io.finwait.nio.socket.behaviour.Stage.writes;
import static io.finwait.nio.socket.behaviour.Stage.writesUntilItFails;

import io.finwait.nio.socket.behaviour.Stage.Meanwhile;
import io.finwait.nio.socket.behaviour.Stage.Pair;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;

/** What becomes of a write, and of what ends the output. */
final class Writing {

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "write to a peer that has closed",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.server().close();
                                reads(pair.client());
                                return writes(pair.client(), "x");
                            }),
                    same(
                            "write on until it fails, and again",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.server().close();
                                reads(pair.client());
                                return writesUntilItFails(pair.client())
                                        + ", "
                                        + writes(pair.client(), "x");
                            }),
                    same(
                            "write after a reset that nobody has noticed, and again",
                            stage -> {
                                Socket client = Reading.resetClient(stage);
                                return writesUntilItFails(client) + ", " + writes(client, "x");
                            }),
                    same(
                            "write when a read has noticed the reset",
                            stage -> {
                                Socket client = Reading.resetClient(stage);
                                return reads(client) + "; " + writes(client, "x");
                            }),
                    same(
                            "write after shutdownOutput",
                            stage -> {
                                Socket client = stage.pair().client();
                                OutputStream out = client.getOutputStream();
                                client.shutdownOutput();
                                return attempt(() -> written(out))
                                        + ", "
                                        + attempt(client::getOutputStream);
                            }),
                    same(
                            "write after close",
                            stage -> {
                                Socket client = stage.pair().client();
                                OutputStream out = client.getOutputStream();
                                client.close();
                                return attempt(() -> written(out))
                                        + ", "
                                        + attempt(client::getOutputStream);
                            }),
                    same(
                            "write nothing after close",
                            stage -> {
                                Socket client = stage.pair().client();
                                OutputStream out = client.getOutputStream();
                                client.close();
                                return attempt(
                                        () -> {
                                            out.write(new byte[0]);
                                            return "done";
                                        });
                            }),
                    same(
                            "write beyond an array",
                            stage -> {
                                OutputStream out = stage.pair().client().getOutputStream();
                                return attempt(
                                        () -> {
                                            out.write(new byte[3], 1, 3);
                                            return "done";
                                        });
                            }),
                    same(
                            "wait in write, and another thread closes",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write = stage.meanwhile(() -> fill(pair.client()));
                                pair.client().close();
                                return write.result();
                            }),
                    same(
                            "wait in write, and another thread shuts the output down",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write = stage.meanwhile(() -> fill(pair.client()));
                                pair.client().shutdownOutput();
                                return write.result()
                                        + "; the peer "
                                        + readsToTheEnd(pair.server());
                            }),
                    same(
                            "wait in write, and another thread closes with linger 0",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write = stage.meanwhile(() -> fill(pair.client()));
                                Reading.reset(pair.client());
                                return write.result()
                                        + "; the peer "
                                        + readsToTheEnd(pair.server());
                            }),
                    same(
                            "wait in write, and the peer resets",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write = stage.meanwhile(() -> fill(pair.client()));
                                Reading.reset(pair.server());
                                return write.result();
                            }),
                    same(
                            "wait in write, and the peer closes with octets unread",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write = stage.meanwhile(() -> fill(pair.client()));
                                pair.server().close();
                                return write.result() + ", " + reads(pair.client());
                            }),
                    same(
                            "wait in write, and the peer reads",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write =
                                        stage.meanwhile(
                                                () -> {
                                                    fill(pair.client());
                                                    pair.client().shutdownOutput();
                                                    return "done";
                                                });
                                return readsToTheEnd(pair.server()) + " " + write.result();
                            }),
                    same(
                            "close the output stream",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().getOutputStream().close();
                                return pair.client().isClosed() + " " + reads(pair.server());
                            }),
                    same(
                            "half-close: the peer reads to the end and answers",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.client(), "question");
                                pair.client().shutdownOutput();
                                String asked = reads(pair.server()) + reads(pair.server());
                                write(pair.server(), "answer");
                                pair.server().close();
                                return asked + reads(pair.client()) + reads(pair.client());
                            }),
                    same(
                            "shut the output down twice",
                            stage -> {
                                Socket client = stage.pair().client();
                                client.shutdownOutput();
                                return shutsOutput(client) + ", " + client.isOutputShutdown();
                            }),
                    same(
                            "shut down after close",
                            stage -> {
                                Socket client = stage.pair().client();
                                client.close();
                                return shutsOutput(client);
                            }),
                    same("shut down before connecting", stage -> shutsOutput(stage.socket())),
                    same(
                            "shut the output down after a reset",
                            stage -> {
                                Socket client = Reading.resetClient(stage);
                                return reads(client) + "; " + shutsOutput(client);
                            }),
                    same(
                            "shut the output down after the peer's close",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.server().close();
                                return reads(pair.client()) + "; " + shutsOutput(pair.client());
                            }),
                    differs(
                            "send urgent data",
                            "urgent data is not sent (RFC 6093 §5 advises against it); the program"
                                    + " is told",
                            stage -> {
                                Pair pair = stage.pair();
                                return attempt(
                                        () -> {
                                            pair.client().sendUrgentData(1);
                                            return "done";
                                        });
                            }),
                    same(
                            "write, and change the array afterwards",
                            stage -> {
                                Pair pair = stage.pair();
                                byte[] octets = {'m', 'i', 'n', 'e'};
                                pair.client().getOutputStream().write(octets);
                                octets[0] = 'x';
                                arrived(pair.server(), 4);
                                return reads(pair.server());
                            }));

    private Writing() {}

    private static Object written(OutputStream to) throws IOException {
        to.write(1);
        return "done";
    }

    static String shutsOutput(Socket socket) {
        return attempt(
                () -> {
                    socket.shutdownOutput();
                    return "done";
                });
    }
}
