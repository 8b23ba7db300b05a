package io.finwait.nio.library;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;

/** What carries the packets of a program whose channels are all ours, for its options. */
enum Below {

    /** Its own memory, which is the default. */
    LOOPBACK {
        @Override
        List<String> options() {
            return List.of();
        }
    },

    /** A simulated link over a datagram socket, which sends to itself. */
    SIMULATED_LINK_OVER_DATAGRAMS {
        @Override
        List<String> options() throws IOException {
            int port = freePort();
            return List.of(
                    "-Dfinwait.transport=faults:udp://127.0.0.1:%1$d?peer=127.0.0.1:%1$d&delay=1ms"
                            .formatted(port),
                    "-Dfinwait.address=127.0.0.1");
        }
    };

    abstract List<String> options() throws IOException;

    private static int freePort() throws IOException {
        try (DatagramSocket any = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }
}
