package io.finwait.spi;

import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Opens transports by URI, with the providers on the module path or class path. */
public final class Transports {

    private Transports() {}

    /**
     * Opens the transport that a URI names.
     *
     * @throws IllegalArgumentException when no provider knows the scheme, or the URI is wrong
     * @throws java.io.UncheckedIOException when the transport can't be opened
     */
    public static Transport open(String uri) {
        TransportUri parsed = TransportUri.parse(uri);
        return meantBy(parsed).open(parsed);
    }

    /**
     * Opens several queues of the device that a URI names, see {@link
     * TransportProvider#openQueues}.
     *
     * @throws IllegalArgumentException when no provider knows the scheme, the URI is wrong, or what
     *     it names has one queue only
     * @throws java.io.UncheckedIOException when they can't be opened
     */
    public static List<Transport> openQueues(
            String uri, int count, UnaryOperator<List<Transport>> join) {
        TransportUri parsed = TransportUri.parse(uri);
        return meantBy(parsed).openQueues(parsed, count, join);
    }

    private static TransportProvider meantBy(TransportUri parsed) {
        List<TransportProvider> providers = all();
        TransportProvider provider = null;
        for (TransportProvider each : providers) {
            boolean better = provider == null || !provider.isMeantBy(parsed);
            if (each.scheme().equals(parsed.scheme()) && better) {
                provider = each;
            }
        }
        if (provider == null) {
            StringBuilder known = new StringBuilder();
            providers.forEach(each -> known.append("\n  ").append(each.usage()));
            throw new IllegalArgumentException(
                    "no transport is called '" + parsed.scheme() + "'; these are here:" + known);
        }
        return provider;
    }

    /**
     * The providers by scheme, of those that share one the first. One that can't be loaded is
     * logged and left out.
     */
    public static SortedMap<String, TransportProvider> providers() {
        SortedMap<String, TransportProvider> found = new TreeMap<>();
        all().forEach(each -> found.putIfAbsent(each.scheme(), each));
        return found;
    }

    /** All providers, in the order of their schemes. */
    private static List<TransportProvider> all() {
        List<TransportProvider> found =
                Providers.load(TransportProvider.class, "a transport provider");
        found.sort(Comparator.comparing(TransportProvider::scheme));
        return found;
    }
}
