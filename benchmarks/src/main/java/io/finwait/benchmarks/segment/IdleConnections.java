package io.finwait.benchmarks.segment;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.State;
import io.finwait.wire.TcpHeader;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Many connections that are open and silent: how long it takes to open and to close them, and how
 * much memory each end takes. Then each says a hundred octets that nobody reads. Run it so:
 *
 * <pre>
 * build/java -Xmx2500m -cp benchmarks/target/benchmarks.jar \
 *     io.finwait.benchmarks.segment.IdleConnections 1000000
 * </pre>
 */
public final class IdleConnections {

    private static final int UNREAD = 100;
    private static final ConnectionObserver NOBODY = new ConnectionObserver() {};

    /** Of so many one is spoken with at the end. */
    private static final int SAMPLE = 1000;

    private final int count;
    private final long before;
    private final OpenConnections all;

    private IdleConnections(int count) {
        this.count = count;
        // The numbers of the far ends and the references to the handles are the benchmark's own.
        all = new OpenConnections(new PacketFeed(true, false), count);
        before = live();
    }

    /** Runs it with the number of connections that is given, or a million. */
    public static void main(String[] args) throws IOException {
        new IdleConnections(args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000).run();
    }

    private void run() throws IOException {
        long begun = System.nanoTime();
        all.openAll();
        say("opened", begun, count);
        int[] established = new int[1];
        begun = System.nanoTime();
        all.endpoint.forEachConnection(
                each -> established[0] += each.state() == State.ESTABLISHED ? 1 : 0);
        say("counted", begun, established[0]);
        size("an idle end", count);
        speak();
        int few = Math.min(count, 20_000);
        unread(few);
        close();
        size("an entry in TIME-WAIT, and what is kept for later", count);
    }

    /** Those that are open do work. */
    private void speak() {
        int heard = all.feed.sent();
        for (int end = 0; end < count; end += SAMPLE) {
            all.ends.text(end, 1, all.now);
            all.work();
        }
        all.now += TimeUnit.SECONDS.toNanos(1);
        all.work();
        System.out.printf("spoken with one of %,d: %,d ACKs%n", SAMPLE, all.feed.sent() - heard);
    }

    private void unread(int few) {
        long empty = live();
        for (int end = 0; end < few; end++) {
            all.connections[end].observer(NOBODY);
            all.ends.text(end, UNREAD, all.now);
            all.work();
        }
        long octets = (live() - empty) / few;
        System.out.printf("%,d unread octets: %,d octets more%n", UNREAD, octets);
        ByteBuffer text = ByteBuffer.allocate(UNREAD);
        for (int end = 0; end < few; end++) {
            try {
                all.connections[end].receive(text.clear());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** This end closes first, so that TIME-WAIT is here. */
    private void close() {
        long begun = System.nanoTime();
        for (int from = 0; from < count; from += PacketFeed.BATCH) {
            int to = Math.min(count, from + PacketFeed.BATCH);
            for (int end = from; end < to; end++) {
                all.connections[end].close();
            }
            all.work();
            for (int end = from; end < to; end++) {
                int ack = all.ends.ack(end) + 1;
                int flags = TcpHeader.FIN | TcpHeader.ACK;
                all.ends.segment(end, flags, all.ends.seq(end), ack, 0, all.now);
            }
            all.work();
            for (int end = from; end < to; end++) {
                Connection ended = all.connections[end];
                if (ended.hasEnded()) {
                    ended.release();
                }
                all.connections[end] = null;
            }
        }
        all.check(0);
        say("closed", begun, all.endpoint.timeWait().size());
    }

    private static void say(String what, long begunNs, long number) {
        double seconds = (System.nanoTime() - begunNs) / 1e9;
        System.out.printf("%s: %,d in %.1f s%n", what, number, seconds);
    }

    private void size(String what, int number) {
        System.out.printf("%s: %,d octets%n", what, (live() - before) / number);
    }

    /** Octets of live heap; the second collection takes what the first has made ready. */
    private static long live() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
