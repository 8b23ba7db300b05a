package io.finwait.socket;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Names of hosts that need no DNS; all others are resolved by the JDK. Case does not matter. */
final class HostNames {

    static final HostNames NONE = new HostNames(Map.of());

    private final Map<String, InetAddress> addresses = new TreeMap<>();

    HostNames(Map<String, InetAddress> hosts) {
        hosts.forEach((name, address) -> addresses.put(name.toLowerCase(Locale.ROOT), address));
    }

    InetSocketAddress resolve(String host, int port) {
        InetAddress known = host == null ? null : addresses.get(host.toLowerCase(Locale.ROOT));
        return known == null
                ? new InetSocketAddress(host, port)
                : new InetSocketAddress(known, port);
    }

    /** Resolves an address whose name has not been resolved yet. */
    InetSocketAddress resolve(InetSocketAddress unresolved) throws UnknownHostException {
        InetAddress known = addresses.get(unresolved.getHostString().toLowerCase(Locale.ROOT));
        if (known == null) {
            throw new UnknownHostException(unresolved.getHostString());
        }
        return new InetSocketAddress(known, unresolved.getPort());
    }
}
