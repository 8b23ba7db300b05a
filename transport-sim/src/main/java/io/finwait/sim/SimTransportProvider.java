package io.finwait.sim;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;
import io.finwait.wire.IpAddress;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Opens {@code sim://NET/HOST}: a host of a network in virtual time, which is made with the first
 * one. {@link SimNetworks#named} gives the network.
 *
 * <p>Parameters: {@code seed} and {@code mtu} of the network, {@code address} (several with commas)
 * of the host, and for the links from this host to all others {@code loss}, {@code duplication},
 * {@code corruption}, {@code reordering} (probabilities, 0 to 1 or in percent), {@code delay},
 * {@code jitter}, {@code reorderdelay} (with ns, us, ms or s), {@code rate} (bits per second, with
 * k, M or G) and {@code queue} (packets), {@code bursts} (the probability that a burst of losses
 * begins with a packet) and {@code burstlength} (how many packets it takes on average).
 */
public final class SimTransportProvider implements TransportProvider {

    private static final String[] OWN = {"seed", "mtu", "address"};
    private static final Pattern NAMES = Pattern.compile("([A-Za-z0-9_.-]+)/([A-Za-z0-9_.-]+)");

    /** For {@link java.util.ServiceLoader}. */
    public SimTransportProvider() {}

    @Override
    public String scheme() {
        return "sim";
    }

    @Override
    public String usage() {
        return "sim://NET/HOST?seed=1&delay=10ms&loss=0.1    a simulated network in virtual time";
    }

    @Override
    public Transport open(TransportUri uri) {
        uri.requireOnly(LinkParameters.and(OWN));
        Matcher names = NAMES.matcher(uri.target());
        if (!names.matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + uri.target()
                            + "' names no host of a simulated network; write sim://NET/HOST");
        }
        LinkModel model = LinkParameters.model(uri);
        IpAddress[] addresses =
                Stream.of(uri.parameter("address", "").split(","))
                        .filter(text -> !text.isEmpty())
                        .map(IpAddress::parse)
                        .toArray(IpAddress[]::new);
        int mtu = uri.parameter("mtu", 1_500, 576, 65_535);
        String host = names.group(2);
        SimTransport opened =
                SimNetworks.open(names.group(1), host, LinkParameters.seed(uri), mtu, addresses);
        opened.network().linksFrom(host, model);
        return opened;
    }
}
