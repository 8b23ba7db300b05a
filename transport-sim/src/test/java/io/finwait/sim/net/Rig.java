package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.Callable;

/** Programs for the two hosts of a test, and what they saw, in words. */
final class Rig {

    private Rig() {}

    /** What a program does with a connection that it has accepted, and closes behind it. */
    @FunctionalInterface
    interface Session {
        void with(Socket accepted) throws Exception;
    }

    /** A server for so many connections, one after the other, at port 80. */
    static void serve(NetHost host, int connections, Session session) {
        host.run(
                "server",
                () -> {
                    try (ServerSocket listening = host.serverSocket(80)) {
                        for (int i = 0; i < connections; i++) {
                            try (Socket s = listening.accept()) {
                                session.with(s);
                            }
                        }
                    }
                });
    }

    /** A server that writes so many octets and then reads to the end. */
    static void writes(NetHost host, int octets) {
        serve(
                host,
                1,
                s -> {
                    tolerate(() -> s.getOutputStream().write(new byte[octets]));
                    tolerate(() -> s.getInputStream().readAllBytes());
                });
    }

    /** A server that reads to the end. */
    static void reads(NetHost host, int connections) {
        serve(host, connections, s -> tolerate(() -> s.getInputStream().readAllBytes()));
    }

    static void tolerate(Body body) throws Exception {
        try {
            body.run();
        } catch (IOException e) {
            // Somebody else's test: what the server sees is not asked here.
        }
    }

    static Socket connect(NetHost from, NetHost to) throws IOException {
        Socket s = from.socket();
        s.connect(to.at(80));
        return s;
    }

    /** "1000 octets, end of stream", "0 octets, Connection reset": what a reader gets. */
    static String readToTheEnd(Socket s) {
        int octets = 0;
        try {
            InputStream in = s.getInputStream();
            byte[] some = new byte[4096];
            int read;
            while ((read = in.read(some)) >= 0) {
                octets += read;
            }
            return octets + " octets, end of stream";
        } catch (IOException e) {
            return octets + " octets, " + e.getMessage();
        }
    }

    /** What a call says: its result, or the message of what it throws. */
    static String outcome(Callable<?> call) {
        try {
            return String.valueOf(call.call());
        } catch (Exception e) {
            return e.getMessage();
        }
    }

    /**
     * Holds what each side has sent when nothing is on its way any more: the flags of its packets
     * in order, and {@code *3} behind what it sent three times in a row,
     * {@code *} behind what it sent as often as timers that are not asked here want.
     */
    static void wire(SimNet net, NetHost app, NetHost shop, String fromApp, String fromShop) {
        net.settle();
        assertThat(runs(net.packets(app, shop))).as(app + " sends").matches(pattern(fromApp));
        assertThat(runs(net.packets(shop, app))).as(shop + " sends").matches(pattern(fromShop));
    }

    private static String pattern(String packets) {
        return packets.replace("+", "\\+")
                .replaceAll("\\*(\\d+)", "\\\\*$1")
                .replaceAll("(?<!\\\\)\\*", "(\\\\*\\\\d+)?");
    }

    private static String runs(List<String> packets) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < packets.size(); ) {
            int next = i + 1;
            while (next < packets.size() && packets.get(next).equals(packets.get(i))) {
                next++;
            }
            text.append(i == 0 ? "" : " ").append(packets.get(i));
            text.append(next - i == 1 ? "" : "*" + (next - i));
            i = next;
        }
        return text.toString();
    }
}
