package io.finwait.link;

import io.finwait.icmp.LocalErrors;
import io.finwait.link.EthernetCounters.Counter;
import io.finwait.spi.Packet;
import io.finwait.spi.RandomSource;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Unreachable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Knows neighbours' Ethernet addresses, or asks for them: the states and timers of RFC 4861 §7.3,
 * for IPv4 as well.
 *
 * <p>Only answers to our own questions are believed, and of an INCOMPLETE neighbour the first one.
 * A claim that contradicts what is known makes us ask the old owner. Only if that one is silent are
 * all asked again.
 */
final class Resolver {

    private static final long SECOND_NS = 1_000_000_000L;

    /** RFC 4861 §10: RETRANS_TIMER, MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT. */
    private static final long RETRANS_TIMER_NS = SECOND_NS;

    private static final int MAX_SOLICIT = 3;

    /** REACHABLE_TIME, of which a random half to one and a half counts (RFC 4861 §6.3.2). */
    private static final long REACHABLE_TIME_NS = 30 * SECOND_NS;

    private static final long DELAY_FIRST_PROBE_TIME_NS = 5 * SECOND_NS;

    /** Questions that packets of strangers may make us ask. */
    private static final int QUESTIONS_PER_SECOND = 1_000;

    /** When a question could not be asked for want of room. */
    private static final long AGAIN_NS = 10_000_000;

    /** How often it is tried: for three seconds, as long as questions without answers take. */
    private static final int MOST_REFUSED = 300;

    private final Transport below;
    private final FrameHeader header;
    private final Messages messages;
    private final OwnAddresses own;
    private final Routes routes;
    private final NeighbourTable table;
    private final WaitingPackets waiting;
    private final LocalErrors errors;
    private final EthernetCounters counters;
    private final RandomSource random;
    private final Allowance questions = new Allowance(QUESTIONS_PER_SECOND);

    /** No timer is due before it. */
    private long earliestNs = Long.MAX_VALUE;

    /** A neighbour that is to be asked for the first time. */
    private Neighbour begun;

    /** True when packets wait for room below although their neighbour is known. */
    private boolean owing;

    Resolver(
            Transport below,
            FrameHeader header,
            Messages messages,
            OwnAddresses own,
            Routes routes,
            LocalErrors errors,
            EthernetCounters counters,
            EthernetConfig config,
            int mtu) {
        this.below = below;
        this.header = header;
        this.messages = messages;
        this.own = own;
        this.routes = routes;
        this.errors = errors;
        this.counters = counters;
        random = config.random();
        table = new NeighbourTable(config.neighbours(), random);
        waiting = new WaitingPackets(mtu);
    }

    /**
     * The neighbour to which a packet goes first.
     *
     * @return null when there is no route
     */
    Neighbour neighbour(long high, long low, long nowNs) {
        if (!routes.find(high, low, nowNs)) {
            return null;
        }
        long hopHigh = routes.hopHigh();
        long hopLow = routes.hopLow();
        Neighbour known = table.find(hopHigh, hopLow);
        return known != null ? known : begin(hopHigh, hopLow);
    }

    private Neighbour begin(long high, long low) {
        for (Neighbour each = table.inTheWay(); each != null; each = table.inTheWay()) {
            counters.add(Counter.NEIGHBOURS_EVICTED);
            while (waiting.first(each) != null) {
                counters.add(Counter.WAITING_DROPPED);
                waiting.removeFirst(each);
            }
            table.remove(each);
        }
        begun = table.add(high, low);
        return begun;
    }

    /**
     * Asks for a neighbour that {@link #neighbour} did not know. Not there, because the packet that
     * is for it still takes room below, which may be all that there is.
     */
    void askForNew(long nowNs) {
        if (begun != null) {
            Neighbour asked = begun;
            begun = null;
            ask(asked, nowNs);
        }
    }

