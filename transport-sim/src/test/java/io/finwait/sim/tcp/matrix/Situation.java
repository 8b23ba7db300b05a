package io.finwait.sim.tcp.matrix;

import io.finwait.tcp.State;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Brings an endpoint into each of the eleven states, as every connection gets there: by calls of
 * its user and by packets of its peer. Nothing is assigned.
 */
final class Situation {

    /** Octets that both ends exchange first, so that old numbers are numbers that were used. */
    private static final int WARM_UP = 3000;

    private static final int PEER_TEXT = 100;

    private final Bench bench;
    private final Given given;

    private Situation(Bench bench, Given given) {
        this.bench = bench;
        this.given = given;
    }

    /** An endpoint whose connection is in a state; what it sent on the way is forgotten. */
    static Bench of(State state, Given given, boolean v6) {
        Bench bench = new Bench(given, v6);
        Situation situation = new Situation(bench, given);
        try {
            situation.reach(state);
        } catch (IOException e) {
            throw new AssertionError("on the way to " + state, e);
        }
        bench.takeSent();
        bench.told.clear();
        if (bench.state() != state) {
            throw new AssertionError(
                    "the way to " + state + " (" + given + ") led to " + bench.state());
        }
        return bench;
    }

    private void reach(State state) throws IOException {
        switch (state) {
            case CLOSED -> closed();
            case LISTEN -> bench.listen();
            case SYN_SENT -> {
                synSent();
                earlyCalls();
            }
            case SYN_RECEIVED -> {
                synReceived();
                earlyCalls();
            }
            case ESTABLISHED -> established();
            case FIN_WAIT_1 -> {
                established();
                closeHere();
            }
            case FIN_WAIT_2 -> finWait2();
            case CLOSE_WAIT -> closeWait();
            case CLOSING -> closing();
            case LAST_ACK -> {
                closeWait();
                closeHere();
            }
            case TIME_WAIT -> timeWait();
        }
        bench.pass(given.amount("after", 0) * Bench.SECOND);
    }

    private void closed() throws IOException {
        if (given.has("after its end")) {
            closeWait();
            closeHere();
            bench.inject(". rn ack nxt");
        } else if (given.has("after a reset")) {
            established();
            bench.inject("R rn");
        }
    }

    private void synSent() {
        bench.connect();
        prepareHandle();
    }

    private void synReceived() {
        if (given.has("active")) {
            synSent();
        } else {
            bench.listen();
        }
        int text = given.amount("text on the SYN", 0);
        bench.inject(text == 0 ? "S rn" : "S rn(" + text + ")");
    }

    /**
     * What the user does before the connection is established; in a passive handshake there is
     * none.
     */
    private void earlyCalls() throws IOException {
        if (given.has("queued")) {
            send(given.amount("queued", 0));
        }
        if (given.has("deferred close")) {
            bench.handle.close();
        } else if (given.has("deferred shutdown")) {
            bench.handle.shutdownOutput();
        }
        bench.work();
    }

    private void established() throws IOException {
        if (given.has("active")) {
            bench.connect();
            bench.inject("S. rn ack nxt");
            if (given.has("listening")) {
                bench.listen();
            }
        } else {
            bench.listen();
            bench.inject("S rn");
            bench.inject(". rn ack nxt");
            if (given.has("unaccepted")) {
                return;
            }
            bench.accept();
            if (!given.has("listening")) {
                bench.listener.close();
            }
        }
        prepareHandle();
        warmUp();
        windows();
        octets();
    }

    private void prepareHandle() {
        if (given.has("user timeout")) {
            bench.handle.userTimeout(given.amount("user timeout", 0) * Bench.SECOND);
        }
        if (given.has("keepalive")) {
            bench.handle.keepAlive(100 * Bench.SECOND, 10 * Bench.SECOND, 2);
        }
        if (given.has("linger")) {
            bench.handle.linger(given.amount("linger", 0) * Bench.SECOND);
        }
    }

    private void warmUp() throws IOException {
        if (given.has("own buffer")) {
            return;
        }
        int acknowledged = 0;
        send(WARM_UP);
        while (acknowledged < WARM_UP) {
            bench.inject(". rn ack nxt");
            acknowledged += Bench.PEER_MSS;
        }
        bench.inject(". rn(" + PEER_TEXT + ") ack nxt");
        read();
        if (given.has("delayed ACK")) {
            bench.pass(Bench.SECOND);
        }
    }

    private void windows() {
        if (given.has("own window")) {
            for (int octets = 0; octets < Bench.OWN_BUFFER; octets += Bench.PEER_MSS) {
                bench.inject(". rn(" + Bench.PEER_MSS + ") ack nxt");
            }
        }
        if (given.has("peer window")) {
            bench.inject(". rn ack nxt win " + given.amount("peer window", 0));
        }
    }

    private void octets() throws IOException {
        if (given.has("unread")) {
            bench.inject(". rn(" + given.amount("unread", 0) + ") ack nxt");
        }
        if (given.has("gap")) {
            bench.inject(". rn+100(" + given.amount("gap", 0) + ") ack nxt");
        }
        if (given.has("unacked")) {
            send(given.amount("unacked", 0));
        }
        if (given.has("unsent")) {
            send(given.amount("unsent", 0));
        }
    }

    private void closeHere() {
        if (given.has("orphan")) {
            bench.handle.close();
        } else {
            bench.handle.shutdownOutput();
        }
        bench.work();
    }

    private void finWait2() throws IOException {
        established();
        closeHere();
        bench.inject(". rn ack nxt");
    }

    private void closeWait() throws IOException {
        established();
        bench.inject("F. rn ack una");
    }

    private void closing() throws IOException {
        established();
        closeHere();
        bench.inject("F. rn ack una");
    }

    private void timeWait() throws IOException {
        if (given.has("simultaneous")) {
            closing();
            bench.inject(". rn ack nxt");
        } else {
            finWait2();
            bench.inject("F. rn ack nxt");
        }
    }

    private void send(int octets) throws IOException {
        int taken = bench.handle.send(ByteBuffer.allocate(octets));
        if (taken != octets) {
            throw new AssertionError("the send buffer took " + taken + " of " + octets);
        }
        bench.work();
    }

    private void read() throws IOException {
        ByteBuffer target = ByteBuffer.allocate(Bench.OWN_BUFFER);
        if (bench.handle.receive(target) != PEER_TEXT) {
            throw new AssertionError("read " + target.position() + " of " + PEER_TEXT);
        }
        bench.work();
    }
}
