package io.finwait.sim.net;

import io.finwait.driver.Grip;

import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What the program of a host does with a connection, at the moment that was said. */
public final class PeerAct {

    private final NetHost host;
    private final int port;
    private final int number;
    private final BiConsumer<Grip, Runnable> moment;

    PeerAct(NetHost host, int port, int number, BiConsumer<Grip, Runnable> moment) {
        this.host = host;
        this.port = port;
        this.number = number;
        this.moment = moment;
    }

    private void plan(Consumer<Grip> act) {
        Consumer<Grip> planned = grip -> moment.accept(grip, () -> act.accept(grip));
        host.net().onNetwork(() -> host.accepted().plan(port, number, planned));
    }

    /** It closes its socket: FIN, or RST when it has not read everything. */
    public void closes() {
        plan(Grip::close);
    }

    /** It ends its output and reads on: FIN, a half-close. */
    public void shutsDownOutput() {
        plan(Grip::shutdownOutput);
    }

    /** It closes with SO_LINGER 0: RST. */
    public void resets() {
        plan(Grip::abort);
    }

    /** It neither reads nor writes any more and leaves the socket open; its TCP still answers. */
    public void stalls() {
        plan(
                grip -> {
                    grip.outputLimit(0, () -> {});
                    grip.holdInput(true);
                });
    }

    /** It reads no more: its window closes. */
    public void stopsReading() {
        plan(grip -> grip.holdInput(true));
    }
}
