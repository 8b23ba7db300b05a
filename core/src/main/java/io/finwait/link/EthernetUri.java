package io.finwait.link;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportUri;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The parameters of a URI that say how the endpoint takes part in an Ethernet: its {@code own} and
 * {@code own6} addresses with prefix lengths, {@code gateway} and {@code gateway6}, all of them
 * several with commas, {@code mac}, {@code vlan} and {@code probing=on}. For providers of
 * transports that carry frames.
 */
public final class EthernetUri {

    private static final String[] KEYS = {
        "own", "own6", "gateway", "gateway6", "mac", "vlan", "probing"
    };

    private EthernetUri() {}

    /** The names of these parameters and of others, for {@link TransportUri#requireOnly}. */
    public static String[] and(String... others) {
        return Stream.concat(Stream.of(others), Stream.of(KEYS)).toArray(String[]::new);
    }

    /**
     * How the endpoint takes part; null when it names no address of its own: then the carrier is
     * wanted as it is, with frames.
     *
     * @param mtu octets of the largest IP packet; 0 for what fits into the carrier's frames
     * @throws IllegalArgumentException when something is named that needs an address
     */
    public static EthernetConfig config(TransportUri uri, int mtu) {
        List<String> own = new ArrayList<>(list(uri, "own", 4));
        own.addAll(list(uri, "own6", 6));
        if (own.isEmpty()) {
            requireNone(uri);
            return null;
        }
        EthernetConfig config =
                EthernetConfig.at(own.toArray(String[]::new))
                        .mtu(mtu)
                        .vlan(uri.parameter("vlan", 0, 1, 4_094))
                        .probing(isOn(uri, "probing", false));
        String mac = uri.parameter("mac", null);
        config = mac == null ? config : config.mac(mac);
        for (String key : List.of("gateway", "gateway6")) {
            for (String each : split(uri, key)) {
                config = config.gateway(each);
            }
        }
        return config;
    }

    private static void requireNone(TransportUri uri) {
        for (String key : KEYS) {
            if (uri.parameters().containsKey(key)) {
                throw new IllegalArgumentException(
                        "'"
                                + key
                                + "' in "
                                + uri
                                + " needs an address of the endpoint; add own=ADDRESS/PREFIX, such"
                                + " as own=10.9.0.2/24");
            }
        }
    }

    /**
     * The carrier as the URI wants it.
     *
     * @param carrier is closed with what is returned, and when this fails
     * @param config of {@link #config}, or null for the carrier itself
     */
    public static Transport open(Transport carrier, EthernetConfig config) {
        if (config == null) {
            return carrier;
        }
        try {
            return new EthernetTransport(carrier, config);
        } catch (RuntimeException e) {
            carrier.close();
            throw e;
        }
    }

    /**
     * Puts an Ethernet of its own above each queue; all have one Ethernet address.
     *
     * @throws IllegalArgumentException when it is to look for duplicates: what tells of one comes
     *     in at the first queue only
     */
    public static List<Transport> open(
            List<Transport> queues, EthernetConfig config, TransportUri uri) {
        if (config == null) {
            return queues;
        }
        EthernetConfig same = config.withFixedMac();
        List<Transport> opened = new ArrayList<>();
        try {
            if (isOn(uri, "probing", false)) {
                throw new IllegalArgumentException(
                        "'probing=on' in " + uri + " goes with one queue only; leave it out");
            }
            for (Transport each : queues) {
                opened.add(new EthernetTransport(each, same));
            }
            return opened;
        } catch (RuntimeException e) {
            queues.forEach(Transport::close);
            throw e;
        }
    }

    private static List<String> list(TransportUri uri, String key, int version) {
        List<String> all = split(uri, key);
        for (String each : all) {
            if (Prefix.parse(each).address().version() != version) {
                throw new IllegalArgumentException(
                        "'"
                                + key
                                + "="
                                + each
                                + "' is not an IPv"
                                + version
                                + " address; 'own' takes IPv4 and 'own6' takes IPv6");
            }
        }
        return all;
    }

    private static List<String> split(TransportUri uri, String key) {
        String text = uri.parameter(key, "");
        return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
    }

    /**
     * A parameter that is on or off.
     *
     * @param otherwise what it is when it is missing
     * @throws IllegalArgumentException when it is something else
     */
    public static boolean isOn(TransportUri uri, String key, boolean otherwise) {
        String text = uri.parameter(key, otherwise ? "on" : "off");
        if (!text.equals("on") && !text.equals("off")) {
            throw new IllegalArgumentException(
                    "'" + key + "=" + text + "' in " + uri + " is neither 'on' nor 'off'");
        }
        return text.equals("on");
    }
}
