package io.finwait.examples.soak;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One end's user: sends, reads and looks at every octet, and ends it as the plan says. */
final class User implements ConnectionObserver {

    private static final long SECOND = 1_000_000_000L;
    private static final long STALLED_FOR_NS = 6 * SECOND;
    private static final long GIVEN_UP_AFTER_NS = 4 * SECOND;

    /**
     * A burst of losses ends with one packet in five. When all others rest, a connection may have
     * the whole of one for itself; with five probes one in 170,000 gave up.
     */
    private static final int PROBES = 20;

    private final Soak soak;
    private final boolean client;

    /** What a server reads before it knows whose connection it is. */
    private final ByteBuffer header = ByteBuffer.allocate(Text.HEADER);

    private Connection connection;
    private Life life;
    private Text in;
    private Text out;
    private long toSend;
    private boolean reads = true;
    private boolean endOfStream;
    private boolean finSent;
    private boolean closed;
    private boolean ended;

    User(Soak soak, boolean client) {
        this.soak = soak;
        this.client = client;
    }

    boolean hasEnded() {
        return ended;
    }

    boolean hasSentFin() {
        return finSent;
    }

    long sent() {
        return out == null ? 0 : out.at();
    }

    /** A client's connection, or a server's that it has accepted. */
    void take(Connection taken) {
        connection = taken;
        connection.keepAlive(GIVEN_UP_AFTER_NS, SECOND, PROBES);
        connection.observer(this);
    }

    void begin(Life of) {
        life = of;
        in = new Text(of.number(), !client);
        out = new Text(of.number(), client);
        toSend = client ? of.up() : of.down();
        switch (of.plan()) {
            case CLIENT_ABORTS -> abortAfter(client, soak.random(2 * SECOND));
            case SERVER_ABORTS -> abortAfter(!client, soak.random(2 * SECOND));
            case STALLS, ORPHANED -> {
                reads = !client;
                abortAfter(client, STALLED_FOR_NS);
                if (!client && of.plan() == Plan.STALLS) {
                    connection.userTimeout(GIVEN_UP_AFTER_NS);
                } else if (!client) {
                    soak.after(2 * SECOND, this::close);
                }
            }
            case UNREAD -> {
                reads = !client;
                if (client) {
                    soak.after(soak.random(SECOND / 4), this::close);
                }
            }
            case CLOSED_AT_ONCE -> close();
            case ANSWERED, SERVER_CLOSES_FIRST, BOTH_CLOSE, NOBODY_LISTENS -> {
                // They go on by what comes.
            }
        }
    }

    private void abortAfter(boolean mine, long ns) {
        if (mine) {
            soak.after(
                    ns,
                    () -> {
                        if (!ended && !closed) {
                            closed = true;
                            connection.abort();
                        }
                    });
        }
    }

    @Override
    public void onEstablished(Connection of) {
        go();
    }

    @Override
    public void onReadable(Connection of) {
        go();
    }

    @Override
    public void onWritable(Connection of) {
        go();
    }

    /** Reads and sends what is possible, and takes the next step of the plan. */
    void go() {
        try {
            if (reads && !closed) {
                read();
            }
            if (life != null && !closed && maySend()) {
                send();
            }
        } catch (IOException cutOff) {
            // How it has ended is told by onEnded, and judged there.
            return;
        }
        if (life != null && !closed && !ended) {
            step();
        }
    }

    private void read() throws IOException {
        ByteBuffer scratch = soak.scratch();
        int octets;
        while ((octets = connection.receive(scratch.clear())) > 0) {
            scratch.flip();
            soak.received(octets);
            if (life == null && !meets(scratch)) {
                continue;
            }
            if (!in.take(scratch)) {
                soak.fault("octet " + in.at() + " is another than was sent: " + this);
                reads = false;
                return;
            }
        }
        if (octets < 0 && !endOfStream) {
            endOfStream = true;
            if (life != null && !(life.other(client).finSent && in.at() == sentByOther())) {
                soak.fault("end-of-stream that nobody has sent: " + this);
            }
        }
    }

    private long sentByOther() {
        return life.other(client).sent();
    }

    /** The first octets tell a server which connection this is; false as long as some lack. */
    private boolean meets(ByteBuffer come) {
        while (header.hasRemaining() && come.hasRemaining()) {
            header.put(come.get());
        }
        if (header.hasRemaining()) {
            return false;
        }
        Life known = soak.lifeOf(Text.number(header));
        if (known == null) {
            soak.fault("octets of no connection that is open: " + connection);
            reads = false;
            return false;
        }
        known.accepted(this);
        begin(known);
        return in.take(header.flip());
    }

    private boolean maySend() {
        return client
                || switch (life.plan()) {
                    case ANSWERED, CLIENT_ABORTS, SERVER_ABORTS -> endOfStream;
                    case SERVER_CLOSES_FIRST -> in.at() == life.up();
                    case BOTH_CLOSE, UNREAD, STALLS, ORPHANED -> true;
                    case NOBODY_LISTENS, CLOSED_AT_ONCE -> false;
                };
    }

    private void send() throws IOException {
        ByteBuffer scratch = soak.scratch();
        while (out.at() < toSend && !finSent) {
            // Whoever offers more than there is room for is told when there is room again.
            out.fill(scratch.clear(), (int) Math.min(toSend - out.at(), scratch.capacity()));
            int taken = connection.send(scratch.flip());
            if (taken == 0) {
                return;
            }
            out.passed(taken);
        }
    }

    private void step() {
        boolean allSent = out.at() == toSend;
        Plan plan = life.plan();
        boolean answers = !client && (plan == Plan.ANSWERED || plan == Plan.SERVER_CLOSES_FIRST);
        if (answers ? allSent && maySend() : endOfStream && allSent) {
            close();
        } else if (allSent && maySend() && !(client && plan == Plan.SERVER_CLOSES_FIRST)) {
            finSent = true;
            connection.shutdownOutput();
        }
    }

    private void close() {
        if (!ended && !closed) {
            closed = true;
            finSent = true;
            connection.close();
        }
    }

    @Override
    public void onEnded(Connection of) {
        if (!closed) {
            go();
        }
        ended = true;
        HowEnded how = HowEnded.of(of.closeReason());
        String why =
                of.closeReason().message() + " (" + of.closeReason().ending().pathInWords() + ")";
        if (life == null) {
            soak.endedUnknown(how, why, of);
        } else {
            judge(how, why);
            life.ended();
        }
        of.release();
    }

    private void judge(HowEnded how, String why) {
        soak.ended(life.plan(), client, how);
        if (!life.plan().explains(client, how)) {
            soak.fault(why + " is no end of '" + life.plan().words() + "': " + this);
        } else if (life.plan().polite()) {
            long expected = client ? life.down() : life.up();
            if (in.at() != expected || out.at() != toSend) {
                soak.fault("closed in order without all octets: " + this);
            }
        }
    }

    @Override
    public String toString() {
        return (client ? "client" : "server")
                + (life == null
                        ? " of a connection that has said nothing"
                        : " of connection %d (port %d, %s), sent %d of %d, received %d"
                                .formatted(
                                        life.number(),
                                        client ? connection.localPort() : connection.remotePort(),
                                        life.plan().words(),
                                        out.at(),
                                        toSend,
                                        in.at()));
    }
}
