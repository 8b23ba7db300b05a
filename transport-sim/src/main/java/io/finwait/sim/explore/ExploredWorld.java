package io.finwait.sim.explore;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.StateDigest;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import java.util.function.BiFunction;

/**
 * Two hosts with one established connection, and the packets between them. A world is made anew for
 * every list of choices; it is never copied.
 */
final class ExploredWorld {

    private final Bounds bounds;
    private final ExploredHost[] hosts = new ExploredHost[2];
    private final WorldDigest worldDigest;
    private final Witness witness;
    private int losses;
    private int duplicates;
    private int early;
    private boolean overtaken;
    private String violation;

    ExploredWorld(
            Bounds bounds,
            BiFunction<EndpointConfig, ExploredWire, TcpEndpoint> factory,
            Witness witness) {
        this.bounds = bounds;
        this.witness = witness;
        worldDigest = new WorldDigest(this, bounds);
        for (int side = 0; side < 2; side++) {
            hosts[side] = new ExploredHost(side, bounds, factory, witness);
        }
        witness.settled();
        shakeHands();
        for (ExploredHost host : hosts) {
            host.wire.most(bounds.inFlight());
        }
    }

    private void shakeHands() {
        hosts[ExploredHost.CLIENT].connect();
        for (int i = 0; i < 4; i++) {
            for (ExploredHost host : hosts) {
                host.work();
                witness.settled();
                while (!host.wire.sent.isEmpty()) {
                    hosts[1 - host.side].wire.arrive(host.wire.sent.remove(0));
                }
            }
        }
        for (ExploredHost host : hosts) {
            if (host.connection == null || host.connection.state() != State.ESTABLISHED) {
                throw new AssertionError("the handshake did not complete");
            }
        }
    }

    ExploredHost host(int side) {
        return hosts[side];
    }

    // The choices.

    /** Writes the choices that are open now into an array; returns how many there are. */
    int choices(byte[] into) {
        int count = 0;
        for (ExploredHost host : hosts) {
            count = packets(host, into, count);
            if (timerMayFire(host)) {
                into[count++] = Choice.of(Choice.TIMER, host.side, 0);
            }
            count = host.calls(into, count);
        }
        if (mayConnectAgain(hosts[ExploredHost.CLIENT])) {
            into[count++] = Choice.of(Choice.CONNECT_AGAIN, ExploredHost.CLIENT, 0);
        }
        return count;
    }

    private int packets(ExploredHost sender, byte[] into, int start) {
        int count = start;
        int packets = sender.wire.sent.size();
        for (int i = 0; i < packets; i++) {
            into[count++] = Choice.of(Choice.DELIVER, sender.side, i);
            if (losses < bounds.losses()) {
                into[count++] = Choice.of(Choice.LOSE, sender.side, i);
            }
            if (duplicates < bounds.duplicates() && packets < bounds.inFlight()) {
                into[count++] = Choice.of(Choice.DUPLICATE, sender.side, i);
            }
        }
        return count;
    }

    /**
     * After an abort, or when it was given up, there is no TIME-WAIT (T-07): then the client waits
     * until all is quiet and the peer has forgotten it as well.
     */
    private boolean mayConnectAgain(ExploredHost client) {
        return client.incarnation < bounds.incarnations().count()
                && client.closed
                && client.isOver()
                && (client.endedInOrder() || everythingIsForgotten());
    }

    /**
     * With one incarnation the clocks of both ends are independent: timers fire when nothing is on
     * its way, or early, as often as the bounds allow; TIME-WAIT ends when the peer sends nothing
     * again. With two, both clocks run equally fast, and a straggler ages while time passes.
     */
    private boolean timerMayFire(ExploredHost host) {
        long wait = host.untilTimerNs();
        if (wait == Long.MAX_VALUE) {
            return false;
        }
        boolean quiet = isQuiet();
        ExploredHost peer = hosts[1 - host.side];
        if (bounds.areTwoIncarnations()) {
            return quiet && wait <= peer.untilTimerNs();
        }
        if (host.hasNoConnection()) {
            return quiet && peer.hasNoConnection();
        }
        return quiet || early < bounds.early();
    }

    /** True when no packet is on its way, but for one that has stayed behind. */
    private boolean isQuiet() {
        return hosts[0].wire.holdsOnlyStragglers() && hosts[1].wire.holdsOnlyStragglers();
    }

    private boolean everythingIsForgotten() {
        return isOver() && hosts[0].wire.sent.isEmpty() && hosts[1].wire.sent.isEmpty();
    }

    // A step.