    /**
     * True when a packet for the neighbour can be sent now, to {@link Neighbour#mac}; notes that
     * one is.
     */
    boolean isUsable(Neighbour neighbour, long nowNs) {
        switch (neighbour.state) {
            case INCOMPLETE -> {
                return false;
            }
            case REACHABLE -> {
                if (nowNs - neighbour.reachableUntilNs >= 0) {
                    delay(neighbour, nowNs);
                }
            }
            case STALE -> delay(neighbour, nowNs);
            case DELAY, PROBE -> {}
        }
        table.resolved().touch(neighbour);
        // What waits goes first.
        return neighbour.firstWaiting < 0;
    }

    private void delay(Neighbour neighbour, long nowNs) {
        neighbour.state = NeighbourState.DELAY;
        timer(neighbour, nowNs + DELAY_FIRST_PROBE_TIME_NS);
    }

    private void timer(Neighbour neighbour, long deadlineNs) {
        neighbour.deadlineNs = deadlineNs;
        earliestNs = Times.earlier(earliestNs, deadlineNs);
    }

    /** Keeps a copy of a packet until its neighbour is known, or until there is room below. */
    void keep(Neighbour neighbour, Packet packet) {
        if (waiting.isFull()) {
            Neighbour loser = neighbour.firstWaiting >= 0 ? neighbour : oldestThatIsWaitedFor();
            if (loser != null) {
                counters.add(Counter.WAITING_DROPPED);
                waiting.removeFirst(loser);
            }
        }
        if (!waiting.add(neighbour, packet)) {
            counters.add(Counter.WAITING_DROPPED);
        } else if (neighbour.state != NeighbourState.INCOMPLETE) {
            owing = true;
        }
    }

    private Neighbour oldestThatIsWaitedFor() {
        for (Neighbour each = table.asking().oldest(); each != null; each = each.newer) {
            if (each.firstWaiting >= 0) {
                return each;
            }
        }
        return null;
    }

    /** Asks who has a neighbour's address, or whether it still has it. */
    private void ask(Neighbour neighbour, long nowNs) {
        long to = neighbour.state == NeighbourState.PROBE ? neighbour.mac : 0;
        IpAddress from = own.toAsk(neighbour.high, neighbour.low);
        boolean asked =
                from != null
                        && questions.take(nowNs)
                        && messages.ask(
                                neighbour.high, neighbour.low, to, from.high(), from.low(), nowNs);
        if (asked) {
            neighbour.asked++;
        } else {
            neighbour.refused++;
        }
        timer(neighbour, nowNs + (asked ? RETRANS_TIMER_NS : AGAIN_NS));
    }

    /** Someone says which Ethernet address a neighbour has. */
    void claimed(long high, long low, long mac, boolean asAnswer, long nowNs) {
        Neighbour neighbour = table.find(high, low);
        if (neighbour == null) {
            return;
        }
        if (neighbour.state == NeighbourState.INCOMPLETE) {
            if (asAnswer && neighbour.asked > 0) {
                neighbour.mac = mac;
                table.answered(neighbour);
                reached(neighbour, nowNs);
            }
        } else if (neighbour.mac == mac) {
            if (asAnswer && neighbour.state == NeighbourState.PROBE && neighbour.asked > 0) {
                reached(neighbour, nowNs);
            }
        } else {
            doubt(neighbour, nowNs);
        }
    }

    /** An answer that names no Ethernet address confirms the one that is known (RFC 4861 §4.4). */
    void confirmed(long high, long low, long from, boolean asAnswer, long nowNs) {
        Neighbour neighbour = table.find(high, low);
        if (neighbour != null && neighbour.state != NeighbourState.INCOMPLETE) {
            claimed(high, low, from, asAnswer, nowNs);
        }
    }

    private void reached(Neighbour neighbour, long nowNs) {
        long spread = Long.remainderUnsigned(random.nextLong(), REACHABLE_TIME_NS);
        neighbour.state = NeighbourState.REACHABLE;
        neighbour.asked = 0;
        neighbour.reachableUntilNs = nowNs + REACHABLE_TIME_NS / 2 + spread;
        routes.works(neighbour.high, neighbour.low);
        sendWaiting(neighbour, nowNs);
    }

