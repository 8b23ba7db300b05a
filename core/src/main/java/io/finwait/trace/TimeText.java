package io.finwait.trace;

/** Durations as people read them. */
public final class TimeText {

    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private TimeText() {}

    /**
     * A point in time from a start, at most 9 characters up to 2,700 hours: {@code 0}, {@code 850
     * ns}, {@code 12.5 µs}, {@code 20.1 ms}, {@code 60.02 s}. Small parts of the unit are rounded.
     *
     * @param ns nanoseconds
     */
    public static String of(long ns) {
        if (ns < 0) {
            return "-" + of(ns == Long.MIN_VALUE ? Long.MAX_VALUE : -ns);
        }
        if (ns == 0) {
            return "0";
        }
        if (ns < MICRO) {
            return ns + " ns";
        }
        if (ns < MILLI) {
            return decimals(ns, MICRO, ns < 10 * MICRO ? 2 : ns < 100 * MICRO ? 1 : 0) + " µs";
        }
        if (ns < SECOND) {
            return decimals(ns, MILLI, ns < 10 * MILLI ? 2 : ns < 100 * MILLI ? 1 : 0) + " ms";
        }
        return decimals(ns, SECOND, ns < 100 * SECOND ? 3 : ns < 10_000 * SECOND ? 2 : 0) + " s";
    }

    /**
     * How long something takes: as {@link #of}, but whole minutes of at least two are minutes:
     * {@code 4 min}.
     *
     * @param ns nanoseconds
     */
    public static String duration(long ns) {
        long minute = 60 * SECOND;
        return ns >= 2 * minute && ns % minute == 0 ? ns / minute + " min" : of(ns);
    }

    private static String decimals(long ns, long unit, int digits) {
        long parts = 1;
        for (int i = 0; i < digits; i++) {
            parts *= 10;
        }
        // The parts of a unit that are shown, 1/100 ms for instance, rounded to the nearest.
        long step = unit / parts;
        long shown = ns / step + (ns % step + step / 2) / step;
        StringBuilder text = new StringBuilder().append(shown / parts);
        long fraction = shown % parts;
        if (fraction == 0) {
            return text.toString();
        }
        String behind = Long.toString(parts + fraction).substring(1);
        return text.append('.').append(behind.replaceAll("0+$", "")).toString();
    }
}
