package io.finwait.link;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a host takes part in an Ethernet: immutable, each method gives a changed copy.
 *
 * <pre>{@code
 * EthernetConfig.at("10.9.0.2/24", "fd00::2/64").gateway("10.9.0.1").mac("02:00:00:00:00:02")
 * }</pre>
 */
public final class EthernetConfig {

    /** How many neighbours are known at most, unless set. */
    public static final int DEFAULT_NEIGHBOURS = 1_024;

    private static final int FEWEST_NEIGHBOURS = 4;
    private static final int MOST_NEIGHBOURS = 65_536;
    private static final int LAST_VLAN = 4_094;

    private final List<Prefix> own;
    private final List<Route> routes;
    private final MacAddress mac;
    private final int vlan;
    private final int mtu;
    private final int neighbours;
    private final boolean probing;
    private final RandomSource random;

    private EthernetConfig(
            List<Prefix> own,
            List<Route> routes,
            MacAddress mac,
            int vlan,
            int mtu,
            int neighbours,
            boolean probing,
            RandomSource random) {
        this.own = List.copyOf(own);
        this.routes = List.copyOf(routes);
        this.mac = mac;
        this.vlan = vlan;
        this.mtu = mtu;
        this.neighbours = neighbours;
        this.probing = probing;
        this.random = random;
    }

    /**
     * A host with these addresses, each with the length of its network's prefix: the hosts of that
     * network are reached without a gateway.
     *
     * @param own such as {@code 10.9.0.2/24} and {@code fd00::2/64}; at least one
     * @throws IllegalArgumentException when one is no such address, or one that no host can have
     */
    public static EthernetConfig at(String... own) {
        List<Prefix> parsed = new ArrayList<>();
        for (String each : own) {
            Prefix prefix = Prefix.parse(each);
            IpAddress address = prefix.address();
            if (IpAddress.isMulticastOrUnspecified(address.high(), address.low())
                    || prefix.isBroadcast(address.high(), address.low())) {
                throw new IllegalArgumentException(
                        "no host can have the address " + address + "; choose another one");
            }
            parsed.add(prefix);
        }
        if (parsed.isEmpty()) {
            throw new IllegalArgumentException(
                    "a host needs an address; give one such as 10.9.0.2/24");
        }
        return new EthernetConfig(
                parsed, List.of(), null, 0, 0, DEFAULT_NEIGHBOURS, false, RandomSource.secure());
    }

    /**
     * The host's own Ethernet address; a random one, locally administered, unless set.
     *
     * @throws IllegalArgumentException when it is that of a group
     */
    public EthernetConfig mac(MacAddress address) {
        if (!MacAddress.isOfOneHost(address.bits())) {
            throw new IllegalArgumentException(
                    "no host can have the Ethernet address "
                            + address
                            + "; choose one such as 02:00:00:00:00:01");
        }
        return new EthernetConfig(own, routes, address, vlan, mtu, neighbours, probing, random);
    }

    /** The same, as {@link MacAddress#parse} reads it. */
    public EthernetConfig mac(String address) {
        return mac(MacAddress.parse(address));
    }

    /**
     * Packets to networks without a route of their own go by this gateway. Of several the first
     * that answers is used.
     */
    public EthernetConfig gateway(String address) {
        IpAddress gateway = IpAddress.parse(address);
        return route(gateway.isV4() ? "0.0.0.0/0" : "::/0", address);
    }

    /**
     * Packets to a network go by a gateway. The longest prefix decides; of several gateways for the
     * same prefix the first that answers is used.
     *
     * @param network such as {@code 192.0.2.0/24}
     * @param gateway an address in one of the host's own networks, or a link-local one
     * @throws IllegalArgumentException when the gateway can't be reached without another one
     */
    public EthernetConfig route(String network, String gateway) {
        List<Route> more = new ArrayList<>(routes);
        more.add(Route.of(Prefix.parse(network), IpAddress.parse(gateway), own));
        return new EthernetConfig(own, more, mac, vlan, mtu, neighbours, probing, random);
    }

    /**
     * Frames carry this VLAN tag (IEEE 802.1Q), and only those that carry it are received.
     *
     * @param id 1 to 4,094; 0, as at first: frames carry no tag
     */
    public EthernetConfig vlan(int id) {
        if (id < 0 || id > LAST_VLAN) {
            throw new IllegalArgumentException(
                    "the VLAN " + id + " is out of range; choose 1 to 4094, or 0 for none");
        }
        return new EthernetConfig(own, routes, mac, id, mtu, neighbours, probing, random);
    }

    /**
     * The largest IP packet in octets. 0, as at first: as large as the frames below allow.
     *
     * @param octets 576 to 65,535, or 0
     */
    public EthernetConfig mtu(int octets) {
        if (octets != 0 && (octets < 576 || octets > 65_535)) {
            throw new IllegalArgumentException(
                    "mtu " + octets + " is out of range; choose 576 to 65535 octets");
        }
        return new EthernetConfig(own, routes, mac, vlan, octets, neighbours, probing, random);
    }

    /**
     * How many neighbours are known at most; the one not used for longest makes room for a new one.
     *
     * @param most 4 to 65,536
     */
    public EthernetConfig neighbours(int most) {
        if (most < FEWEST_NEIGHBOURS || most > MOST_NEIGHBOURS) {
            throw new IllegalArgumentException(
                    most + " neighbours are out of range; choose 4 to 65536");
        }
        return new EthernetConfig(own, routes, mac, vlan, mtu, most, probing, random);
    }

    /**
     * True: the host asks for some seconds whether another one has its addresses, and uses them
     * only then (RFC 5227 §2.1, RFC 4862 §5.4). False, as at first: it announces them and begins.
     */
    public EthernetConfig probing(boolean wanted) {
        return new EthernetConfig(own, routes, mac, vlan, mtu, neighbours, wanted, random);
    }

    /** Where the random address and the spread of timers come from. */
    public EthernetConfig random(RandomSource source) {
        Objects.requireNonNull(source, "source");
        return new EthernetConfig(own, routes, mac, vlan, mtu, neighbours, probing, source);
    }

    List<Prefix> own() {
        return own;
    }

    /** The host's own addresses, without the lengths of their networks' prefixes. */
    public List<IpAddress> addresses() {
        return own.stream().map(Prefix::address).toList();
    }

    List<Route> routes() {
        return routes;
    }

    /** The same with an Ethernet address that stays: a random one where none was set. */
    public EthernetConfig withFixedMac() {
        return mac == null ? mac(MacAddress.random(random)) : this;
    }

    /** The host's Ethernet address; null where none was set, see {@link #withFixedMac()}. */
    public MacAddress mac() {
        return mac;
    }

    /** The VLAN whose tag frames carry; 0: they carry none. */
    public int vlan() {
        return vlan;
    }

    int mtu() {
        return mtu;
    }

    int neighbours() {
        return neighbours;
    }

    boolean isProbing() {
        return probing;
    }

    RandomSource random() {
        return random;
    }

    @Override
    public String toString() {
        return "EthernetConfig["
                + own
                + ", "
                + (mac == null ? "a random address" : mac)
                + (routes.isEmpty() ? "" : ", " + routes)
                + (vlan == 0 ? "" : ", VLAN " + vlan)
                + "]";
    }
}
