package io.finwait.sim.net;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Grip;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.State;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * One connection that a host accepts, for acts of its program: what a program does that closes,
 * crashes, or stops. The packets are always those of a correct TCP.
 *
 * <pre>{@code
 * net.connections(shop, 80).nth(1).afterSent(100).resets();
 * }</pre>
 */
public final class PeerConnection {

    private final NetHost host;
    private final int port;
    private final int number;

    PeerConnection(NetHost host, int port, int number) {
        this.host = host;
        this.port = port;
        this.number = number;
    }

    /**
     * When the host has sent so many octets: what its program writes beyond them is not sent.
     *
     * @param octets 0 for as soon as it has accepted
     */
    public PeerAct afterSent(long octets) {
        return new PeerAct(host, port, number, (grip, act) -> grip.outputLimit(octets, act));
    }

    /**
     * When the host's TCP has received so many octets.
     *
     * @param octets 1 or more
     */
    public PeerAct afterReceived(long octets) {
        return new PeerAct(host, port, number, (grip, act) -> grip.afterReceived(octets, act));
    }

    /**
     * When the host's end of it comes into a state, or now when it is in it: {@code CLOSE_WAIT} for
     * as soon as the other end has closed.
     *
     * @param state from {@code ESTABLISHED} on, as it is accepted in none before
     */
    public PeerAct whenState(State state) {
        if (state == State.CLOSED || state.compareTo(State.ESTABLISHED) < 0) {
            throw new IllegalArgumentException(
                    "no program has a connection that is in "
                            + state
                            + "; choose a state from ESTABLISHED to TIME_WAIT");
        }
        BiConsumer<Grip, Runnable> then =
                (grip, act) ->
                        host.states()
                                .when(grip, state, () -> host.net().simulation().after(0, act));
        return new PeerAct(host, port, number, then);
    }

    /** So long after it was accepted, or from now on when that was before. */
    public PeerAct after(Duration time) {
        return new PeerAct(host, port, number, this.at(time));
    }

    /** Now, or when it is accepted. */
    public PeerAct now() {
        return after(Duration.ZERO);
    }

    private BiConsumer<Grip, Runnable> at(Duration time) {
        return (grip, act) -> host.net().simulation().after(time.toNanos(), act);
    }

    /**
     * How it ended, as one of its ends sees it: "Connection reset by peer".
     *
     * @return null when it has not ended there, or has not been accepted yet
     */
    public String closeReason(NetHost side) {
        return host.net().locked(() -> reasonAt(side));
    }

    private String reasonAt(NetHost side) {
        Grip here = host.accepted().find(port, number);
        if (here == null) {
            return null;
        }
        AsyncConnection mine = here.connection();
        for (Grip each : side == host ? List.of(here) : side.accepted().all()) {
            AsyncConnection other = each.connection();
            boolean sameOne =
                    side == host
                            || (other.localPort() == mine.remotePort()
                                    && other.remotePort() == mine.localPort()
                                    && other.localAddress().equals(mine.remoteAddress())
                                    && other.remoteAddress().equals(mine.localAddress()));
            if (sameOne && other.ended().isDone()) {
                CloseReason reason = other.ended().exceptionally(failure -> null).join();
                return reason == null ? null : reason.message();
            }
        }
        return null;
    }
}
