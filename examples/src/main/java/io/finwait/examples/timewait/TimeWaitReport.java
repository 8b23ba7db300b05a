package io.finwait.examples.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.timewait.TimeWaitAges;
import io.finwait.timewait.TimeWaitEnding;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitFilter;
import io.finwait.timewait.TimeWaitObserver;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.timewait.TimeWaitPolicy.Overflow;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Plays closes into tables and prints what becomes of them, in 80 columns. */
public final class TimeWaitReport {

    private static final long SECOND = 1_000_000_000L;
    private static final int AGE_BARS = 12;
    private static final int WIDEST_BAR = 44;
    private static final int PIECE = 1024;

    private final PrintStream out;
    private final Closes closes;
    private final Consumer<String> progress;
    private final long twoMslNs = TimeWaitPolicy.defaults().pathClasses().getLast().twoMslNs();

    /**
     * A report of these closes.
     *
     * @param progress is told how far it is; an empty text means done
     */
    public TimeWaitReport(PrintStream out, Closes closes, Consumer<String> progress) {
        this.out = out;
        this.closes = closes;
        this.progress = progress;
    }

    /** All closes into a table with room for all; then the ages, and the entries of a filter. */
    public void unlimited(TimeWaitFilter filter, int listed) {
        out.printf(
                Locale.ROOT,
                "%,d closes in %s of virtual time, of %,d clients; 2MSL is %s.%n",
                closes.count(),
                seconds(closes.duringNs()),
                closes.clients(),
                seconds(twoMslNs));
        out.println();
        out.printf(
                Locale.ROOT,
                "%12s %10s %13s %13s %11s %9s%n",
                "closes",
                "at",
                "held",
                "gone",
                "memory",
                "an entry");
        TimeWaitTable table = new TimeWaitTable(TimeWaitPolicy.defaults(), RandomSource.seeded(1));
        long began = System.nanoTime();
        long printing = 0;
        for (int i = 0; i < closes.count(); i++) {
            closes.enter(table, i);
            table.expire(closes.timeNs(i), 16);
            if ((i + 1L) * 10 / closes.count() > (long) i * 10 / closes.count()) {
                long before = System.nanoTime();
                state(table, i);
                printing += System.nanoTime() - before;
            }
        }
        long spent = System.nanoTime() - began - printing;
        out.println();
        out.printf(
                Locale.ROOT,
                "%.2f s of real time: %,d ns a close, with its expiry.%n",
                spent / 1e9,
                spent / closes.count());
        ages(table, filter);
        if (listed > 0) {
            list(table, filter, listed);
        }
    }

    private void state(TimeWaitTable table, int i) {
        out.printf(
                Locale.ROOT,
                "%,12d %10s %,13d %,13d %8.1f MB %,6.1f B%n",
                i + 1,
                seconds(closes.timeNs(i)),
                table.size(),
                table.counters().expired(),
                table.octets() / 1e6,
                table.octets() / (double) table.size());
    }

    private long end() {
        return closes.timeNs(closes.count() - 1);
    }

    private void ages(TimeWaitTable table, TimeWaitFilter filter) {
        TimeWaitAges ages = new TimeWaitAges(twoMslNs / AGE_BARS, AGE_BARS, end());
        long cursor = 0;
        while (cursor >= 0) {
            cursor = table.list(cursor, PIECE, filter, end(), ages);
        }
        out.println();
        out.printf(
                Locale.ROOT,
                "Ages of %s%,d entries, the oldest %s:%n",
                filter.equals(TimeWaitFilter.ALL) ? "all " : "",
                ages.total(),
                seconds(ages.oldestNs()));
        out.println();
        long most = 1;
        for (int i = 0; i < ages.counts(); i++) {
            most = Math.max(most, ages.count(i));
        }
        for (int i = 0; i < ages.counts(); i++) {
            int bar = (int) ((ages.count(i) * WIDEST_BAR + most - 1) / most);
            out.printf(
                    Locale.ROOT,
                    "%3d to %2d s  %,11d  %s%n",
                    i * (twoMslNs / AGE_BARS) / SECOND,
                    (i + 1) * (twoMslNs / AGE_BARS) / SECOND,
                    ages.count(i),
                    "#".repeat(bar));
        }
    }

