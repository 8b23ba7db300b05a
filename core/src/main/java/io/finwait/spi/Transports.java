package io.finwait.spi;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** Opens transports by URI, with the providers on the module path or class path. */
public final class Transports {

    private static final Logger LOG = LoggerFactory.getLogger(Transports.class);

    private Transports() {}

    /**
     * Opens the transport that a URI names.
     *
     * @throws IllegalArgumentException when no provider knows the scheme, or the URI is wrong
     * @throws java.io.UncheckedIOException when the transport can't be opened
     */
    public static Transport open(String uri) {
        TransportUri parsed = TransportUri.parse(uri);
        SortedMap<String, TransportProvider> providers = providers();
        TransportProvider provider = providers.get(parsed.scheme());
        if (provider == null) {
            StringBuilder known = new StringBuilder();
            providers.values().forEach(each -> known.append("\n  ").append(each.usage()));
            throw new IllegalArgumentException(
                    "no transport is called '" + parsed.scheme() + "'; these are here:" + known);
        }
        return provider.open(parsed);
    }

    /** The providers by scheme. One that can't be loaded is logged and left out. */
    public static SortedMap<String, TransportProvider> providers() {
        SortedMap<String, TransportProvider> found = new TreeMap<>();
        Iterator<TransportProvider> each = ServiceLoader.load(TransportProvider.class).iterator();
        while (true) {
            try {
                if (!each.hasNext()) {
                    return found;
                }
                TransportProvider provider = each.next();
                found.putIfAbsent(provider.scheme(), provider);
            } catch (ServiceConfigurationError e) {
                LOG.warn(
                        "a transport provider could not be loaded and is left out: {}",
                        e.getMessage());
            }
        }
    }
}
