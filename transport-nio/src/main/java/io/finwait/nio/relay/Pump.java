package io.finwait.nio.relay;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.relay.RelayEvent.Kind;
import io.finwait.nio.relay.RelayEvent.Way;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One direction of a relayed connection: one thread reads and puts down when each thing is to
 * arrive, one waits for that time and writes. FIN and RST travel behind the octets, as they do on
 * the wire.
 */
final class Pump {

    private static final int CHUNK = 16 << 10;
    private static final int LEAST_ROOM = 1 << 20;
    private static final int MOST_ROOM = 64 << 20;
    private static final double SECOND_NS = 1e9;

    /** What a line without a rate is taken for when a delay needs room for what is on its way. */
    private static final double GIGABIT_NS = 125e6 / SECOND_NS;

    /** How long to wait for room in a socket that does not block. */
    private static final long ROOM_PAUSE_NS = 1_000_000;

    /**
     * Parts in which a slow direction sends, so that its octets don't come in bursts of seconds.
     */
    private static final int PARTS_PER_SECOND = 20;

    /**
     * Something under way.
     *
     * @param octets what is to be written; null for an end of the direction
     * @param end what kind of end it is, else null
     * @param dueNs when it arrives
     */
    private record UnderWay(ByteBuffer octets, Kind end, long dueNs) {}

    private final RelayedConnection connection;
    private final Way way;
    private final SocketChannel from;
    private final SocketChannel to;
    private final RelayFaults faults;
    private final LinkedBlockingQueue<UnderWay> underWay = new LinkedBlockingQueue<>();
    private final Semaphore room;
    private final Pace pace;
    private final AtomicLong octets = new AtomicLong();
    private final AtomicBoolean finIsUnderWay = new AtomicBoolean();
    private final AtomicBoolean resetHasCome = new AtomicBoolean();
    private final Thread reader = LightThreads.unstarted("relay-read", this::read);
    private final Thread writer = LightThreads.unstarted("relay-write", this::write);
    private volatile boolean endIsMade;
    private volatile boolean cut;

    /** We have shut down the output of the end that is written to, or are about to. */
    private volatile boolean finHasPassed;

    Pump(
            RelayedConnection connection,
            Way way,
            SocketChannel from,
            SocketChannel to,
            RelayFaults faults) {
        this.connection = connection;
        this.way = way;
        this.from = from;
        this.to = to;
        this.faults = faults;
        pace = new Pace(faults.octetsPerSecond());
        room = new Semaphore(roomFor(faults));
    }

    /** Octets under way: a delay must not become a limit of the rate. */
    private static int roomFor(RelayFaults faults) {
        double perNs =
                faults.octetsPerSecond() == 0 ? GIGABIT_NS : faults.octetsPerSecond() / SECOND_NS;
        double underWay = perNs * faults.delay().toNanos();
        return (int) Math.min(LEAST_ROOM + underWay, MOST_ROOM);
    }

    void start() {
        reader.start();
        writer.start();
    }

    /** Ends both threads; the channels are closed before. */
    void stop() {
        reader.interrupt();
        writer.interrupt();
    }

    /** In words: {@code 512 octets, FIN}. */
    String state() {
        String end = resetHasCome.get() ? "RST" : finIsUnderWay.get() ? "FIN" : "open";
        return octets.get() + " octets, " + (cut ? "cut" : end);
    }

