package io.finwait.nio.relay;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.relay.RelayEvent.Kind;
import io.finwait.nio.relay.RelayEvent.Way;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;
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
     * @param sentNs when it came
     * @param jitter which part of the most that jitter may add
     */
    private record UnderWay(ByteBuffer octets, Kind end, long sentNs, double jitter) {}

    private final RelayedConnection connection;
    private final Way way;
    private final SocketChannel from;
    private final SocketChannel to;
    private final FaultSwitch faults;
    private final LinkedBlockingQueue<UnderWay> underWay = new LinkedBlockingQueue<>();
    private final Semaphore room;
    private final SplittableRandom dice;
    private final AtomicLong octets = new AtomicLong();
    private final AtomicBoolean finIsUnderWay = new AtomicBoolean();
    private final AtomicBoolean resetHasCome = new AtomicBoolean();
    private final Thread reader = LightThreads.unstarted("relay-read", this::read);
    private final Thread writer = LightThreads.unstarted("relay-write", this::write);
    private volatile boolean cut;

    /** Guarded by this, as is the order in which things are put under way. */
    private boolean endIsMade;

    /** Guarded by this: how many octets {@link #room} is for. */
    private int roomOctets;

    // Of the thread that writes.
    private Pace pace;
    private RelayFaults.Travel paced;
    private long nextSliceNs = System.nanoTime();

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
        this.faults = new FaultSwitch(faults, this::faultsBegin);
        dice = new SplittableRandom(connection.number() * 2 + way.ordinal());
        paced = faults.travel();
        pace = new Pace(paced.octetsPerSecond());
        roomOctets = roomFor(faults.travel());
        room = new Semaphore(roomOctets);
    }

    /** Octets under way: a delay must not become a limit of the rate. */
    private static int roomFor(RelayFaults.Travel travel) {
        long rate = travel.octetsPerSecond();
        double perNs = rate == 0 ? GIGABIT_NS : rate / SECOND_NS;
        double underWay = perNs * travel.delay().plus(travel.jitter()).toNanos();
        return (int) Math.min(LEAST_ROOM + underWay, MOST_ROOM);
    }

    /** Sets faults while octets pass; may be called from any thread. */
    void change(RelayFaults next) {
        synchronized (this) {
            int more = roomFor(next.travel()) - roomOctets;
            if (more > 0) {
                roomOctets += more;
                room.release(more);
            }
        }
        faults.set(next);
    }

    private void faultsBegin() {
        makeTheEndIfDue();
        // What is under way may arrive at another time now.
        LockSupport.unpark(writer);
    }

    void start() {
        reader.start();
        writer.start();
        faults.start();
    }

    /** Ends both threads; the channels are closed before. */
    void stop() {
        faults.stop();
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
        int count = (int) Math.min(buffer.remaining(), octetsThatStillPass());
        if (count > 0) {
            room.acquire(count);
            int passing = pass(buffer, count);
            room.release(count - passing);
        }
        makeTheEndIfDue();
    }

    private synchronized long octetsThatStillPass() {
        long most = faults.now().ends().octetsThatPass();
        return endIsMade ? 0 : Math.max(most - octets.get(), 0);
    }

    /** Puts octets under way; faults that were set since they were counted may let fewer pass. */
    private synchronized int pass(ByteBuffer buffer, int most) {
        int count = (int) Math.min(most, octetsThatStillPass());
        if (count > 0) {
            byte[] copy = new byte[count];
            buffer.get(copy);
            octets.addAndGet(count);
            put(ByteBuffer.wrap(copy), null);
        }
        return count;
    }

    private void makeTheEndIfDue() {
        if (makesTheEnd() == Kind.CUT) {
            connection.tell(way, Kind.CUT, octets.get());
        }
    }

    /** Puts the end under way that a fault makes, once; null when there is none to be made. */
    private synchronized Kind makesTheEnd() {
        RelayFaults.Ends ends = faults.now().ends();
        long most = ends.octetsThatPass();
        if (endIsMade || octets.get() < most || connection.isOver()) {
            return null;
        }
        endIsMade = true;
        if (most == ends.resetAfter()) {
            put(null, Kind.RESET_MADE);
            return Kind.RESET_MADE;
        }
        if (most == ends.cutAfter()) {
            cut = true;
            return Kind.CUT;
        }
        if (finIsUnderWay.compareAndSet(false, true)) {
            put(null, Kind.FIN_MADE);
        }
        return Kind.FIN_MADE;
    }

    private void finHasCome() {
        if (cut || !finIsUnderWay.compareAndSet(false, true)) {
            return;
        }
        if (faults.now().ends().dropsFin()) {
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
        if (faults.now().ends().dropsReset()) {
            connection.tell(way, Kind.RESET_DROPPED, octets.get());
        } else {
            put(null, Kind.RESET);
        }
    }

    private synchronized void put(ByteBuffer newOctets, Kind end) {
        underWay.add(new UnderWay(newOctets, end, System.nanoTime(), dice.nextDouble()));
    }

    // What goes to the other end.

    private void write() {
        boolean isGone = false;
        try {
            while (true) {
                UnderWay next = underWay.take();
                long dueNs = awaitArrival(next);
                if (next.octets != null) {
                    int length = next.octets.remaining();
                    isGone = isGone || !send(next.octets, dueNs);
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
            while (chunk.position() < end) {
                RelayFaults.Travel travel = faults.now().travel();
                chunk.limit(Math.min(end, chunk.position() + partOf(travel, end)));
                waitUntil(leaves(travel, chunk.remaining(), readyNs), travel);
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

    private static int partOf(RelayFaults.Travel travel, int length) {
        long rate = travel.octetsPerSecond();
        long ofRate = rate == 0 ? length : Math.max(rate / PARTS_PER_SECOND, 1);
        long ofSlices = travel.sliceOctets() == 0 ? length : travel.sliceOctets();
        return (int) Math.min(length, Math.min(ofRate, ofSlices));
    }

    /** When a part may be written: a rate and the pause between two slices can both hold it up. */
    private long leaves(RelayFaults.Travel travel, int length, long readyNs) {
        long now = System.nanoTime();
        if (!travel.equals(paced)) {
            paced = travel;
            pace = new Pace(travel.octetsPerSecond());
            nextSliceNs = now;
        }
        long leaves = pace.leaves(length, readyNs, now);
        if (travel.sliceOctets() > 0) {
            leaves = later(leaves, nextSliceNs);
            nextSliceNs = later(leaves, now) + travel.slicePause().toNanos();
        }
        return leaves;
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }

    /** Waits until something arrives, by the faults of each moment, and returns when that is. */
    private long awaitArrival(UnderWay next) {
        while (true) {
            RelayFaults now = faults.now();
            double jitterNs = next.jitter * now.travel().jitter().toNanos();
            long holdNs = next.end == Kind.FIN ? now.ends().finHold().toNanos() : 0;
            long dueNs = next.sentNs + now.travel().delay().toNanos() + holdNs + (long) jitterNs;
            long left = dueNs - System.nanoTime();
            if (left <= 0 || connection.isOver()) {
                return dueNs;
            }
            LockSupport.parkNanos(left);
        }
    }

    /** Or until other faults come into force. */
    private void waitUntil(long timeNs, RelayFaults.Travel travel) {
        long left = timeNs - System.nanoTime();
        while (left > 0 && !connection.isOver() && faults.now().travel().equals(travel)) {
            LockSupport.parkNanos(left);
            left = timeNs - System.nanoTime();
        }
    }
}
