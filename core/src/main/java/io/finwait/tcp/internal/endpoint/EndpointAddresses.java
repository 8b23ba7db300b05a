package io.finwait.tcp.internal.endpoint;

import io.finwait.wire.IpAddress;

import java.util.List;

/** The addresses of an endpoint. */
final class EndpointAddresses {

    private final List<IpAddress> all;
    private final long[] high;
    private final long[] low;

    EndpointAddresses(List<IpAddress> addresses) {
        all = List.copyOf(addresses);
        high = all.stream().mapToLong(IpAddress::high).toArray();
        low = all.stream().mapToLong(IpAddress::low).toArray();
    }

    boolean has(long addressHigh, long addressLow) {
        for (int i = 0; i < low.length; i++) {
            if (low[i] == addressLow && high[i] == addressHigh) {
                return true;
            }
        }
        return false;
    }

    /** The first address of the same IP version as a remote one, or null. */
    IpAddress toReach(IpAddress remote) {
        // By index, because an iterator would be an object for each connection.
        for (int i = 0; i < all.size(); i++) {
            IpAddress local = all.get(i);
            if (local.isV4() == remote.isV4()) {
                return local;
            }
        }
        return null;
    }
}
