package io.finwait.tcp.internal.endpoint;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.input.IcmpInput;
import io.finwait.tcp.internal.input.SegmentInput;
import io.finwait.tcp.internal.output.SegmentWriter;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

/**
 * Receives packets from the transport and passes each to its connection, TIME-WAIT entry or
 * listener.
 */
final class PacketInput {

    private static final int BATCH = 64;

    private final Context context;
    private final Transport transport;
    private final SegmentWriter writer;
    private final StatelessAnswers answers;
    private final TimeWaits timeWaits;
    private final SegmentInput input;
    private final IcmpInput icmp;
    private final Listeners listeners;
    private final CatchAllPort catchAll;
    private final Notifications notifications;
    private final Containment containment;
    private final EndpointAddresses addresses;
    private final ReadAhead readAhead;
    private final PacketBatch batch = new PacketBatch(BATCH);
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final FourTuple tuple = new FourTuple();
    private boolean closed;

    PacketInput(
            Context context,
            Transport transport,
            SegmentWriter writer,
            StatelessAnswers answers,
            TimeWaits timeWaits,
            SegmentInput input,
            IcmpInput icmp,
            Listeners listeners,
            CatchAllPort catchAll,
            EndpointAddresses addresses,
            Notifications notifications,
            Containment containment) {
        this.context = context;
        this.transport = transport;
        this.writer = writer;
        this.answers = answers;
        this.timeWaits = timeWaits;
        this.input = input;
        this.icmp = icmp;
        this.listeners = listeners;
        this.catchAll = catchAll;
        this.addresses = addresses;
        this.notifications = notifications;
        this.containment = containment;
        readAhead = new ReadAhead(context.tcbs, BATCH, ReadAhead.WORTHWHILE_CONNECTIONS);
    }

    /**
     * Processes a batch of packets and calls the users' observers; returns the number of packets
     * and notifications.
     */
    int take() {
        letGo();
        batch.clear();
        int received = transport.receive(batch, context.nowNs());
        context.counters.add(Counter.PACKETS_IN, received);
        int told = 0;
        for (int from = 0; from < received && !closed; from += ReadAhead.AT_ONCE) {
            int to = Math.min(received, from + ReadAhead.AT_ONCE);
            readAhead.look(batch, from, to);
            if (context.observations.areWanted()) {
                writer.hold();
            }
            for (int i = from; i < to; i++) {
                take(batch.get(i), i);
            }
            // Call the observers now, while the data that they need is still in the innermost
            // cache.
            told += notifications.dispatch();
            letGo();
        }
        return received + told;
    }

    /** Drops the rest of the batch, since the endpoint was closed, perhaps by a callback. */
    void close() {
        closed = true;
    }

    /**
     * Sends the segments that were held back, each of them even if the transport throws for
     * another.
     */
    private void letGo() {
        boolean all = false;
        while (!all) {
            try {
                writer.letGo(context.nowNs());
                all = true;
            } catch (Throwable failure) {
                containment.drop("a segment that was held back", failure);
            }
        }
    }

    private void take(Packet packet, int place) {
        try {
            parse(packet, place);
        } catch (Throwable failure) {
            containment.drop("a packet", failure);
        }
    }

    private void parse(Packet packet, int place) {
        Verdict verdict = ip.parse(packet.buffer(), packet.offset(), packet.length());
        if (verdict != Verdict.OK) {
            context.counters.add(Counter.BAD_PACKETS);
            return;
        }
        if (!addresses.has(ip.destinationHigh(), ip.destinationLow())) {
            context.counters.add(Counter.NOT_FOR_US);
            return;
        }
        if (ip.protocol() != Protocol.TCP) {
            takeIcmp();
            return;
        }
        verdict = segment.parse(ip, packet.checksumOffloaded());
        if (verdict == Verdict.BAD_CHECKSUM) {
            context.counters.add(Counter.BAD_CHECKSUMS);
        } else if (verdict != Verdict.OK
                || IpAddress.isMulticastOrUnspecified(segment.sourceHigh(), segment.sourceLow())) {
            context.counters.add(Counter.BAD_PACKETS);
        } else {
            deliver(segment, place);
        }
    }

    private void takeIcmp() {
        Tcb tcb = icmp.take(ip);
        if (tcb == null) {
            return;
        }
        try {
            icmp.tell(tcb);
        } catch (Throwable failure) {
            containment.end(tcb, failure);
        }
    }

    private void deliver(Segment seg, int place) {
        tuple.ofReceiver(seg);
        Tcb tcb = readAhead.find(place, tuple);
        try {
            deliver(seg, tcb);
        } catch (Throwable failure) {
            // The exception may have come after a listener had begun a connection.
            Tcb begun = tcb != null ? tcb : context.tcbs.find(tuple);
            if (begun == null) {
                containment.drop("a segment without a connection", failure);
            } else {
                containment.end(begun, failure);
            }
        }
    }

    private void deliver(Segment seg, Tcb tcb) {
        if (tcb == null) {
            deliverToNone(seg);
        } else if (!tcb.overTimeWait
                || isItsOwnSyn(tcb, seg)
                || !isTakenByTimeWait(seg, tcb.listener)) {
            input.arrives(tcb, seg);
        }
    }

    private void deliverToNone(Segment seg) {
        TcpListener listener =
                listeners.of(seg.destinationPort(), seg.destinationHigh(), seg.destinationLow());
        if (listener == null && catchAll.isOpen()) {
            deliverToCatchAll(seg);
            return;
        }
        if (isTakenByTimeWait(seg, listener)) {
            return;
        }
        if (listener != null) {
            input.arrivesInListen(listener, seg);
        } else {
            answers.reset(seg);
        }
    }

    private void deliverToCatchAll(Segment seg) {
        if (catchAll.isTakenBack(seg)
                || (!catchAll.isItsOwnSyn(seg) && isTakenByTimeWait(seg, catchAll))) {
            return;
        }
        if (seg.hasSyn() || catchAll.takesCookies()) {
            input.arrivesInListen(catchAll, seg);
        } else {
            answers.reset(seg);
        }
    }

    private boolean isTakenByTimeWait(Segment seg, Backlog listener) {
        return switch (timeWaits.take(seg, listener != null && listener.takesReopening())) {
            case NOT_FOUND -> false;
            case DONE -> true;
            case REOPEN -> {
                if (listener == catchAll) {
                    catchAll.holdOverTimeWait(seg, timeWaits.oldSndNxt());
                } else {
                    input.reopens(listener, seg, timeWaits.oldSndNxt());
                }
                yield true;
            }
        };
    }

    private static boolean isItsOwnSyn(Tcb tcb, Segment seg) {
        return tcb.state == State.SYN_RECEIVED && seg.hasSyn() && seg.seq() == tcb.rcv.irs;
    }
}
