package io.finwait.trace.explain;

import java.util.Locale;

/** Lengths of time as people say them. */
final class Durations {

    private static final long US = 1_000;
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    private Durations() {}

    /** {@code 1.5 s}, {@code 20 ms}, {@code 4 min 10 s}; negative lengths keep their sign. */
    static String words(long ns) {
        if (ns < 0) {
            return "-" + words(ns == Long.MIN_VALUE ? Long.MAX_VALUE : -ns);
        }
        if (ns >= HOUR) {
            return two(ns / HOUR, " h", ns % HOUR / MINUTE, " min");
        }
        if (ns >= MINUTE) {
            return two(ns / MINUTE, " min", ns % MINUTE / SECOND, " s");
        }
        if (ns >= SECOND) {
            return trimmed(ns / 1e9) + " s";
        }
        if (ns >= MS) {
            return trimmed(ns / 1e6) + " ms";
        }
        return trimmed((double) ns / US) + " us";
    }

    private static String two(long large, String unit, long small, String smallUnit) {
        return large + unit + (small == 0 ? "" : " " + small + smallUnit);
    }

    private static String trimmed(double value) {
        String text = String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
