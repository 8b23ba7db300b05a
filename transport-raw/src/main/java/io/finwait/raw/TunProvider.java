package io.finwait.raw;

import io.finwait.link.EthernetUri;
import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Opens {@link TunTransport}s by URI:
 * {@code tun:fw0?mtu=1500&address=10.9.0.1/24&address6=fd00::1/64&offload=on&netns=NAME}.
 *
 * <p>{@code address} and {@code address6} are the kernel's side of the device, see {@link
 * TunOptions#address}; {@code pid} is a process in whose network namespace it is to be, {@link
 * TunOptions#process}, and {@code defaultroute=on} its way to everywhere. {@code tun:?fd=3} and
 * {@code tun:?socket=PATH} are devices that another process has opened, see {@link
 * TunOptions#handedOver}.
 */
public final class TunProvider implements TransportProvider {

    static final String[] KEYS = {
        "mtu",
        "txqueuelen",
        "address",
        "address6",
        "netns",
        "pid",
        "defaultroute",
        "offload",
        "fd",
        "socket"
    };

    /** For {@link java.util.ServiceLoader}. */
    public TunProvider() {}

    @Override
    public String scheme() {
        return "tun";
    }

    @Override
    public String usage() {
        return "tun:NAME?address=10.9.0.1/24&address6=fd00::1/64&mtu=1500&txqueuelen=500"
                + "&netns=NS&pid=PID&defaultroute=on|off&offload=on|off"
                + "  a Linux TUN device; the addresses are the kernel's;"
                + " tun:?fd=3 or tun:?socket=PATH: one that another process has opened";
    }

    @Override
    public Transport open(TransportUri uri) {
        return TunTransport.open(options(uri));
    }

    @Override
    public List<Transport> openQueues(
            TransportUri uri, int count, UnaryOperator<List<Transport>> join) {
        return join.apply(List.copyOf(TunTransport.openQueues(options(uri), count)));
    }

    static TunOptions options(TransportUri uri) {
        uri.requireOnly(KEYS);
        TunOptions options = read(uri);
        options.requireConsistent();
        return options;
    }

    /** Reads the parameters that are ours, and leaves others alone. */
    static TunOptions read(TransportUri uri) {
        TunOptions options =
                device(uri)
                        .mtu(uri.parameter("mtu", 1500, 576, 65_535))
                        .txQueueLength(uri.parameter("txqueuelen", 0, 1, 1_000_000));
        options = withAddress(options, uri, "address", 4);
        options = withAddress(options, uri, "address6", 6);
        String netns = uri.parameter("netns", null);
        int pid = uri.parameter("pid", 0, 1, Integer.MAX_VALUE);
        if (netns != null && pid != 0) {
            throw new IllegalArgumentException(
                    "'netns' and 'pid' in " + uri + " exclude each other; choose one");
        }
        options = netns == null ? options : options.netns(netns);
        options = pid == 0 ? options : options.process(pid);
        options = options.defaultRoute(EthernetUri.isOn(uri, "defaultroute", false));
        return options.offload(EthernetUri.isOn(uri, "offload", false));
    }

    private static TunOptions device(TransportUri uri) {
        int descriptor = uri.parameter("fd", -1, 0, Integer.MAX_VALUE);
        String socket = uri.parameter("socket", null);
        if (descriptor < 0 && socket == null) {
            return TunOptions.named(uri.target());
        }
        if (!uri.target().isEmpty() || (descriptor >= 0 && socket != null)) {
            throw new IllegalArgumentException(
                    uri
                            + " names more than one device; write "
                            + uri.scheme()
                            + ":?fd=3 or "
                            + uri.scheme()
                            + ":?socket=PATH for one that was handed over");
        }
        return socket == null
                ? TunOptions.handedOver(descriptor)
                : TunOptions.handedOver(Path.of(socket));
    }

    private static TunOptions withAddress(
            TunOptions options, TransportUri uri, String key, int version) {
        String text = uri.parameter(key, null);
        if (text == null) {
            return options;
        }
        if (Cidr.parse(text).address().version() != version) {
            throw new IllegalArgumentException(
                    "'"
                            + key
                            + "="
                            + text
                            + "' is not an IPv"
                            + version
                            + " address; 'address' takes IPv4 and 'address6' takes IPv6");
        }
        return options.address(text);
    }
}
