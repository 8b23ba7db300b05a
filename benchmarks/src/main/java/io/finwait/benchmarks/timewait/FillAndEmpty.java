package io.finwait.benchmarks.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Fills the table within one 2MSL, lets everything expire, and looks that nothing is left: {@code
 * java -Xmx6g -cp benchmarks.jar io.finwait.benchmarks.timewait.FillAndEmpty 50000000}. Exit code 1
 * when something is.
 */
public final class FillAndEmpty {

    private static final long LOCAL = IpAddress.v4Low(0x0A00_0001);
    private static final int PAGE = 4096;

    private FillAndEmpty() {}

    /** Runs it. */
    public static void main(String[] arguments) throws IOException {
        int entries = Integer.parseInt(arguments[0]);
        long step = Math.max(1, Candidate.TWO_MSL / (2L * entries));
        TimeWaitTable table = new TimeWaitTable(TimeWaitPolicy.defaults(), RandomSource.seeded(1));
        System.out.println("           entries        s  octets each   heap MB    RSS MB");
        long began = System.nanoTime();
        FourTuple tuple = new FourTuple();
        long now = 0;
        for (int i = 0; i < entries; i++) {
            now += step;
            long remote = IpAddress.v4Low(Candidate.remote(i));
            int port = Candidate.port(i);
            table.enter(tuple.set(0, LOCAL, 0, remote, 443, port), i, i, 9, 0, true, i, 0, now);
            table.expire(now, 16);
            if ((i + 1) % (entries / 5) == 0) {
                print("filled", table, began);
            }
        }
        now += Candidate.TWO_MSL;
        int expired = 0;
        for (int some = 1; some > 0; expired += some) {
            some = table.expire(now, 4096);
            if (some > 0 && (expired + some) / (entries / 5) > expired / (entries / 5)) {
                print("left", table, began);
            }
        }
        System.gc();
        print("at last", table, began);
        if (table.size() != 0 || expired != entries) {
            System.err.println(expired + " of " + entries + " expired, " + table.size() + " left");
            System.exit(1);
        }
    }

    private static void print(String what, TimeWaitTable table, long began) throws IOException {
        String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        System.out.printf(
                Locale.ROOT,
                "%-8s %,9d %8.1f %12.1f %9.0f %9.0f%n",
                what,
                table.size(),
                (System.nanoTime() - began) / 1e9,
                table.size() == 0 ? 0 : table.octets() / (double) table.size(),
                heap / 1e6,
                Long.parseLong(pages[1]) * PAGE / 1e6);
    }
}
