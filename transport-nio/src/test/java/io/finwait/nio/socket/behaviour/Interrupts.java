package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.fill;
import static io.finwait.nio.socket.behaviour.Stage.reads;
import static io.finwait.nio.socket.behaviour.Stage.readsToTheEnd;
import static io.finwait.nio.socket.behaviour.Stage.write;

import io.finwait.nio.socket.behaviour.Stage.Meanwhile;
import io.finwait.nio.socket.behaviour.Stage.Pair;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;

/** An interrupt does nothing to a platform thread, and closes the socket of a virtual one. */
final class Interrupts {

    private static final int MUCH = 16 << 20;

    /** An interrupt comes before that, also on a busy machine. */
    private static final int LATE_MS = 3_000;

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "interrupt a platform thread in read",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read =
                                        stage.meanwhile(
                                                () -> reads(pair.client()) + isInterrupted());
                                read.thread().interrupt();
                                write(pair.server(), "x");
                                return read.result();
                            }),
                    same(
                            "interrupt a platform thread in read with a timeout",
                            stage -> {
                                Pair pair = stage.pair();
                                pair.client().setSoTimeout(LATE_MS);
                                Meanwhile read =
                                        stage.meanwhile(
                                                () -> reads(pair.client()) + isInterrupted());
                                read.thread().interrupt();
                                return read.result();
                            }),
                    same(
                            "interrupt a platform thread in write",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write = stage.meanwhile(() -> pattern(pair.client()));
                                write.thread().interrupt();
                                return wrong(pair.server()) + " " + write.result();
                            }),
                    same(
                            "interrupt a platform thread in accept",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Meanwhile accept =
                                        stage.meanwhile(
                                                () ->
                                                        stage.accept(listening).isConnected()
                                                                + isInterrupted());
                                accept.thread().interrupt();
                                stage.connect(listening);
                                return accept.result();
                            }),
                    same(
                            "interrupt a platform thread in connect with a timeout",
                            stage -> {
                                ServerSocket full = Opening.full(stage);
                                Socket socket = stage.socket();
                                Meanwhile connect =
                                        stage.meanwhile(
                                                () ->
                                                        Opening.connects(socket, full, LATE_MS)
                                                                + isInterrupted());
                                connect.thread().interrupt();
                                return connect.result();
                            }),
                    same(
                            "interrupt a virtual thread in read",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile read =
                                        stage.meanwhileVirtual(
                                                () -> reads(pair.client()) + isInterrupted());
                                read.thread().interrupt();
                                return read.result()
                                        + " "
                                        + pair.client().isClosed()
                                        + " "
                                        + reads(pair.server());
                            }),
                    same(
                            "interrupt a virtual thread in write",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write = stage.meanwhileVirtual(() -> fill(pair.client()));
                                write.thread().interrupt();
                                return write.result() + " " + pair.client().isClosed();
                            }),
                    same(
                            "interrupt a virtual thread in write, and use the array for"
                                    + " something else",
                            stage -> {
                                Pair pair = stage.pair();
                                Meanwhile write =
                                        stage.meanwhileVirtual(() -> pattern(pair.client()));
                                write.thread().interrupt();
                                return write.result() + " " + wrong(pair.server());
                            }),
                    same(
                            "interrupt a virtual thread in accept",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Meanwhile accept =
                                        stage.meanwhileVirtual(() -> stage.accept(listening));
                                accept.thread().interrupt();
                                return accept.result() + " " + listening.isClosed();
                            }),
                    same(
                            "interrupt a virtual thread in connect",
                            stage -> {
                                ServerSocket full = Opening.full(stage);
                                Socket socket = stage.socket();
                                Meanwhile connect =
                                        stage.meanwhileVirtual(
                                                () -> Opening.connects(socket, full, 0));
                                connect.thread().interrupt();
                                return connect.result() + " " + socket.isClosed();
                            }),
                    same(
                            "read with the interrupt status set, something is there",
                            stage -> {
                                Pair pair = stage.pair();
                                write(pair.server(), "x");
                                Stage.arrived(pair.client(), 1);
                                Meanwhile read =
                                        stage.meanwhileVirtual(
                                                () -> {
                                                    Thread.currentThread().interrupt();
                                                    return reads(pair.client()) + isInterrupted();
                                                });
                                return read.result();
                            }));

    private Interrupts() {}

    private static String isInterrupted() {
        return Thread.currentThread().isInterrupted() ? " interrupted" : " not interrupted";
    }

    /**
     * Writes ones; whatever becomes of the write, the array is filled with something else behind
     * it.
     */
    private static Object pattern(Socket to) throws IOException {
        byte[] octets = new byte[MUCH];
        Arrays.fill(octets, (byte) 1);
        try {
            to.getOutputStream().write(octets);
            to.shutdownOutput();
        } finally {
            Arrays.fill(octets, (byte) 2);
        }
        return "done" + isInterrupted();
    }

    /** How many octets that the peer gets are not ones. */
    private static String wrong(Socket from) throws IOException {
        byte[] octets = new byte[1 << 16];
        int wrong = 0;
        int count = from.getInputStream().read(octets);
        while (count >= 0) {
            for (int i = 0; i < count; i++) {
                wrong += octets[i] == 1 ? 0 : 1;
            }
            count = from.getInputStream().read(octets);
        }
        return wrong + " wrong, then " + readsToTheEnd(from);
    }
}
