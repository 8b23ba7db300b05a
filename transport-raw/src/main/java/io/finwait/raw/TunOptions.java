package io.finwait.raw;

import io.finwait.spi.Capabilities;

import java.nio.file.Path;
import java.util.Objects;

/**
 * How a TUN or TAP device is to be opened; immutable, each setter returns a copy.
 *
 * <pre>{@code
 * TunOptions.named("fw0").address("10.9.0.1/24").mtu(1500)
 * }</pre>
 */
public final class TunOptions {

    /** The smallest MTU with which the kernel speaks IPv6 (RFC 8200 §5). */
    static final int SMALLEST_IPV6_MTU = 1280;

    /** With Ethernet's header a packet is no longer than 65,535 octets there. */
    private static final int LARGEST_TAP_MTU = 65_521;

    private static final int LONGEST_NAME = 15;

    private static final int NO_DESCRIPTOR = -1;

    /**
     * The kernel's side.
     *
     * @param netns null for none
     * @param process 0 for none
     * @param descriptor of an open device that was inherited, or -1
     * @param socket over which an open device comes, or null
     */
    private record Place(
            String netns, long process, boolean defaultRoute, int descriptor, String socket) {

        static final Place HERE = new Place(null, 0, false, NO_DESCRIPTOR, null);
    }

    private final String name;
    private final int mtu;
    private final int txQueueLength;
    private final Cidr address;
    private final Cidr address6;
    private final Place place;
    private final boolean offload;
    private final boolean ethernet;

    private TunOptions(
            String name,
            int mtu,
            int txQueueLength,
            Cidr address,
            Cidr address6,
            Place place,
            boolean offload,
            boolean ethernet) {
        this.name = name;
        this.mtu = mtu;
        this.txQueueLength = txQueueLength;
        this.address = address;
        this.address6 = address6;
        this.place = place;
        this.offload = offload;
        this.ethernet = ethernet;
    }

