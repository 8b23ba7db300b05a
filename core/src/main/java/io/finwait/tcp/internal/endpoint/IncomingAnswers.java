package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.IncomingHandler.Gone;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.endpoint.TcpIncoming.Answer;
import io.finwait.tcp.internal.endpoint.TcpIncoming.Phase;
import io.finwait.tcp.internal.input.SegmentInput;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.wire.Unreachable;

import java.util.ArrayDeque;
import java.util.Objects;

/**
 * What the user has answered to the SYNs of a {@link CatchAllPort}, until the next cycle carries it
 * out.
 */
final class IncomingAnswers {

    private final TcpEndpoint endpoint;
    private final Context context;
    private final TimeWaits timeWaits;
    private final IncomingLifecycle incomings;
    private final SegmentInput input;
    private final StatelessAnswers stateless;

    /** Where the handshakes of the accepted ones belong. */
    private final Backlog backlog;

    private final ArrayDeque<TcpIncoming> answered = new ArrayDeque<>();

    IncomingAnswers(
            TcpEndpoint endpoint,
            TimeWaits timeWaits,
            IncomingLifecycle incomings,
            SegmentInput input,
            StatelessAnswers stateless,
            Backlog backlog) {
        this.endpoint = endpoint;
        context = endpoint.context;
        this.timeWaits = timeWaits;
        this.incomings = incomings;
        this.input = input;
        this.stateless = stateless;
        this.backlog = backlog;
    }

    /** Takes an answer; false when it is too late for one. */
    boolean add(TcpIncoming incoming, Answer answer, Unreachable why) {
        endpoint.checkThread();
        if (answer == Answer.UNREACHABLE) {
            Objects.requireNonNull(why, "why");
        }
        if (incoming.phase != Phase.WAITING) {
            return false;
        }
        incoming.phase = Phase.ANSWERED;
        incoming.answer = answer;
        incoming.why = why;
        answered.add(incoming);
        return true;
    }

    int size() {
        return answered.size();
    }

    /** False when the next cycle has something to carry out, whatever the time. */
    boolean isEmpty() {
        return answered.isEmpty();
    }

    /** None of those that are left is carried out. */
    void clear() {
        answered.clear();
    }

    /** Carries out what the user has answered; returns how much that was. */
    int carryOut() {
        int done = 0;
        TcpIncoming incoming;
        while ((incoming = answered.poll()) != null) {
            done++;
            if (incoming.phase != Phase.ANSWERED) {
                continue;
            }
            try {
                carryOut(incoming);
            } catch (Throwable failure) {
                endpoint.containment.drop("the answer to " + incoming, failure);
                incomings.end(incoming, Gone.NOT_COMPLETED);
            }
        }
        return done;
    }

    private void carryOut(TcpIncoming incoming) {
        switch (incoming.answer) {
            case ACCEPT -> accept(incoming);
            case REFUSE -> {
                if (!incoming.alreadyOpen) {
                    stateless.refuse(incoming, incoming.seq + 1);
                }
                incomings.end(incoming, null);
            }
            case UNREACHABLE -> {
                if (!incoming.alreadyOpen) {
                    stateless.unreachable(incoming, incoming.seq, incoming.why);
                }
                incomings.end(incoming, null);
            }
            case IGNORE -> {
                if (incoming.alreadyOpen) {
                    incomings.end(incoming, null);
                } else {
                    incoming.phase = Phase.IGNORED;
                }
            }
        }
    }

    private void accept(TcpIncoming incoming) {
        if (incoming.alreadyOpen) {
            incomings.handOver(incoming);
        } else if (!context.hasPlace() || context.tcbs.find(incoming) != null) {
            // The pair of sockets may have come into use by a call of our own.
            context.counters.add(Counter.LISTEN_OVERFLOWS);
            incomings.end(incoming, Gone.CROWDED_OUT);
        } else {
            incomings.beginHandshake(incoming);
            // A SYN may wait for longer than TIME-WAIT lasts.
            boolean parked = incoming.overTimeWait && timeWaits.holds(incoming);
            // The TCB returns the entry from now on.
            incoming.overTimeWait = false;
            input.answers(backlog, incoming, parked);
        }
    }
}