    /** Takes a step. */
    void take(byte choice) {
        int lostBefore = hosts[0].wire.overflowed + hosts[1].wire.overflowed;
        try {
            step(choice, hosts[Choice.side(choice)]);
        } catch (AssertionError | RuntimeException e) {
            violation = "threw " + e;
            return;
        }
        hosts[ExploredHost.CLIENT].work();
        hosts[ExploredHost.SERVER].work();
        witness.settled();
        losses += hosts[0].wire.overflowed + hosts[1].wire.overflowed - lostBefore;
        check();
    }

    private void step(byte choice, ExploredHost host) {
        int index = Choice.index(choice);
        ExploredHost peer = hosts[1 - host.side];
        switch (Choice.kind(choice)) {
            case Choice.DELIVER -> {
                overtaken |= index > 0;
                peer.wire.arrive(host.wire.sent.remove(index));
            }
            case Choice.LOSE -> {
                host.wire.lose(index);
                losses++;
            }
            case Choice.DUPLICATE -> {
                host.wire.duplicate(index, bounds.areTwoIncarnations());
                duplicates++;
            }
            case Choice.TIMER -> fireTimer(host);
            case Choice.SEND -> host.send();
            case Choice.READ -> violation = host.read(peer);
            case Choice.HALF_CLOSE -> host.halfClose();
            case Choice.CLOSE -> host.close();
            case Choice.ABORT -> host.abort();
            default -> host.connect();
        }
    }

    private void fireTimer(ExploredHost host) {
        if (!isQuiet()) {
            early++;
        } else if (nothingWentWrong() && StateDigest.isRetransmissionTimerRunning(host.endpoint)) {
            violation = "a retransmission timer fires though nothing was lost or late";
        }
        long ns = host.untilTimerNs();
        boolean alsoElsewhere = bounds.areTwoIncarnations();
        host.timePasses(ns, alsoElsewhere);
        if (alsoElsewhere) {
            hosts[1 - host.side].timePasses(ns, false);
            for (ExploredHost each : hosts) {
                each.wire.grow(ns, Bounds.MSL_SECONDS * ExploredHost.SECOND);
            }
        }
    }

    // The invariants.

    /**
     * Overtaking is no fault where both are polite. With a second incarnation a SYN that meets
     * LAST-ACK waits for its timer, and behind a closed window probes are sent again: these are
     * none either.
     */
    private boolean nothingWentWrong() {
        return !bounds.areTwoIncarnations()
                && !bounds.windowIsNarrow()
                && losses == 0
                && early == 0
                && !hosts[0].aborted
                && !hosts[1].aborted
                && (!overtaken || everybodyIsPolite());
    }

    private void check() {
        for (int side = 0; side < 2 && violation == null; side++) {
            check(hosts[side], hosts[1 - side]);
        }
    }

    private void check(ExploredHost host, ExploredHost peer) {
        CloseReason reason = host.connection.closeReason();
        if (reason == null || host.incarnation != peer.incarnation) {
            return;
        }
        if (reason instanceof CloseReason.Orderly) {
            checkOrderly(host, peer);
        } else if (noReasonToFail()) {
            violation = "both read to the end, and yet: " + reason.message();
        }
    }

    /** A graceful end here means that the peer's TCP accepted every octet and the FIN. */
    private void checkOrderly(ExploredHost host, ExploredHost peer) {
        Connection other = peer.connection;
        long accepted = peer.received + other.unread();
        boolean finAccepted = other.state().hasReceivedFin() || other.hasEnded();
        if (!peer.closed && !peer.aborted && (accepted < host.sent || !finAccepted)) {
            violation = "ended in order here, but the peer has not accepted everything";
        }
    }

    /** Fewer faults than retransmissions, and nobody closed before the end or aborted. */
    private boolean noReasonToFail() {
        return everybodyIsPolite() && early == 0 && losses + duplicates <= bounds.retransmissions();
    }

    private boolean everybodyIsPolite() {
        return hosts[0].isPolite() && hosts[1].isPolite();
    }

    /** What is wrong, or null. */
    String violation() {
        return violation;
    }

    /** True when both ends are CLOSED: the end of a story. */
    boolean isOver() {
        return hosts[0].isOver() && hosts[1].isOver();
    }

    /** The state of the whole world, in canonical form. */
    void digest(Digest digest) {
        worldDigest.of(digest);
    }

    /** Faults so far, as far as they decide what may happen and what is a violation. */
    void faults(Digest digest) {
        boolean past = bounds.areTwoIncarnations();
        digest.accept(
                (long) losses << 24 | duplicates << 16 | early << 8 | (overtaken && !past ? 1 : 0));
    }

    /** Both ends' states in words. */
    String states() {
        return hosts[ExploredHost.CLIENT].state() + " / " + hosts[ExploredHost.SERVER].state();
    }
}
