package io.finwait.nio;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

import java.net.InetSocketAddress;

/**
 * Opens {@code stream://HOST:PORT?role=client} and {@code role=server}: packets over a TCP
 * connection of the operating system. {@code mtu} is 576 to 65,535, or 1500 where it is missing.
 */
public final class StreamProvider implements TransportProvider {

    @Override
    public String scheme() {
        return "stream";
    }

    @Override
    public String usage() {
        return "stream://HOST:PORT?role=client&mtu=1500  (or role=server)";
    }

    @Override
    public Transport open(TransportUri uri) {
        uri.requireOnly("role", "mtu");
        boolean server = isServer(uri);
        InetSocketAddress address = HostPort.parse(uri.target(), uri, server ? 0 : 1);
        int mtu = Mtu.of(uri, StreamTransport.DEFAULT_MTU, StreamTransport.LARGEST_MTU);
        return server ? StreamTransport.server(address, mtu) : StreamTransport.client(address, mtu);
    }

    static boolean isServer(TransportUri uri) {
        return switch (uri.parameter("role", "")) {
            case "server" -> true;
            case "client" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "nobody knows who connects in "
                                    + uri
                                    + "; write role=server on one side and role=client on the"
                                    + " other");
        };
    }
}
