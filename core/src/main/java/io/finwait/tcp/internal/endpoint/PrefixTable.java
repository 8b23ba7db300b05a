package io.finwait.tcp.internal.endpoint;

import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Prefixes of one length, by open addressing: a lookup takes a step or two, however many there are.
 * The prefixes are the user's own choice, so the hash needs no key.
 */
final class PrefixTable {

    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final boolean v4;
    private final boolean all;
    private final long maskHigh;
    private final long maskLow;
    private final long[] high;
    private final long[] low;
    private final boolean[] used;

    private PrefixTable(List<IpPrefix> prefixes) {
        IpPrefix any = prefixes.get(0);
        v4 = any.address().isV4();
        all = any.bits() == 0;
        maskHigh = IpPrefix.maskHigh(any.bits());
        maskLow = IpPrefix.maskLow(any.bits());
        Set<IpAddress> addresses =
                prefixes.stream().map(IpPrefix::address).collect(Collectors.toSet());
        int size = Integer.highestOneBit(addresses.size()) << 2;
        high = new long[size];
        low = new long[size];
        used = new boolean[size];
        for (IpAddress each : addresses) {
            int at = place(each.high(), each.low());
            high[at] = each.high();
            low[at] = each.low();
            used[at] = true;
        }
    }

    /** A table for each length, the longest first: most likely they are single addresses. */
    static PrefixTable[] of(List<IpPrefix> prefixes) {
        return prefixes.stream().collect(Collectors.groupingBy(PrefixTable::kind)).values().stream()
                .sorted((a, b) -> b.get(0).bits() - a.get(0).bits())
                .map(PrefixTable::new)
                .toArray(PrefixTable[]::new);
    }

    private static int kind(IpPrefix prefix) {
        return prefix.bits() * 2 + (prefix.address().isV4() ? 1 : 0);
    }

    boolean has(long addressHigh, long addressLow) {
        if (all) {
            return !IpAddress.isV4(addressHigh, addressLow);
        }
        return (v4 || !IpAddress.isV4(addressHigh, addressLow))
                && used[place(addressHigh & maskHigh, addressLow & maskLow)];
    }

    /** Where an entry stands, or the empty place where it would. */
    private int place(long prefixHigh, long prefixLow) {
        int mask = used.length - 1;
        long mixed = (prefixHigh * 31 + prefixLow) * SPREAD;
        int at = (int) (mixed >>> 33) & mask;
        while (used[at] && (low[at] != prefixLow || high[at] != prefixHigh)) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
