package io.finwait.raw;

import io.finwait.link.EthernetConfig;

import java.util.Objects;

/**
 * How an XDP socket on an Ethernet interface is to be opened; immutable, each method gives a
 * changed copy.
 *
 * <pre>{@code
 * XdpOptions.on("eth0").host(EthernetConfig.at("10.9.0.2/24").withFixedMac())
 * }</pre>
 */
public final class XdpOptions {

    private static final int LAST_QUEUE = 4_095;

    private final String name;
    private final String netns;
    private final int queue;
    private final XdpMode mode;
    private final Boolean offload;
    private final EthernetConfig host;

    private XdpOptions(
            String name,
            String netns,
            int queue,
            XdpMode mode,
            Boolean offload,
            EthernetConfig host) {
        this.name = name;
        this.netns = netns;
        this.queue = queue;
        this.mode = mode;
        this.offload = offload;
        this.host = host;
    }

    /**
     * On queue 0 of an interface that is there and up, in the namespace of the process. Unless
     * {@link #host} says otherwise every frame is taken, and the kernel gets none.
     *
     * @param name as {@code ip link} shows it
     * @throws IllegalArgumentException when no interface can have that name
     */
    public static XdpOptions on(String name) {
        TunOptions.named(name);
        return new XdpOptions(name, null, 0, XdpMode.AUTO, null, null);
    }

    /**
     * On an interface of a named network namespace; needs CAP_SYS_ADMIN.
     *
     * @param namespace as in {@code ip netns list}
     */
    public XdpOptions netns(String namespace) {
        String checked = TunOptions.named("x").netns(namespace).netns();
        return new XdpOptions(name, checked, queue, mode, offload, host);
    }

    /**
     * Whose frames are taken: those to the Ethernet address of a host, and those to groups that ask
     * for an address of it or claim one. The kernel gets the others. A host may have the Ethernet
     * address of the interface: then its frames are known by its IP addresses.
     *
     * @param config with an Ethernet address, see {@link EthernetConfig#withFixedMac()}
     * @throws IllegalArgumentException when it has none
     */
    public XdpOptions host(EthernetConfig config) {
        if (config.mac() == null) {
            throw new IllegalArgumentException(
                    "a host that shares an interface needs an Ethernet address; give it one with"
                            + " withFixedMac()");
        }
        return new XdpOptions(name, netns, queue, mode, offload, config);
    }

    /**
     * Which of the interface's queues is read. Frames that come in at others go to the kernel.
     *
     * @param number 0, as at first, to 4,095
     */
    public XdpOptions queue(int number) {
        if (number < 0 || number > LAST_QUEUE) {
            throw new IllegalArgumentException(
                    "the queue " + number + " is out of range; choose 0 to " + LAST_QUEUE);
        }
        return new XdpOptions(name, netns, number, mode, offload, host);
    }

    /** Where the program runs; {@link XdpMode#AUTO} unless set. */
    public XdpOptions mode(XdpMode wanted) {
        return new XdpOptions(
                name, netns, queue, Objects.requireNonNull(wanted, "wanted"), offload, host);
    }

    /**
     * True: a received TCP segment whose checksum is only that of the pseudo header is taken as
     * good, because its sender, on this machine, has left the rest to a card that never came. A
     * damaged segment then passes for good with twice the odds, 2 in 65,536. Unless set, that is so
     * where the interface is a veth.
     */
    public XdpOptions offload(boolean unfinished) {
        return new XdpOptions(name, netns, queue, mode, unfinished, host);
    }

    String name() {
        return name;
    }

    /** The namespace, or null for the process's own. */
    String netns() {
        return netns;
    }

    int queue() {
        return queue;
    }

    XdpMode mode() {
        return mode;
    }

    /** Whether unfinished checksums are taken as good, on an interface of this driver. */
    boolean takesUnfinished(String driver) {
        return offload == null ? driver.equals("veth") : offload;
    }

    /** Whose frames are wanted; null: all. */
    EthernetConfig host() {
        return host;
    }

    @Override
    public String toString() {
        return "XdpOptions["
                + name
                + (host == null ? "" : ", " + host)
                + (queue == 0 ? "" : ", queue " + queue)
                + (mode == XdpMode.AUTO ? "" : ", " + mode)
                + (netns == null ? "" : ", in namespace " + netns)
                + "]";
    }
}
