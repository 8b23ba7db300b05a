package io.finwait.spi;

/** What a transport carries. */
public enum Medium {
    /** IP packets, from the IP header on. What endpoints want. */
    IP,

    /**
     * Ethernet frames, from the destination's address to the last octet of the payload: without
     * preamble and without frame check sequence. {@code io.finwait.link.EthernetTransport} makes a
     * carrier of IP packets of it.
     */
    ETHERNET;

    /**
     * Refuses a transport that carries something else.
     *
     * @param carrier the transport
     * @param user who needs this medium, as the subject of a sentence such as {@code an endpoint}
     * @throws IllegalArgumentException saying what to do
     */
    public void require(Transport carrier, String user) {
        Medium found = carrier.capabilities().medium();
        if (found != this) {
            throw new IllegalArgumentException(
                    carrier
                            + " carries "
                            + found.things()
                            + ", but "
                            + user
                            + " needs "
                            + things()
                            + (found == ETHERNET
                                    ? "; put an EthernetTransport around it, or add"
                                            + " own=ADDRESS/PREFIX to its URI"
                                    : "; choose a transport of frames, such as tap: or packet:"));
        }
    }

    private String things() {
        return this == IP ? "IP packets" : "Ethernet frames";
    }
}
