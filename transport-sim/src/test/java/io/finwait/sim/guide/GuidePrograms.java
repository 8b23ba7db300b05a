package io.finwait.sim.guide;

import io.finwait.sim.net.NetHost;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/** Servers of a few lines, for the tests of docs/testing.md. */
final class GuidePrograms {

    private GuidePrograms() {}

    /** Sends so many octets to each of its connections, and closes. */
    static void sends(NetHost host, int octets, int connections) {
        host.run(
                "server",
                () -> {
                    try (ServerSocket listening = host.serverSocket(80)) {
                        for (int i = 0; i < connections; i++) {
                            send(listening.accept(), octets);
                        }
                    }
                });
    }

    private static void send(Socket accepted, int octets) throws IOException {
        try (Socket s = accepted) {
            s.getOutputStream().write(new byte[octets]);
        } catch (IOException e) {
            // The client, or the fault, was faster.
        }
    }

    /** Sends back each octet of one connection. */
    static void echoes(NetHost host) {
        host.run(
                "server",
                () -> {
                    try (ServerSocket listening = host.serverSocket(80);
                            Socket s = listening.accept()) {
                        int octet;
                        while ((octet = s.getInputStream().read()) >= 0) {
                            s.getOutputStream().write(octet);
                        }
                    }
                });
    }
}
