package io.finwait.link;

import io.finwait.wire.IpAddress;

import java.util.List;

/**
 * Packets to a network go by a gateway.
 *
 * @param network whose addresses it is for
 * @param gateway a neighbour
 */
record Route(Prefix network, IpAddress gateway) {

    /** fe80::/10, in which every IPv6 neighbour has an address (RFC 4291 §2.5.6). */
    static final Prefix LINK_LOCAL = new Prefix(new IpAddress(0xFE80L << 48, 0), 10);

    /**
     * A route of a host.
     *
     * @param own the host's addresses
     * @throws IllegalArgumentException when the gateway is no neighbour of the host
     */
    static Route of(Prefix network, IpAddress gateway, List<Prefix> own) {
        long high = gateway.high();
        long low = gateway.low();
        boolean ours = own.stream().anyMatch(each -> each.address().equals(gateway));
        boolean near =
                LINK_LOCAL.contains(high, low)
                        || own.stream().anyMatch(each -> each.contains(high, low));
        if (ours || !near || gateway.isV4() != network.address().isV4()) {
            throw new IllegalArgumentException(
                    "the gateway "
                            + gateway
                            + " to "
                            + network
                            + " is no neighbour of "
                            + own
                            + "; name one in the same network, and of the same IP version");
        }
        return new Route(network, gateway);
    }

    @Override
    public String toString() {
        return network + " by " + gateway;
    }
}
