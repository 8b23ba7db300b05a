package io.finwait.tcp.internal.endpoint;

import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;

import java.util.ArrayList;
import java.util.List;

/** The addresses of an endpoint. Whether one is among them is asked for every packet. */
final class EndpointAddresses {

    /** With more own addresses than this a table is faster than looking at each. */
    private static final int FEW = 4;

    private final List<IpAddress> all;

    /** The first few own addresses. */
    private final long[] high;

    private final long[] low;

    /** One table for each length of a prefix, the longest first. */
    private final PrefixTable[] tables;

    EndpointAddresses(List<IpAddress> addresses, List<IpPrefix> prefixes) {
        all = List.copyOf(addresses);
        List<IpAddress> first = all.subList(0, Math.min(FEW, all.size()));
        high = first.stream().mapToLong(IpAddress::high).toArray();
        low = first.stream().mapToLong(IpAddress::low).toArray();
        List<IpPrefix> ranges = new ArrayList<>(prefixes);
        all.stream().skip(FEW).map(IpPrefix::of).forEach(ranges::add);
        tables = PrefixTable.of(ranges);
    }

    boolean has(long addressHigh, long addressLow) {
        for (int i = 0; i < low.length; i++) {
            if (low[i] == addressLow && high[i] == addressHigh) {
                return true;
            }
        }
        return tables.length > 0 && isInTable(addressHigh, addressLow);
    }

    private boolean isInTable(long addressHigh, long addressLow) {
        for (PrefixTable table : tables) {
            if (table.has(addressHigh, addressLow)) {
                // A range such as 0.0.0.0/0 must not make multicasts ours.
                return !IpAddress.isMulticastOrUnspecified(addressHigh, addressLow);
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
