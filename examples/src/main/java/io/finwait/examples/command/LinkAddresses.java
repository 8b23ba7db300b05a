package io.finwait.examples.command;

import io.finwait.spi.TransportUri;
import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.List;

/**
 * The addresses for which a transport of Ethernet frames answers, as its URI names them: {@code
 * packet:eth0?own=10.0.0.2/24}. To others nobody would find the way.
 */
final class LinkAddresses {

    private LinkAddresses() {}

    /** Without their prefix lengths; empty for a transport that carries IP packets. */
    static List<String> of(String transport) {
        TransportUri uri = TransportUri.parse(transport);
        while (uri.target().matches("[a-z][a-z0-9+.-]*:.*")) {
            uri = TransportUri.parse(uri.decorated());
        }
        List<String> own = new ArrayList<>();
        for (String key : List.of("own", "own6")) {
            String address = uri.parameter(key, "");
            if (!address.isEmpty()) {
                own.add(address.replaceFirst("/.*", ""));
            }
        }
        return own;
    }

    /**
     * The addresses of an endpoint over a transport: those that the user has chosen, else those of
     * the link, else the usual ones.
     */
    static List<String> choose(List<String> chosen, String transport, String usual) {
        List<String> own = of(transport);
        if (chosen == null || chosen.isEmpty()) {
            return own.isEmpty() ? List.of(usual) : own;
        }
        List<IpAddress> answered = own.stream().map(IpAddress::parse).toList();
        for (String each : chosen) {
            if (!own.isEmpty() && !answered.contains(IpAddress.parse(each))) {
                throw new IllegalArgumentException(
                        "--address %s: the link answers for %s only; leave --address out"
                                .formatted(each, String.join(" and ", own)));
            }
        }
        return chosen;
    }
}