    private void list(TimeWaitTable table, TimeWaitFilter filter, int listed) {
        List<NetstatRow> rows = new ArrayList<>();
        long cursor = 0;
        while (cursor >= 0 && rows.size() < listed) {
            cursor = table.list(cursor, 1, filter, end(), entry -> rows.add(row(entry)));
        }
        out.println();
        Netstat.lines(rows).forEach(out::println);
    }

    private static NetstatRow row(TimeWaitEntry entry) {
        return new NetstatRow(
                0,
                0,
                new IpAddress(entry.localHigh, entry.localLow),
                entry.localPort(),
                new IpAddress(entry.remoteHigh, entry.remoteLow),
                entry.remotePort(),
                entry.isFinWait2() ? "FIN_WAIT_2" : "TIME_WAIT");
    }

    /** The same closes into tables that are too small, one for each policy. */
    public void limited(int cap, List<Overflow> policies) {
        out.println();
        out.println();
        out.printf(
                Locale.ROOT,
                "The same closes, and room for %,d entries. Half of the closes are of one%n",
                cap);
        out.printf(
                Locale.ROOT,
                "greedy client, %s. The last two columns: how many of its closes, and of%n",
                closes.greedy());
        out.printf(Locale.ROOT, "the others', waited for all of 2MSL or still wait.%n");
        out.println();
        out.printf(
                Locale.ROOT,
                "%-16s %11s %11s %14s %10s %10s%n",
                "policy",
                "refused",
                "evicted",
                "shortest wait",
                "greedy",
                "others");
        for (Overflow policy : policies) {
            new Limited(cap, policy).play();
        }
        out.println();
        for (Overflow policy : policies) {
            out.printf(Locale.ROOT, "%-16s %s%n", name(policy), meaning(policy));
        }
    }

    private static String meaning(Overflow policy) {
        return switch (policy) {
            case REFUSE_NEW -> "the newcomer has no TIME_WAIT at all, as on Linux";
            case EVICT_OLDEST -> "the oldest makes room, as on FreeBSD: all waits shrink";
            case FAIR_PER_REMOTE -> "whoever holds most makes room, and is refused";
            case SHORTEN_FIRST -> "the oldest makes room, but none before it waited 3 s";
        };
    }

    private static String name(Overflow policy) {
        return policy.name().toLowerCase(Locale.ROOT);
    }

    /** One table that is too small. */
    private final class Limited implements TimeWaitObserver {

        private final Overflow policy;
        private final TimeWaitTable table;
        private long shortestNs = Long.MAX_VALUE;
        private final long[] cut = new long[2];
        private final long[] all = new long[2];

        Limited(int cap, Overflow policy) {
            this.policy = policy;
            TimeWaitPolicy limits = TimeWaitPolicy.defaults().withMaxEntries(cap, policy);
            table = new TimeWaitTable(limits, RandomSource.seeded(1), this);
        }

        @Override
        public void ended(TimeWaitEntry entry, TimeWaitEnding ending, long nowNs) {
            shortestNs = Math.min(shortestNs, entry.ageNs(nowNs));
            if (ending == TimeWaitEnding.EVICTED) {
                IpAddress greedy = closes.greedy();
                boolean its = entry.remoteHigh == greedy.high() && entry.remoteLow == greedy.low();
                cut[its ? 0 : 1]++;
            }
        }

        void play() {
            for (int i = 0; i < closes.count(); i++) {
                int whose = closes.isGreedy(i) ? 0 : 1;
                all[whose]++;
                table.expire(closes.timeNs(i), 16);
                if (!closes.enter(table, i)) {
                    cut[whose]++;
                }
                if (i % (closes.count() / 100) == 0) {
                    progress.accept(name(policy) + " " + i * 100L / closes.count() + " %");
                }
            }
            progress.accept("");
            out.printf(
                    Locale.ROOT,
                    "%-16s %,11d %,11d %14s %8.0f %% %8.0f %%%n",
                    name(policy),
                    table.counters().refused(),
                    table.counters().evicted(),
                    shortestNs == Long.MAX_VALUE ? "-" : seconds(shortestNs),
                    100.0 * (all[0] - cut[0]) / all[0],
                    100.0 * (all[1] - cut[1]) / all[1]);
        }
    }

    private static String seconds(long ns) {
        return String.format(Locale.ROOT, "%.1f s", ns / 1e9);
    }
}
