package io.finwait.link;

import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the neighbour to which a packet goes first: by the longest prefix, and among gateways of
 * the same prefix the first one that has not failed lately (RFC 1122 §3.3.1.5).
 */
final class Routes {

    /** For how long a gateway that did not answer is passed over. */
    static final long FAILED_NS = 30_000_000_000L;

    private static final class Way {
        final Prefix network;

        /** Null: the destination is the neighbour. */
        final IpAddress gateway;

        boolean failed;
        long failedUntilNs;

        Way(Prefix network, IpAddress gateway) {
            this.network = network;
            this.gateway = gateway;
        }
    }

    /** The longest prefix first; of equal ones those without a gateway. */
    private final Way[] ways;

    private long hopHigh;
    private long hopLow;

    Routes(List<Prefix> own, List<Route> routes) {
        List<Way> all = new ArrayList<>();
        own.forEach(each -> all.add(new Way(each, null)));
        all.add(new Way(Route.LINK_LOCAL, null));
        routes.forEach(each -> all.add(new Way(each.network(), each.gateway())));
        all.sort(Comparator.comparingInt(each -> -each.network.length()));
        ways = all.toArray(Way[]::new);
    }

    /**
     * Looks for the neighbour.
     *
     * @return false when there is no route; else {@link #hopHigh()} and {@link #hopLow()} tell it
     */
    boolean find(long high, long low, long nowNs) {
        Way best = null;
        for (Way way : ways) {
            if (best != null && way.network.length() < best.network.length()) {
                break;
            }
            if (way.network.contains(high, low)) {
                boolean working = !way.failed || nowNs - way.failedUntilNs >= 0;
                if (best == null || working) {
                    best = way;
                }
                if (working) {
                    break;
                }
            }
        }
        if (best == null) {
            return false;
        }
        hopHigh = best.gateway == null ? high : best.gateway.high();
        hopLow = best.gateway == null ? low : best.gateway.low();
        return true;
    }

    /** A neighbour doesn't answer; where it is a gateway, others of the same network are tried. */
    void failed(long high, long low, long nowNs) {
        mark(high, low, true, nowNs + FAILED_NS);
    }

    /** A neighbour has answered. */
    void works(long high, long low) {
        mark(high, low, false, 0);
    }

    private void mark(long high, long low, boolean failed, long untilNs) {
        for (Way way : ways) {
            IpAddress gateway = way.gateway;
            if (gateway != null && gateway.low() == low && gateway.high() == high) {
                way.failed = failed;
                way.failedUntilNs = untilNs;
            }
        }
    }

    long hopHigh() {
        return hopHigh;
    }

    long hopLow() {
        return hopLow;
    }
}