    /** Asks the owner that is known, once a second at most. */
    private void doubt(Neighbour neighbour, long nowNs) {
        counters.add(Counter.CLAIMS_DOUBTED);
        boolean lately = neighbour.wasDoubted && nowNs - neighbour.doubtedNs < RETRANS_TIMER_NS;
        if (neighbour.state != NeighbourState.PROBE && !lately) {
            neighbour.wasDoubted = true;
            neighbour.doubtedNs = nowNs;
            probe(neighbour, nowNs);
        }
    }

    private void probe(Neighbour neighbour, long nowNs) {
        neighbour.state = NeighbourState.PROBE;
        neighbour.asked = 0;
        neighbour.refused = 0;
        ask(neighbour, nowNs);
    }

    private void sendWaiting(Neighbour neighbour, long nowNs) {
        for (Packet each = waiting.first(neighbour);
                each != null;
                each = waiting.first(neighbour)) {
            Packet room = below.claim(header.length() + each.length());
            if (room == null) {
                owing = true;
                return;
            }
            int at = room.offset();
            int type = (each.buffer().get(0) & 0xF0) == 0x40 ? FrameHeader.IPV4 : FrameHeader.IPV6;
            header.write(room.buffer(), at, neighbour.mac, type);
            room.buffer().put(at + header.length(), each.buffer(), 0, each.length());
            room.segmentSize(each.segmentSize()).checksumOffloaded(each.checksumOffloaded());
            waiting.removeFirst(neighbour);
            counters.add(Counter.PACKETS_OUT);
            below.commit(room, nowNs);
        }
    }

    /** When a timer is due; {@link Long#MAX_VALUE}: never. */
    long nextDeadlineNs() {
        return earliestNs;
    }

    /** Sends what there is room for again, and fires the timers that are due. */
    void work(long nowNs) {
        if (owing) {
            owing = false;
            for (Neighbour each = table.resolved().oldest(); each != null; each = each.newer) {
                sendWaiting(each, nowNs);
            }
        }
        if (earliestNs != Long.MAX_VALUE && nowNs - earliestNs >= 0) {
            earliestNs = Long.MAX_VALUE;
            fire(table.asking(), nowNs);
            fire(table.resolved(), nowNs);
        }
    }

    private void fire(NeighbourList list, long nowNs) {
        Neighbour each = list.oldest();
        while (each != null) {
            Neighbour next = each.newer;
            if (each.isTimed()) {
                if (nowNs - each.deadlineNs >= 0) {
                    due(each, nowNs);
                } else {
                    earliestNs = Times.earlier(earliestNs, each.deadlineNs);
                }
            }
            each = next;
        }
    }

    private void due(Neighbour neighbour, long nowNs) {
        if (neighbour.state == NeighbourState.DELAY) {
            probe(neighbour, nowNs);
            return;
        }
        if (neighbour.asked < MAX_SOLICIT && neighbour.refused < MOST_REFUSED) {
            ask(neighbour, nowNs);
            return;
        }
        counters.add(Counter.UNREACHABLE);
        routes.failed(neighbour.high, neighbour.low, nowNs);
        for (Packet each = waiting.first(neighbour);
                each != null;
                each = waiting.first(neighbour)) {
            errors.unreachable(each, 0, Unreachable.HOST);
            waiting.removeFirst(neighbour);
        }
        table.remove(neighbour);
    }

    /** The neighbours, in words; those not answered yet first. */
    List<String> describe() {
        List<String> all = new ArrayList<>();
        for (NeighbourList list : List.of(table.asking(), table.resolved())) {
            Stream.iterate(list.oldest(), each -> each != null, each -> each.newer)
                    .forEach(each -> all.add(each.toString()));
        }
        return all;
    }
}
