package io.finwait.link;

import io.finwait.link.EthernetCounters.Counter;
import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;

/**
 * The host's own addresses: whether they may be used yet, when they are announced, and what happens
 * when another host uses one. For IPv4 by RFC 5227, for IPv6 by RFC 4862 §5.4.
 */
final class OwnAddresses {

    private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);

    private static final long SECOND_NS = 1_000_000_000L;

    /** PROBE_WAIT of RFC 5227; MAX_RTR_SOLICITATION_DELAY of RFC 4862: at random up to this. */
    private static final long PROBE_WAIT_NS = SECOND_NS;

    private static final int PROBE_NUM = 3;
    private static final long PROBE_MIN_NS = SECOND_NS;
    private static final long ANNOUNCE_WAIT_NS = 2 * SECOND_NS;
    private static final int ANNOUNCE_NUM = 2;
    private static final long ANNOUNCE_INTERVAL_NS = 2 * SECOND_NS;
    private static final long DEFEND_INTERVAL_NS = 10 * SECOND_NS;

    /** RFC 4862 §5.1: one solicitation, and the time in which an answer would come. */
    private static final int DUP_ADDR_DETECT_TRANSMITS = 1;

    private static final long RETRANS_TIMER_NS = SECOND_NS;

    /** When something could not be sent for want of room. */
    private static final long AGAIN_NS = 10_000_000;

    private enum State {
        PROBING,
        ANNOUNCING,
        USED,
        TAKEN
    }

    private static final class Own {
        final Prefix prefix;
        final long high;
        final long low;
        State state;
        int sent;
        long deadlineNs;
        boolean defended;
        long defendedNs;

        Own(Prefix prefix, State state) {
            this.prefix = prefix;
            high = prefix.address().high();
            low = prefix.address().low();
            this.state = state;
        }

        boolean isV4() {
            return prefix.address().isV4();
        }
    }

    private final Own[] all;
    private final Messages messages;
    private final EthernetCounters counters;
    private final RandomSource random;
    private final boolean probing;
    private boolean begun;

    OwnAddresses(
            List<Prefix> own,
            boolean probing,
            Messages messages,
            EthernetCounters counters,
            RandomSource random) {
        State first = probing ? State.PROBING : State.ANNOUNCING;
        all = own.stream().map(each -> new Own(each, first)).toArray(Own[]::new);
        this.probing = probing;
        this.messages = messages;
        this.counters = counters;
        this.random = random;
    }

    /** True when no address is still being probed: packets may be sent. */
    boolean areDecided() {
        for (Own own : all) {
            if (own.state == State.PROBING) {
                return false;
            }
        }
        return true;
    }

    /** True when the address is ours and may be used. */
    boolean has(long high, long low) {
        Own own = find(high, low);
        return own != null && isUsable(own);
    }

    private static boolean isUsable(Own own) {
        return own.state == State.ANNOUNCING || own.state == State.USED;
    }

    private Own find(long high, long low) {
        for (Own own : all) {
            if (own.low == low && own.high == high) {
                return own;
            }
        }
        return null;
    }

    /** True for the IPv4 address of all hosts of a network of ours. */
    boolean isBroadcast(long high, long low) {
        for (Own own : all) {
            if (own.prefix.isBroadcast(high, low)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The address in whose name a neighbour is asked: one of its network if there is any.
     *
     * @return null when none of its IP version may be used
     */
    IpAddress toAsk(long high, long low) {
        Own best = null;
        for (Own own : all) {
            if (isUsable(own) && own.isV4() == IpAddress.isV4(high, low)) {
                if (own.prefix.contains(high, low)) {
                    return own.prefix.address();
                }
                best = best == null ? own : best;
            }
        }
        return best == null ? null : best.prefix.address();
    }

    /** When {@link #work} has something to do; {@link Long#MAX_VALUE}: never. */
    long nextDeadlineNs() {
        long earliest = Long.MAX_VALUE;
        for (Own own : all) {
            if (begun && (own.state == State.PROBING || own.state == State.ANNOUNCING)) {
                earliest = Times.earlier(earliest, own.deadlineNs);
            }
        }
        return earliest;
    }

    /** Probes and announces what is due. */
    void work(long nowNs) {
        if (!begun) {
            begun = true;
            for (Own own : all) {
                own.deadlineNs = nowNs + (probing ? atRandom(PROBE_WAIT_NS) : 0);
            }
        }
        for (Own own : all) {
            if (own.state == State.PROBING && nowNs - own.deadlineNs >= 0) {
                probe(own, nowNs);
            }
            if (own.state == State.ANNOUNCING && nowNs - own.deadlineNs >= 0) {
                announce(own, nowNs);
            }
        }
    }

    private void probe(Own own, long nowNs) {
        int most = own.isV4() ? PROBE_NUM : DUP_ADDR_DETECT_TRANSMITS;
        if (own.sent == most) {
            own.state = State.ANNOUNCING;
            own.sent = 0;
        } else if (messages.ask(own.high, own.low, 0, 0, 0, nowNs)) {
            own.sent++;
            long pause = own.isV4() ? PROBE_MIN_NS + atRandom(PROBE_MIN_NS) : RETRANS_TIMER_NS;
            own.deadlineNs = nowNs + (own.isV4() && own.sent == most ? ANNOUNCE_WAIT_NS : pause);
        } else {
            own.deadlineNs = nowNs + AGAIN_NS;
        }
    }

    private void announce(Own own, long nowNs) {
        if (!messages.announce(own.high, own.low, nowNs)) {
            own.deadlineNs = nowNs + AGAIN_NS;
        } else if (++own.sent < ANNOUNCE_NUM) {
            own.deadlineNs = nowNs + ANNOUNCE_INTERVAL_NS;
        } else {
            own.state = State.USED;
        }
    }

    private long atRandom(long mostNs) {
        return Long.remainderUnsigned(random.nextLong(), mostNs);
    }

    /**
     * Somebody else probes for an address: where we do too, nobody gets it (RFC 5227 §2.1.1, RFC
     * 4862 §5.4.3).
     */
    void isProbedBy(long high, long low, long mac) {
        Own own = find(high, low);
        if (own != null && own.state == State.PROBING) {
            taken(own, mac);
        }
    }

    /** Somebody else says that an address is his; true when it is one of ours. */
    boolean isClaimedBy(long high, long low, long mac, long nowNs) {
        Own own = find(high, low);
        if (own == null) {
            return false;
        }
        if (own.state == State.PROBING) {
            taken(own, mac);
        } else if (isUsable(own)) {
            defend(own, mac, nowNs);
        }
        return true;
    }

    private void taken(Own own, long mac) {
        own.state = State.TAKEN;
        counters.add(Counter.CONFLICTS);
        LOG.error(
                "the address {} is used by {} already, so this host does not use it; choose"
                        + " another one",
                own.prefix.address(),
                new MacAddress(mac));
    }

    /** RFC 5227 §2.4 (c): it is kept, and announced again, but not more often than the interval. */
    private void defend(Own own, long mac, long nowNs) {
        counters.add(Counter.CONFLICTS);
        if (own.defended && nowNs - own.defendedNs < DEFEND_INTERVAL_NS) {
            return;
        }
        if (!own.defended) {
            LOG.warn(
                    "the address {} of this host is used by {} as well; give one of them another"
                            + " address",
                    own.prefix.address(),
                    new MacAddress(mac));
        }
        if (messages.announce(own.high, own.low, nowNs)) {
            own.defended = true;
            own.defendedNs = nowNs;
        }
    }
}
