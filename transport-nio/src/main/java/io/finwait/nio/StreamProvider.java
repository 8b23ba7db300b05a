package io.finwait.nio;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetUri;
import io.finwait.spi.Medium;
import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

import java.net.SocketAddress;

/**
 * Opens {@code stream://HOST:PORT?role=client} and {@code role=server}: packets over a TCP
 * connection of the operating system. {@code mtu} is 576 to 65,535, or 1500 where it is missing.
 * With {@code medium=ethernet} it carries frames, as QEMU and passt do; {@code own} and the like
 * then say what the endpoint's addresses are, as for {@code tap:}.
 */
public final class StreamProvider implements TransportProvider {

    /** What both providers of streams take besides. */
    static final String MEDIUM =
            "; frames with medium=ethernet&own=10.9.0.2/24&own6=fd00::2/64&gateway=10.9.0.1";

    @Override
    public String scheme() {
        return "stream";
    }

    @Override
    public String usage() {
        return "stream://HOST:PORT?role=client&mtu=1500  (or role=server)" + MEDIUM;
    }

    @Override
    public Transport open(TransportUri uri) {
        requireKnown(uri);
        return open(uri, HostPort.parse(uri.target(), uri, isServer(uri) ? 0 : 1));
    }

    static void requireKnown(TransportUri uri) {
        uri.requireOnly(EthernetUri.and("role", "mtu", "medium"));
    }

    /** A stream to or at an address, with what the parameters say. */
    static Transport open(TransportUri uri, SocketAddress address) {
        int mtu = Mtu.of(uri, StreamTransport.DEFAULT_MTU, StreamTransport.LARGEST_MTU);
        Medium medium = medium(uri);
        EthernetConfig config = EthernetUri.config(uri, medium == Medium.IP ? 0 : mtu);
        if (medium == Medium.IP && config != null) {
            throw new IllegalArgumentException(
                    "'own' in " + uri + " is for frames; add medium=ethernet, or leave it out");
        }
        Transport stream =
                isServer(uri)
                        ? StreamTransport.server(address, mtu, medium)
                        : StreamTransport.client(address, mtu, medium);
        return EthernetUri.open(stream, config);
    }

    private static Medium medium(TransportUri uri) {
        return switch (uri.parameter("medium", "ip")) {
            case "ip" -> Medium.IP;
            case "ethernet" -> Medium.ETHERNET;
            default ->
                    throw new IllegalArgumentException(
                            "'medium' in " + uri + " is neither 'ip' nor 'ethernet'");
        };
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
