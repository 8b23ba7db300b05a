package io.finwait.benchmarks.timewait;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Octets of an entry and pauses of insert and expiry, beside a control thread that does nothing but
 * look at the clock: {@code java -Xms4g -Xmx4g -cp benchmarks.jar
 * io.finwait.benchmarks.timewait.Footprint CANDIDATE LIVE}. Prints a line of CSV under a heading.
 */
public final class Footprint {

    private static final int PAGE = 4096;

    private Footprint() {}

    /** Runs one candidate. */
    public static void main(String[] arguments) throws Exception {
        String name = arguments[0];
        int live = Integer.parseInt(arguments[1]);
        long step = Candidate.TWO_MSL / live;
        long heapBefore = usedHeap();
        long rssBefore = residentSet();
        try (Candidate table = Candidate.of(name)) {
            int next = 0;
            long now = 0;
            for (; next < live; next++) {
                now += step;
                table.enterAndExpire(next, now);
            }
            double entries = table.size();
            double heap = (usedHeap() - heapBefore) / entries;
            double resident = (residentSet() - rssBefore) / entries;
            AtomicBoolean running = new AtomicBoolean(true);
            Histogram control = new Histogram(3);
            Thread idle = Thread.ofPlatform().start(() -> watch(control, running));
            Histogram pauses = new Histogram(3);
            for (int i = 0; i < live; i++) {
                now += step;
                long began = System.nanoTime();
                table.enterAndExpire(next++, now);
                pauses.recordValue(System.nanoTime() - began);
            }
            running.set(false);
            idle.join();
            System.out.println(
                    "candidate,live,heap octets,resident octets,p50 ns,p99.99 ns,max ns,"
                            + "control p99.99 ns,control max ns");
            System.out.printf(
                    Locale.ROOT,
                    "%s,%d,%.1f,%.1f,%d,%d,%d,%d,%d%n",
                    name,
                    table.size(),
                    heap,
                    resident,
                    pauses.getValueAtPercentile(50),
                    pauses.getValueAtPercentile(99.99),
                    pauses.getMaxValue(),
                    control.getValueAtPercentile(99.99),
                    control.getMaxValue());
        }
    }

    private static void watch(Histogram gaps, AtomicBoolean running) {
        long last = System.nanoTime();
        while (running.get()) {
            long now = System.nanoTime();
            gaps.recordValue(now - last);
            last = now;
        }
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long residentSet() throws IOException {
        String[] fields = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
        return Long.parseLong(fields[1]) * PAGE;
    }
}
