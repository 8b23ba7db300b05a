package io.finwait.sim;

import io.finwait.wire.IpAddress;

import java.util.HashMap;
import java.util.Map;

/**
 * The networks of this JVM that have a name, so that {@code sim://NET/HOST} can be opened by URI. A
 * network stays until {@link #forget} or until a host is opened in it after all had been closed.
 */
public final class SimNetworks {

    private static final Map<String, SimNetwork> NETWORKS = new HashMap<>();

    private SimNetworks() {}

    /**
     * The network of that name: its driver, links and rules.
     *
     * @throws IllegalArgumentException when no host has been opened in it
     */
    public static synchronized SimNetwork named(String name) {
        SimNetwork network = NETWORKS.get(name);
        if (network == null) {
            throw new IllegalArgumentException(
                    "no simulated network is called '"
                            + name
                            + "'; open a host in it with sim://"
                            + name
                            + "/HOST");
        }
        return network;
    }

    /** Removes a network; its hosts go on working. */
    public static synchronized void forget(String name) {
        NETWORKS.remove(name);
    }

    /**
     * Attaches a host, in a new network when none of that name has an open host.
     *
     * @param seed of the network; null: 1 for a new one, any for one that is there
     */
    static synchronized SimTransport open(
            String network, String host, Long seed, int mtu, IpAddress... addresses) {
        SimNetwork known = NETWORKS.get(network);
        if (known == null || known.isDeserted()) {
            known = SimNetwork.seeded(seed == null ? 1 : seed);
        } else if (seed != null && seed != known.seed()) {
            throw new IllegalArgumentException(
                    "network '"
                            + network
                            + "' has seed "
                            + known.seed()
                            + "; give that one or none instead of seed="
                            + seed);
        }
        SimTransport opened = known.mtu(mtu).attach(host, addresses);
        NETWORKS.put(network, known);
        return opened;
    }
}
