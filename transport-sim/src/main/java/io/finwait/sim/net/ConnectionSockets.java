package io.finwait.sim.net;

import io.finwait.tcp.ConnectionInfo;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;

/** The two sockets of a connection in words, one end's own first. */
record ConnectionSockets(String own, String other) {

    static ConnectionSockets of(ConnectionInfo connection) {
        return new ConnectionSockets(
                socket(connection.localAddress(), connection.localPort()),
                socket(connection.remoteAddress(), connection.remotePort()));
    }

    /** That of a packet's sender, or null for what is no segment. */
    static ConnectionSockets ofSender(byte[] octets) {
        IpView ip = new IpView();
        Segment segment = new Segment();
        if (ip.parse(ByteBuffer.wrap(octets), 0, octets.length) != Verdict.OK
                || segment.parse(ip, true) != Verdict.OK) {
            return null;
        }
        return new ConnectionSockets(
                socket(
                        new IpAddress(segment.sourceHigh(), segment.sourceLow()),
                        segment.sourcePort()),
                socket(
                        new IpAddress(segment.destinationHigh(), segment.destinationLow()),
                        segment.destinationPort()));
    }

    private static String socket(IpAddress address, int port) {
        return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
    }

    private ConnectionSockets turned() {
        return new ConnectionSockets(/* own= */ other, /* other= */ own);
    }

    /** The same from whichever end it is seen. */
    ConnectionSockets connection() {
        return own.compareTo(other) <= 0 ? this : turned();
    }
}
