package io.finwait.nio;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;

/** The URIs of two ends of a link over the loopback device. */
record UdpPair(String first, String second) {

    static UdpPair free() throws IOException {
        try (DatagramSocket one = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                DatagramSocket two = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return new UdpPair(
                    uri(one.getLocalPort(), two.getLocalPort()),
                    uri(two.getLocalPort(), one.getLocalPort()));
        }
    }

    private static String uri(int own, int other) {
        return "udp://127.0.0.1:" + own + "?peer=127.0.0.1:" + other;
    }
}
