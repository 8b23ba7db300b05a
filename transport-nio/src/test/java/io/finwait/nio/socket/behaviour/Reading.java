package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.arrived;
import static io.finwait.nio.socket.behaviour.Stage.attempt;
import static io.finwait.nio.socket.behaviour.Stage.reads;
import static io.finwait.nio.socket.behaviour.Stage.until;
import static io.finwait.nio.socket.behaviour.Stage.write;
import static io.finwait.nio.socket.behaviour.Stage.writes;
import static io.finwait.nio.socket.behaviour.Stage.writesUntilItFails;

import io.finwait.nio.socket.behaviour.Stage.Meanwhile;
import io.finwait.nio.socket.behaviour.Stage.Pair;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;

/** What a read gives. */
final class Reading {

    /** As much as one of our rings holds, and as a kernel's buffer holds on the loopback. */
    private static final int RING = 256 << 10;

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "read what has come",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "hello");
                                arrived(pair.client(), 5);
                                return reads(pair.client());
                            }),
                    same(
                            "read before something comes",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                write(pair.server(), "hello");
                                return read.result();
                            }),
                    same(
                            "read into an array of length 0",
                            stage -> stage.pair().client().getInputStream().read(new byte[0])),
                    same(
                            "read beyond an array",
                            stage ->
                                    stage.pair().client().getInputStream().read(new byte[3], 1, 3)),
                    same(
                            "read after the peer's close, twice",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.server().close();
                                return reads(pair.client()) + ", " + reads(pair.client());
                            }),
                    same(
                            "read what came before the peer's close",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "last");
                                pair.server().close();
                                return reads(pair.client()) + ", " + reads(pair.client());
                            }),
                    same(
                            "read much that came before the peer's close",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.server().getOutputStream().write(new byte[RING]);
                                pair.server().close();
                                stage.settle();
                                return pair.client().getInputStream().readAllBytes().length;
                            }),
                    same(
                            "read after a reset, three times",
                            stage -> {
                                Socket client = resetClient(stage);
                                return reads(client) + ", " + reads(client) + ", " + reads(client);
                            }),
                    same(
                            "read what came before a reset",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "last");
                                arrived(pair.client(), 4);
                                reset(pair.server());
                                return reads(pair.client()) + ", " + reads(pair.client());
                            }),
                    same(
                            "read after the peer's close and a reset behind it",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.server().close();
                                stage.settle();
                                String written = writesUntilItFails(pair.client());
                                return written + "; " + reads(pair.client());
                            }),
                    same(
                            "read when a write has noticed the reset",
                            stage -> {
                                Socket client = resetClient(stage);
                                String written = writesUntilItFails(client);
                                return written + "; " + reads(client);
                            }),
                    same(
                            "wait in read, and the peer closes",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                pair.server().close();
                                return read.result();
                            }),
                    same(
                            "wait in read, and the peer resets",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                reset(pair.server());
                                return read.result();
                            }),
                    same(
                            "wait in read, and another thread closes",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                pair.client().close();
                                return read.result();
                            }),
                    same(
                            "wait in read, and another thread shuts the input down",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                pair.client().shutdownInput();
                                return read.result();
                            }),
                    same(
                            "wait in read, and another thread shuts the output down",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read = stage.meanwhile(() -> reads(pair.client()));
                                pair.client().shutdownOutput();
                                write(pair.server(), "still");
                                return read.result();
                            }),
                    same(
                            "read after close",
                            stage -> {
                                Pair pair = stage.pair();
                                InputStream in = pair.client().getInputStream();
                                pair.client().close();
                                return attempt(in::read) + ", " + attempt(in::available);
                            }),
                    same(
                            "read after the end of the stream and close",
                            stage -> {
                                Pair pair = stage.pair();
                                InputStream in = pair.client().getInputStream();
                                pair.server().close();
                                in.read();
                                pair.client().close();
                                return attempt(in::read);
                            }),
                    same(
                            "read with a timeout, then again",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().setSoTimeout(10);
                                String first = reads(pair.client());
                                pair.client().setSoTimeout(0);
                                write(pair.server(), "late");
                                return first + ", " + reads(pair.client());
                            }),
                    same(
                            "read with a timeout after the peer's close",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().setSoTimeout(10_000);
                                pair.server().close();
                                return reads(pair.client());
                            }),
                    same(
                            "shut the input down with octets unread",
                            stage -> {
                                Pair pair = stage.pair();
                                InputStream in = pair.client().getInputStream();
                                write(pair.server(), "unread");
                                arrived(pair.client(), 6);
                                pair.client().shutdownInput();
                                return in.read() + ", available " + in.available();
                            }),
                    same(
                            "write to a peer that has shut its input down",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().shutdownInput();
                                return writes(pair.server(), "a")
                                        + ", "
                                        + writes(pair.server(), "b");
                            }),
                    same(
                            "take the stream after shutdownInput",
                            stage -> {
                                Socket client = stage.pair().client();
                                client.shutdownInput();
                                return attempt(client::getInputStream);
                            }),
                    same(
                            "shut the input down twice",
                            stage -> {
                                Socket client = stage.pair().client();
                                client.shutdownInput();
                                return attempt(
                                        () -> {
                                            client.shutdownInput();
                                            return "done";
                                        });
                            }),
                    same(
                            "available: before, between and after reads",
                            stage -> {
                                Pair pair = stage.pair();
                                InputStream in = pair.client().getInputStream();
                                int before = in.available();
                                write(pair.server(), "12345");
                                boolean five = arrived(pair.client(), 5);
                                int one = in.read();
                                int four = in.available();
                                in.readNBytes(4);
                                return before
                                        + " "
                                        + five
                                        + " "
                                        + one
                                        + " "
                                        + four
                                        + " "
                                        + in.available();
                            }),
                    same(
                            "available after the peer's close: with and without octets",
                            stage -> {
                                Pair pair = stage.pair();
                                InputStream in = pair.client().getInputStream();
                                write(pair.server(), "123");
                                arrived(pair.client(), 3);
                                pair.server().close();
                                in.read();
                                int two = in.available();
                                in.readNBytes(2);
                                in.read();
                                return two + " " + in.available();
                            }),
                    same(
                            "available after a reset",
                            stage -> {
                                Socket client = resetClient(stage);
                                reads(client);
                                return client.getInputStream().available();
                            }),
                    same(
                            "skip octets",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "12345");
                                arrived(pair.client(), 5);
                                long skipped = pair.client().getInputStream().skip(3);
                                return skipped + " " + reads(pair.client());
                            }),
                    same(
                            "close the input stream",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().getInputStream().close();
                                return pair.client().isClosed() + " " + reads(pair.server());
                            }),
                    same(
                            "take a stream of a socket that is not connected",
                            stage -> {
                                Socket socket = stage.socket();
                                return attempt(socket::getInputStream)
                                        + ", "
                                        + attempt(socket::getOutputStream);
                            }),
                    same(
                            "two threads read",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile one =
                                        stage.meanwhile(
                                                () -> pair.client().getInputStream().read());
                                write(pair.server(), "1");
                                String first = one.result();
                                write(pair.server(), "2");
                                return first + " " + pair.client().getInputStream().read();
                            }),
                    same(
                            "megabytes both ways at once",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile up = stage.meanwhile(() -> push(pair.client()));
                                Meanwhile down = stage.meanwhile(() -> push(pair.server()));
                                Meanwhile read = stage.meanwhile(() -> sum(pair.client()));
                                String atServer = attempt(() -> sum(pair.server()));
                                return up.result() + down.result() + read.result() + atServer;
                            }));

    private static final int MUCH = 3_000_000;

    private Reading() {}

    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** A socket whose peer has reset it, which nobody has noticed yet. */
    static Socket resetClient(Stage stage) throws IOException {
        Pair pair = stage.pair();
        reset(pair.server());
        return pair.client();
    }

    private static Object push(Socket to) throws IOException {
        byte[] octets = new byte[MUCH];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (i * 31 + (i >>> 8));
        }
        to.getOutputStream().write(octets);
        to.shutdownOutput();
        return "sent ";
    }

    private static Object sum(Socket from) throws IOException {
        byte[] octets = from.getInputStream().readAllBytes();
        int wrong = 0;
        for (int i = 0; i < octets.length; i++) {
            wrong += octets[i] == (byte) (i * 31 + (i >>> 8)) ? 0 : 1;
        }
        return octets.length + " octets, " + wrong + " wrong ";
    }

    static boolean isGone(Socket socket) throws Exception {
        return until(() -> !writes(socket, "x").equals("done"));
    }
}
