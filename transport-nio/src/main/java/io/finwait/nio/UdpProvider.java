package io.finwait.nio;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

import java.net.InetSocketAddress;

/**
 * Opens {@code udp://HOST:PORT?peer=HOST:PORT&mtu=OCTETS}.
 *
 * <p>HOST and PORT say where to receive, port 0 takes a free one. {@code peer=first} takes whoever
 * sends first for the peer; without {@code peer} there may be many, told apart by the inner source
 * addresses of what they send. {@code mtu} is 576 to 65,507, or 1400 where it is missing.
 */
public final class UdpProvider implements TransportProvider {

    @Override
    public String scheme() {
        return "udp";
    }

    @Override
    public String usage() {
        return "udp://HOST:PORT?peer=HOST:PORT&mtu=1400  (peer=first: whoever sends first; no peer:"
                + " many)";
    }

    @Override
    public Transport open(TransportUri uri) {
        uri.requireOnly("peer", "mtu");
        InetSocketAddress local = HostPort.parse(uri.target(), uri, 0);
        int mtu = Mtu.of(uri, UdpTransport.DEFAULT_MTU, UdpTransport.LARGEST_MTU);
        String peer = uri.parameters().get("peer");
        if (peer == null) {
            return UdpTransport.withMany(local, mtu);
        }
        if (peer.equals("first")) {
            return UdpTransport.withFirst(local, mtu);
        }
        return UdpTransport.between(local, HostPort.parse(peer, uri, 1), mtu);
    }
}
