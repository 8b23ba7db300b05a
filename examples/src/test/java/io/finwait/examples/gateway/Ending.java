package io.finwait.examples.gateway;

import jdk.net.ExtendedSocketOptions;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A way in which a connection, or the attempt at one, ends, played by plain sockets of the kernel's
 * at both ends; {@link #play} tells in words what the ends saw.
 */
enum Ending {
    REFUSED("nobody listens") {
        @Override
        String play(GatewayLab lab) {
            return connects(lab, GatewayLab.SERVER, 9);
        }
    },
    UNREACHABLE("a router says: host unreachable") {
        @Override
        String play(GatewayLab lab) {
            return connects(lab, GatewayLab.UNREACHABLE, 80);
        }
    },
    PROHIBITED("a router says: prohibited") {
        @Override
        String play(GatewayLab lab) {
            return connects(lab, GatewayLab.PROHIBITED, 80);
        }
    },
    SILENT("nobody answers") {
        @Override
        String play(GatewayLab lab) {
            return connects(lab, GatewayLab.SILENT, 80);
        }
    },
    HALF_CLOSE("the client half-closes, an answer follows") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            client.getOutputStream().write(new byte[10]);
            client.shutdownOutput();
            String asked = reads(server);
            server.getOutputStream().write(new byte[20]);
            server.close();
            return "server " + asked + "; client " + reads(client);
        }
    },
    SERVERS_HALF_CLOSE("the server half-closes, the client goes on") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            server.getOutputStream().write(new byte[20]);
            server.shutdownOutput();
            String answered = reads(client);
            client.getOutputStream().write(new byte[30]);
            client.shutdownOutput();
            return "client " + answered + "; server " + reads(server);
        }
    },
    OCTET_AFTER_FIN("one octet after the server's FIN") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            server.shutdownOutput();
            String end = reads(client);
            client.getOutputStream().write(1);
            client.close();
            return "client " + end + "; server " + reads(server);
        }
    },
    CLIENTS_RESET("the client resets") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            client.getOutputStream().write(new byte[5]);
            settle();
            client.setSoLinger(true, 0);
            client.close();
            return "server " + reads(server);
        }
    },
    SERVERS_RESET("the server resets, linger 0") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            server.getOutputStream().write(new byte[5]);
            settle();
            server.setSoLinger(true, 0);
            server.close();
            return "client " + reads(client);
        }
    },
    RESET_BEHIND_FIN("the server's RST behind its FIN") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            server.shutdownOutput();
            String end = reads(client);
            server.setSoLinger(true, 0);
            server.close();
            settle();
            return "client " + end + "; writing: " + writes(client);
        }
    },
    CLIENTS_RESET_BEHIND_FIN("the client's RST behind its FIN") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            client.shutdownOutput();
            String end = reads(server);
            client.setSoLinger(true, 0);
            client.close();
            settle();
            return "server " + end + "; writing: " + writes(server);
        }
    },
    CLIENTS_UNREAD("the client closes with unread data") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            server.getOutputStream().write(new byte[5]);
            settle();
            client.close();
            settle();
            return "server " + reads(server) + "; writing: " + writes(server);
        }
    },
    SERVERS_UNREAD("the server closes with unread data") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            client.getOutputStream().write(new byte[5]);
            settle();
            server.close();
            settle();
            return "client " + reads(client) + "; writing: " + writes(client);
        }
    },
    SIMULTANEOUS("both close at once") {
        @Override
        String between(Socket client, Socket server) throws IOException {
            client.shutdownOutput();
            server.shutdownOutput();
            return "client " + reads(client) + "; server " + reads(server);
        }
    },
    WINDOW_CLOSED("the client reads nothing for a while") {
        @Override
        String between(Socket client, Socket server) throws Exception {
            CompletableFuture<String> writing =
                    CompletableFuture.supplyAsync(() -> writes(server, 16 << 20));
            LockSupport.parkNanos(400_000_000L);
            String waits = writing.isDone() ? "did not wait" : "waits";
            String read = reads(client);
            return "server "
                    + waits
                    + ", "
                    + writing.get(30, TimeUnit.SECONDS)
                    + "; client "
                    + read;
        }
    },
    IDLE("idle for long, with keep-alive (every second, seen for two)") {
        @Override
        String between(Socket client, Socket server) throws Exception {
            client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1);
            client.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 1);
            client.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 1);
            LockSupport.parkNanos(2_200_000_000L);
            client.getOutputStream().write(new byte[10]);
            client.shutdownOutput();
            String asked = reads(server);
            server.close();
            return "server " + asked + "; client " + reads(client);
        }
    },
    REBOOT("the server's machine starts anew, then the client goes on") {
        @Override
        String play(GatewayLab lab) throws Exception {
            return withServer(
                    lab,
                    (client, server) -> {
                        lab.crash();
                        // Its RST reaches nobody.
                        server.setSoLinger(true, 0);
                        server.close();
                        lab.isBack();
                        client.getOutputStream().write(1);
                        return "client " + reads(client);
                    });
        }
    },
    CRASH("the server's machine dies, the client waits for an answer (few retries)") {
        @Override
        String play(GatewayLab lab) throws Exception {
            return withServer(
                    lab,
                    (client, server) -> {
                        lab.crash();
                        client.setSoTimeout(60_000);
                        client.getOutputStream().write(1);
                        return "client " + reads(client);
                    });
        }

        // No segment says so; a gateway's client has its acknowledgment already.
        @Override
        String through(String without) {
            return "client reads 0, Connection reset";
        }
    };

    private static final int PATIENCE_MS = 1_500;

    private final String words;

    Ending(String words) {
        this.words = words;
    }

    /** What happens, for a table. */
    String words() {
        return words;
    }

    /**
     * What the ends see through a gateway that is as good as can be.
     *
     * @param without what they see without one
     */
    String through(String without) {
        return without;
    }

    /** What happens between two ends. */
    private interface Scene {
        String play(Socket client, Socket server) throws Exception;
    }

    /** Plays it once. */
    String play(GatewayLab lab) throws Exception {
        return withServer(lab, this::between);
    }

    private static String withServer(GatewayLab lab, Scene scene) throws Exception {
        try (ServerSocket listening = lab.listen();
                Socket client = open(lab, GatewayLab.SERVER, listening.getLocalPort())) {
            listening.setSoTimeout(PATIENCE_MS);
            try (Socket server = listening.accept()) {
                client.setSoTimeout(PATIENCE_MS);
                server.setSoTimeout(PATIENCE_MS);
                return scene.play(client, server);
            }
        } finally {
            lab.isBack();
        }
    }

    String between(Socket client, Socket server) throws Exception {
        throw new AssertionError(this + " plays nothing between " + client + " and " + server);
    }

    private static Socket open(GatewayLab lab, String host, int port) {
        return lab.client.call(
                () -> {
                    Socket socket = new Socket();
                    try {
                        socket.connect(
                                new InetSocketAddress(InetAddress.getByName(host), port),
                                PATIENCE_MS);
                    } catch (IOException e) {
                        socket.close();
                        throw e;
                    }
                    return socket;
                });
    }

    private static String connects(GatewayLab lab, String host, int port) {
        return lab.client.call(
                () -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(
                                new InetSocketAddress(InetAddress.getByName(host), port),
                                PATIENCE_MS);
                        return "connected, then " + reads(socket);
                    } catch (IOException e) {
                        return e.getMessage();
                    }
                });
    }

    /** What reading brings until the end. */
    private static String reads(Socket socket) {
        long octets = 0;
        byte[] buffer = new byte[65_536];
        String end;
        try {
            InputStream in = socket.getInputStream();
            int read;
            while ((read = in.read(buffer)) >= 0) {
                octets += read;
            }
            end = "end";
        } catch (IOException e) {
            end = e.getMessage();
        }
        return "reads " + octets + ", " + end;
    }

    /** What comes of writing until it fails. */
    private static String writes(Socket socket) {
        try {
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(1);
                settle();
            }
            return "nothing is wrong";
        } catch (IOException e) {
            return "fails";
        }
    }

    private static String writes(Socket socket, int octets) {
        try {
            socket.getOutputStream().write(new byte[octets]);
            socket.shutdownOutput();
            return "writes all";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** Lets what was sent come to the other end. */
    private static void settle() {
        LockSupport.parkNanos(50_000_000);
    }
}
