package io.finwait.nio;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.security.SecureRandom;

/**
 * The URIs of two ends of a link over the loopback device. Another process opens them later, so
 * they are at an address drawn at random where all of 127.0.0.0/8 can be had: nobody takes a port
 * there meanwhile.
 */
record UdpPair(String first, String second) {

    static UdpPair free() throws IOException {
        InetAddress address = address();
        try (DatagramSocket one = new DatagramSocket(0, address);
                DatagramSocket two = new DatagramSocket(0, address)) {
            String host = address.getHostAddress() + ":";
            return new UdpPair(
                    uri(host + one.getLocalPort(), host + two.getLocalPort()),
                    uri(host + two.getLocalPort(), host + one.getLocalPort()));
        }
    }

    private static InetAddress address() throws IOException {
        SecureRandom random = new SecureRandom();
        byte[] octets = new byte[4];
        random.nextBytes(octets);
        octets[0] = 127;
        octets[3] = (byte) random.nextInt(1, 255);
        InetAddress drawn = InetAddress.getByAddress(octets);
        try (DatagramSocket probe = new DatagramSocket(0, drawn)) {
            return probe.getLocalAddress();
        } catch (SocketException e) {
            return InetAddress.getLoopbackAddress();
        }
    }

    private static String uri(String own, String other) {
        return "udp://" + own + "?peer=" + other;
    }
}