    /**
     * A device with an MTU of 1500 octets, without addresses, in the namespace of the process.
     *
     * @param name 1 to 15 letters, digits or other visible characters; with {@code %d} the kernel
     *     puts the first free number there. A persistent TUN device of this name is used when there
     *     is one
     * @throws IllegalArgumentException when the kernel would refuse the name
     */
    public static TunOptions named(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "the device name '"
                            + name
                            + "' has "
                            + name.length()
                            + " characters; choose one of 1 to 15, such as fw0");
        }
        if (!name.matches("[!-~&&[^/:]]+") || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    "the device name '"
                            + name
                            + "' has a character that the kernel refuses; choose one such as fw0");
        }
        return new TunOptions(name, 1500, 0, null, null, Place.HERE, false, false);
    }

    /**
     * A device that another process has opened and set up, and whose open file this process has
     * inherited. It takes no rights, and the name, addresses and queue are the other process's
     * affair; {@link #mtu}, {@link #offload} and {@link #ethernet} must be as they are there. The
     * file belongs to the transport, which closes it.
     *
     * @param descriptor of the open file, such as 3
     * @throws IllegalArgumentException when it is negative
     */
    public static TunOptions handedOver(int descriptor) {
        if (descriptor < 0) {
            throw new IllegalArgumentException(
                    descriptor + " is no descriptor; choose that of an open file, such as 3");
        }
        Place place = new Place(null, 0, false, descriptor, null);
        return new TunOptions("", 1500, 0, null, null, place, false, false);
    }

    /**
     * A device that another process has opened and set up, as {@link #handedOver(int)}, and sends
     * to whoever connects to a Unix-domain socket: one octet, and with it the open file
     * (SCM_RIGHTS). Opening waits for it.
     *
     * @param socket where the other process listens
     */
    public static TunOptions handedOver(Path socket) {
        Place place = new Place(null, 0, false, NO_DESCRIPTOR, socket.toString());
        return new TunOptions("", 1500, 0, null, null, place, false, false);
    }

    /**
     * The largest packet in octets, 576 to 65,535; at least 1280 when there is an IPv6 address.
     *
     * @throws IllegalArgumentException when out of range
     */
    public TunOptions mtu(int octets) {
        if (octets < Capabilities.SMALLEST_MTU || octets > 65_535) {
            throw new IllegalArgumentException(
                    "mtu " + octets + " is out of range; choose 576 to 65535 octets");
        }
        return new TunOptions(
                name, octets, txQueueLength, address, address6, place, offload, ethernet);
    }

    /**
     * How many packets wait in the kernel for being received before it drops some; 0 leaves the
     * kernel's own choice, 500.
     *
     * @throws IllegalArgumentException when negative
     */
    public TunOptions txQueueLength(int packets) {
        if (packets < 0) {
            throw new IllegalArgumentException(
                    "txqueuelen "
                            + packets
                            + " is negative; choose 1 or more, or 0 for the default");
        }
        return new TunOptions(name, mtu, packets, address, address6, place, offload, ethernet);
    }

    /**
     * Gives the kernel's side of the device an address; at most one of IPv4 and one of IPv6, the
     * last one counts. The endpoint takes another one of the same network.
     *
     * @param cidr such as {@code 10.9.0.1/24} or {@code fd00::1/64}
     * @throws IllegalArgumentException when it is no such address
     */
    public TunOptions address(String cidr) {
        Cidr parsed = Cidr.parse(cidr);
        boolean v4 = parsed.address().isV4();
        return new TunOptions(
                name,
                mtu,
                txQueueLength,
                v4 ? parsed : address,
                v4 ? address6 : parsed,
                place,
                offload,
                ethernet);
    }

    /**
     * Makes the device in a named network namespace; needs CAP_SYS_ADMIN besides CAP_NET_ADMIN.
     *
     * @param namespace as in {@code ip netns list}
     */
    public TunOptions netns(String namespace) {
        if (namespace.isEmpty() || namespace.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "'" + namespace + "' is no name of a network namespace; see: ip netns list");
        }
        return at(new Place(namespace, 0, place.defaultRoute, place.descriptor, place.socket));
    }

    /**
     * Makes the device in the network namespace of a process. No capability is needed where that
     * process has a user namespace of its own which this user has made, as with {@code unshare
     * -Urn}; the programs {@code nsenter} and {@code ip} are. The loopback interface there is
     * brought up as well. Replaces {@link #netns}, as that replaces this.
     *
     * @param pid as in {@code echo $$}
     * @throws IllegalArgumentException when it is no number of a process
     */
    public TunOptions process(long pid) {
        if (pid < 1) {
            throw new IllegalArgumentException(
                    "there is no process " + pid + "; take the number that 'echo $$' says there");
        }
        return at(new Place(null, pid, place.defaultRoute, place.descriptor, place.socket));
    }

    /**
     * True: the kernel sends through the device what it has no other route for; for each of IPv4
     * and IPv6 of which the device has an {@link #address}. False, as at first: it has a route to
     * the network of the address.
     */
    public TunOptions defaultRoute(boolean wanted) {
        return at(new Place(place.netns, place.process, wanted, place.descriptor, place.socket));
    }

    private TunOptions at(Place newPlace) {
        return new TunOptions(
                name, mtu, txQueueLength, address, address6, newPlace, offload, ethernet);
    }

    /**
     * True: the kernel and the endpoint leave TCP checksums to each other, and hand each other
     * super-packets of many segments at once (see {@link io.finwait.spi.Packet#segmentSize()}).
     * False, as at first: every packet travels by itself, complete.
     */
    public TunOptions offload(boolean wanted) {
        return new TunOptions(name, mtu, txQueueLength, address, address6, place, wanted, ethernet);
    }

    /**
     * True: a TAP device, which carries Ethernet frames; {@link TunTransport} then needs an {@code
     * EthernetTransport} around it. False, as at first: a TUN device, which carries IP packets.
     */
    public TunOptions ethernet(boolean wanted) {
        return new TunOptions(name, mtu, txQueueLength, address, address6, place, offload, wanted);
    }

    String name() {
        return name;
    }

    int mtu() {
        return mtu;
    }

    int txQueueLength() {
        return txQueueLength;
    }

    /** The kernel's IPv4 address or null. */
    Cidr address() {
        return address;
    }

    /** The kernel's IPv6 address or null. */
    Cidr address6() {
        return address6;
    }

    /** The namespace, or null for the process's own. */
    String netns() {
        return place.netns;
    }

    /** The process in whose namespace it is to be, or 0. */
    long process() {
        return place.process;
    }

    /** True when another process has opened the device. */
    boolean isHandedOver() {
        return place.descriptor != NO_DESCRIPTOR || place.socket != null;
    }

    /** The descriptor of the open device, or -1. */
    int descriptor() {
        return place.descriptor;
    }

    /** The path of the socket over which the open device comes, or null. */
    String socket() {
        return place.socket;
    }

    boolean hasDefaultRoute() {
        return place.defaultRoute;
    }

    boolean offload() {
        return offload;
    }

    boolean isEthernet() {
        return ethernet;
    }

    /** What the device is called in messages. */
    String kind() {
        return ethernet ? "TAP" : "TUN";
    }

    /** Checks combinations that the kernel would refuse with a less helpful error. */
    void requireConsistent() {
        if (address6 != null && mtu < SMALLEST_IPV6_MTU) {
            throw new IllegalArgumentException(
                    "an mtu of "
                            + mtu
                            + " is too small for the IPv6 address "
                            + address6.address()
                            + "; choose 1280 or more");
        }
        boolean setUp =
                address != null
                        || address6 != null
                        || txQueueLength != 0
                        || place.netns != null
                        || place.process != 0
                        || place.defaultRoute;
        if (isHandedOver() && setUp) {
            throw new IllegalArgumentException(
                    "a device that was handed over is set up by whoever opened it; leave out"
                            + " address, address6, txqueuelen, netns, pid and defaultroute");
        }
        if (ethernet && mtu > LARGEST_TAP_MTU) {
            throw new IllegalArgumentException(
                    "an mtu of " + mtu + " is too large for a TAP device; choose 65521 or less");
        }
    }

    @Override
    public String toString() {
        return "TunOptions["
                + (isHandedOver() ? "handed over" : name)
                + ", mtu "
                + mtu
                + ", "
                + Objects.toString(address, "no IPv4")
                + ", "
                + Objects.toString(address6, "no IPv6")
                + (ethernet ? ", frames" : "")
                + (offload ? ", offload" : "")
                + (place.defaultRoute ? ", default route" : "")
                + (place.netns == null ? "" : ", in namespace " + place.netns)
                + (place.process == 0 ? "" : ", in the namespace of process " + place.process)
                + "]";
    }
}
