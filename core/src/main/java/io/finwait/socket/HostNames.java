package io.finwait.socket;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Names of hosts that need no DNS; all others are resolved by the JDK. Case does not matter. */
final class HostNames {

    static final HostNames NONE = new HostNames(Map.of());

    private final Map<String, List<InetAddress>> addresses = new TreeMap<>();

    HostNames(Map<String, List<InetAddress>> hosts) {
        hosts.forEach(
                (name, all) -> {
                    if (all.isEmpty()) {
                        throw new IllegalArgumentException(
                                "the host '"
                                        + name
                                        + "' has no address; give one, or leave it out");
                    }
                    addresses.put(name.toLowerCase(Locale.ROOT), List.copyOf(all));
                });
    }

    static HostNames single(Map<String, InetAddress> hosts) {
        Map<String, List<InetAddress>> lists = new TreeMap<>();
        hosts.forEach((name, address) -> lists.put(name, List.of(address)));
        return new HostNames(lists);
    }

    private List<InetAddress> known(String host) {
        return host == null ? null : addresses.get(host.toLowerCase(Locale.ROOT));
    }

    /** All addresses of a host; in the order in which they are to be tried. */
    List<InetAddress> all(String host) throws UnknownHostException {
        List<InetAddress> known = known(host);
        return known == null ? List.of(InetAddress.getAllByName(host)) : known;
    }

    /** As in the JDK's sockets the first address of a name is the one that is connected to. */
    InetSocketAddress resolve(String host, int port) throws UnknownHostException {
        if (host == null) {
            // The loopback address, as in java.net.Socket.
            return new InetSocketAddress(InetAddress.getByName(null), port);
        }
        List<InetAddress> known = known(host);
        return known == null
                ? new InetSocketAddress(host, port)
                : new InetSocketAddress(known.get(0), port);
    }

    /** Resolves an address whose name has not been resolved yet. */
    InetSocketAddress resolve(InetSocketAddress unresolved) throws UnknownHostException {
        List<InetAddress> known = known(unresolved.getHostString());
        if (known == null) {
            throw new UnknownHostException(unresolved.getHostString());
        }
        return new InetSocketAddress(known.get(0), unresolved.getPort());
    }
}
