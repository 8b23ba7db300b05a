package io.finwait.raw;

import io.finwait.link.MacAddress;

/**
 * How a packet socket on an Ethernet interface is to be opened; immutable, each method gives a
 * changed copy.
 *
 * <pre>{@code
 * PacketOptions.on("eth0").mac(MacAddress.parse("02:00:00:00:00:02"))
 * }</pre>
 */
public final class PacketOptions {

    private final String name;
    private final String netns;
    private final boolean offload;
    private final MacAddress mac;

    private PacketOptions(String name, String netns, boolean offload, MacAddress mac) {
        this.name = name;
        this.netns = netns;
        this.offload = offload;
        this.mac = mac;
    }

    /**
     * On an interface that is there and up, in the namespace of the process, with offload.
     *
     * @param name as {@code ip link} shows it
     * @throws IllegalArgumentException when no interface can have that name
     */
    public static PacketOptions on(String name) {
        TunOptions.named(name);
        return new PacketOptions(name, null, true, null);
    }

    /**
     * On an interface of a named network namespace; needs CAP_SYS_ADMIN.
     *
     * @param namespace as in {@code ip netns list}
     */
    public PacketOptions netns(String namespace) {
        String checked = TunOptions.named("x").netns(namespace).netns();
        return new PacketOptions(name, checked, offload, mac);
    }

    /**
     * True, as at first: frames of up to 65,535 octets and unfinished checksums go both ways, as
     * drivers and veth pairs hand them to the kernel itself (PACKET_VNET_HDR). False: frames are
     * complete; then the others must not send larger ones either, as interfaces do with
     * segmentation or receive offload, because those are lost.
     */
    public PacketOptions offload(boolean wanted) {
        return new PacketOptions(name, netns, wanted, mac);
    }

    /** Only frames to this address and to groups are received; unless set, all are. */
    public PacketOptions mac(MacAddress address) {
        return new PacketOptions(name, netns, offload, address);
    }

    String name() {
        return name;
    }

    /** The namespace, or null for the process's own. */
    String netns() {
        return netns;
    }

    boolean offload() {
        return offload;
    }

    /** Whose frames are wanted; null: everybody's. */
    MacAddress mac() {
        return mac;
    }

    @Override
    public String toString() {
        return "PacketOptions["
                + name
                + (mac == null ? "" : ", " + mac)
                + (offload ? ", offload" : "")
                + (netns == null ? "" : ", in namespace " + netns)
                + "]";
    }
}