    // What comes from one end.

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
        try {
            makeTheEndIfDue();
            while (from.read(buffer.clear()) >= 0) {
                take(buffer.flip());
            }
            finHasCome();
            if (!cut) {
                connection.watchForReset(from, this::errorHasCome);
            }
        } catch (IOException e) {
            resetHasCome();
        } catch (InterruptedException e) {
            // Only stop() interrupts: the connection is over.
            Thread.currentThread().interrupt();
        }
    }

    /** What comes behind the end that a fault has made is read and thrown away. */
    private void take(ByteBuffer buffer) throws InterruptedException {
        long left = faults.octetsThatPass() - octets.get();
        int count = (int) Math.min(buffer.remaining(), left);
        if (count > 0) {
            room.acquire(count);
            byte[] copy = new byte[count];
            buffer.get(copy);
            octets.addAndGet(count);
            put(ByteBuffer.wrap(copy), null);
        }
        makeTheEndIfDue();
    }

    private void makeTheEndIfDue() {
        long now = octets.get();
        if (endIsMade || now < faults.octetsThatPass()) {
            return;
        }
        endIsMade = true;
        if (now == faults.resetAfter()) {
            put(null, Kind.RESET_MADE);
        } else if (now == faults.finAfter()) {
            finIsUnderWay.set(true);
            put(null, Kind.FIN_MADE);
        } else {
            cut = true;
            connection.tell(way, Kind.CUT, now);
        }
    }

    private void finHasCome() {
        if (cut || !finIsUnderWay.compareAndSet(false, true)) {
            return;
        }
        if (faults.dropsFin()) {
            connection.tell(way, Kind.FIN_DROPPED, octets.get());
        } else {
            put(null, Kind.FIN);
        }
    }

    /**
     * Behind its FIN the sender's socket has failed: by a RST, or by the close of both its
     * directions.
     */
    private void errorHasCome() {
        if (!connection.pump(way.reverse()).finHasPassed) {
            resetHasCome();
        }
    }

    /** The sender has reset the connection, as reading from it or writing to it has shown. */
    private void resetHasCome() {
        if (cut || connection.isOver() || !resetHasCome.compareAndSet(false, true)) {
            return;
        }
        if (faults.dropsReset()) {
            connection.tell(way, Kind.RESET_DROPPED, octets.get());
        } else {
            put(null, Kind.RESET);
        }
    }

    private void put(ByteBuffer newOctets, Kind end) {
        long dueNs = System.nanoTime() + faults.delay().toNanos();
        underWay.add(new UnderWay(newOctets, end, dueNs));
    }

    // What goes to the other end.

    private void write() {
        boolean isGone = false;
        try {
            while (true) {
                UnderWay next = underWay.take();
                waitUntil(next.dueNs);
                if (next.octets != null) {
                    int length = next.octets.remaining();
                    isGone = isGone || !send(next.octets, next.dueNs);
                    room.release(length);
                } else {
                    end(next.end);
                }
            }
        } catch (InterruptedException e) {
            // Only stop() interrupts: the connection is over.
            Thread.currentThread().interrupt();
        }
    }

    private void end(Kind end) {
        connection.tell(way, end, octets.get());
        if (end == Kind.RESET || end == Kind.RESET_MADE) {
            connection.resetBoth();
            return;
        }
        finHasPassed = true;
        connection.watchNoMore(to);
        try {
            to.shutdownOutput();
        } catch (IOException e) {
            connection.pump(way.reverse()).resetHasCome();
        }
        connection.directionIsOver();
    }

    /** False when the end that we write to has gone, which is a reset in the other direction. */
    private boolean send(ByteBuffer chunk, long readyNs) {
        try {
            int end = chunk.limit();
            int part = partOf(end);
            while (chunk.position() < end) {
                chunk.limit(Math.min(end, chunk.position() + part));
                waitUntil(pace.leaves(chunk.remaining(), readyNs, System.nanoTime()));
                while (chunk.hasRemaining()) {
                    if (to.write(chunk) == 0) {
                        LockSupport.parkNanos(ROOM_PAUSE_NS);
                    }
                }
            }
            return true;
        } catch (IOException e) {
            connection.pump(way.reverse()).resetHasCome();
            return false;
        }
    }

    private int partOf(int length) {
        long rate = faults.octetsPerSecond();
        return rate == 0 ? length : (int) Math.min(Math.max(rate / PARTS_PER_SECOND, 1), length);
    }

    private void waitUntil(long timeNs) {
        long left = timeNs - System.nanoTime();
        while (left > 0 && !connection.isOver()) {
            LockSupport.parkNanos(left);
            left = timeNs - System.nanoTime();
        }
    }
}
