package io.finwait.spi;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The congestion controls on the module or class path by name: {@code cubic}, which is the default
 * (RFC 9438), {@code newreno} (RFC 5681, RFC 6582), and those of {@link CongestionControlProvider}s
 * from outside.
 */
public final class CongestionControls {

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
        Providers.load(CongestionControlProvider.class, "a congestion control")
                .forEach(each -> found.putIfAbsent(each.name(), each));
        return found;
    }
}
