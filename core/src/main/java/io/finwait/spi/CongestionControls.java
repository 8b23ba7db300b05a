package io.finwait.spi;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The congestion controls on the module or class path by name: {@code cubic}, which is the default
 * (RFC 9438), {@code newreno} (RFC 5681, RFC 6582), and those of {@link CongestionControlProvider}s
 * from outside.
 */
public final class CongestionControls {

    private static final Logger LOG = LoggerFactory.getLogger(CongestionControls.class);

    private CongestionControls() {}

    /**
     * Makes controls of a name, for {@link
     * io.finwait.tcp.EndpointConfig.Builder#congestionControl}.
     *
     * @throws IllegalArgumentException when none has this name; the message says which there are
     */
    public static Supplier<CongestionControl> named(String name) {
        SortedMap<String, CongestionControlProvider> providers = providers();
        CongestionControlProvider provider = providers.get(name);
        if (provider == null) {
            throw new IllegalArgumentException(
                    "no congestion control is called '"
                            + name
                            + "'; these are here: "
                            + String.join(", ", providers.keySet()));
        }
        return provider::create;
    }

    /** The providers by name; one that can't be loaded is named in the log and left out. */
    public static SortedMap<String, CongestionControlProvider> providers() {
        SortedMap<String, CongestionControlProvider> found = new TreeMap<>();
        Iterator<CongestionControlProvider> each =
                ServiceLoader.load(CongestionControlProvider.class).iterator();
        while (true) {
            try {
                if (!each.hasNext()) {
                    return found;
                }
                CongestionControlProvider provider = each.next();
                found.putIfAbsent(provider.name(), provider);
            } catch (ServiceConfigurationError e) {
                LOG.warn(
                        "a congestion control could not be loaded and is left out: {}",
                        e.getMessage());
            }
        }
    }
}
