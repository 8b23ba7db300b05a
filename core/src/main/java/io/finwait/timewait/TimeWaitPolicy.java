package io.finwait.timewait;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * How long entries stay, how many there may be, and what may end them early. Immutable: each {@code
 * with} method gives a changed copy.
 *
 * @param pathClasses 1 to 8; the first whose predicate holds for the remote address decides 2MSL,
 *     and the last one holds for every address
 * @param rst what a RST does
 * @param reopening true: an acceptable SYN may reopen the tuple (RFC 6191)
 * @param reuse which tuples a connection opened from here may take over
 * @param reuseDelayNs how long an entry must have waited before it may be reused, in ns
 * @param maxEntries the most entries at a time
 * @param maxOctets the most memory, in octets, counted as {@link TimeWaitTable#IPV4_OCTETS} and
 *     {@link TimeWaitTable#IPV6_OCTETS} for each entry
 * @param overflow what happens when a new entry exceeds a limit
 * @param shortestNs the shortest wait under {@link Overflow#SHORTEN_FIRST}, in ns
 * @param restartCap restarts end an entry no later than this many times 2MSL after it entered
 * @param answerIntervalNs an entry sends at most one challenge ACK in this time, in ns (RFC 5961
 *     §7); 0 for no limit
 */
public record TimeWaitPolicy(
        List<PathClass> pathClasses,
        Rst rst,
        boolean reopening,
        Reuse reuse,
        long reuseDelayNs,
        int maxEntries,
        long maxOctets,
        Overflow overflow,
        long shortestNs,
        int restartCap,
        long answerIntervalNs) {

    /** The shortest 2MSL: it leaves time for several retransmissions of the peer. */
    public static final Duration SHORTEST_2MSL = Duration.ofSeconds(3);

    /** The longest 2MSL: twice the 2 minutes of RFC 9293 §3.4.2. */
    public static final Duration LONGEST_2MSL = Duration.ofMinutes(4);

    /** The most path classes. */
    public static final int MAX_PATH_CLASSES = 8;

    private static final int MOST_ENTRIES = 1 << 26;

    /** By default a table takes at most one part in this many of the heap. */
    private static final int HEAP_SHARE = 8;

    private static final Duration DEFAULT_2MSL = Duration.ofSeconds(60);
    private static final long MILLISECOND = 1_000_000;

    /** What a RST does to an entry in TIME-WAIT. */
    public enum Rst {
        /** Nothing: RFC 1337's fix F1 against assassination. */
        IGNORE,
        /**
         * It ends the entry when its SEQ is exactly RCV.NXT (RFC 9293 §3.10.7.4, RFC 5961 §3.2).
         */
        EXACT_MATCH
    }

    /** Which tuples in TIME-WAIT a connection opened from here may take over. */
    public enum Reuse {
        /** None. */
        OFF,
        /** Those whose remote address is a loopback address, or the local address itself. */
        LOOPBACK,
        /** All. */
        ALL
    }

    /** What happens when the table is full. */
    public enum Overflow {
        /** The new entry is refused, as Linux does. */
        REFUSE_NEW,
        /** The entry that expires next is evicted, as FreeBSD does. */
        EVICT_OLDEST,
        /**
         * Of some randomly chosen entries, one of the remote host (IPv6: /64) with the most entries
         * is evicted; the new entry is refused if its own host has more.
         */
        FAIR_PER_REMOTE,
        /**
         * The entry that expires next is evicted if it has waited for {@link
         * TimeWaitPolicy#shortestNs()}, otherwise the new entry is refused: 2MSL shrinks as far as
         * the load demands, but not below that.
         */
        SHORTEN_FIRST
    }

    /**
     * A class of remote hosts with one 2MSL.
     *
     * @param name for people
     * @param remotes the remote addresses that belong to it
     * @param twoMslNs 2MSL in ns, {@link #SHORTEST_2MSL} to {@link #LONGEST_2MSL}
     */
    public record PathClass(String name, AddressPredicate remotes, long twoMslNs) {

        public PathClass {
            if (twoMslNs < SHORTEST_2MSL.toNanos() || twoMslNs > LONGEST_2MSL.toNanos()) {
                throw new IllegalArgumentException(
                        "a 2MSL of "
                                + twoMslNs
                                + " ns is out of range; choose "
                                + SHORTEST_2MSL.toSeconds()
                                + " to "
                                + LONGEST_2MSL.toSeconds()
                                + " seconds");
            }
        }
    }

    public TimeWaitPolicy {
        pathClasses = List.copyOf(pathClasses);
        if (pathClasses.isEmpty() || pathClasses.size() > MAX_PATH_CLASSES) {
            throw new IllegalArgumentException(
                    pathClasses.size() + " path classes; give 1 to " + MAX_PATH_CLASSES);
        }
        if (!pathClasses.get(pathClasses.size() - 1).remotes().equals(AddressPredicate.ANY)) {
            throw new IllegalArgumentException(
                    "the last path class must hold for AddressPredicate.ANY, so that every remote"
                            + " has a 2MSL");
        }
        requireRange("maxEntries", maxEntries, 0, MOST_ENTRIES);
        requireRange("maxOctets", maxOctets, 0, Long.MAX_VALUE);
        requireRange("restartCap", restartCap, 1, 8);
        requireRange("reuseDelayNs", reuseDelayNs, 0, LONGEST_2MSL.toNanos());
        requireRange("shortestNs", shortestNs, 0, LONGEST_2MSL.toNanos());
        requireRange("answerIntervalNs", answerIntervalNs, 0, LONGEST_2MSL.toNanos());
    }

    private static void requireRange(String name, long value, long from, long to) {
        if (value < from || value > to) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range; choose " + from + " to " + to);
        }
    }

    /**
     * 2MSL of 60 s for everybody, RST ignored, reopening by SYN, reuse on loopback after 1 s, no
     * more than 2^26 entries and an eighth of the largest heap of this JVM (about 48 octets an
     * entry: 1.3 million entries with 512 MB), oldest evicted, restarts capped at 8 times 2MSL, one
     * answer in 500 ms.
     */
    public static TimeWaitPolicy defaults() {
        return new TimeWaitPolicy(
                List.of(new PathClass("everybody", AddressPredicate.ANY, DEFAULT_2MSL.toNanos())),
                Rst.IGNORE,
                true,
                Reuse.LOOPBACK,
                1000 * MILLISECOND,
                MOST_ENTRIES,
                Runtime.getRuntime().maxMemory() / HEAP_SHARE,
                Overflow.EVICT_OLDEST,
                SHORTEST_2MSL.toNanos(),
                8,
                500 * MILLISECOND);
    }

    /** The same 2MSL for all remote hosts. */
    public TimeWaitPolicy withTwoMsl(Duration twoMsl) {
        return withPathClasses(
                List.of(
                        new PathClass(
                                "everybody", AddressPredicate.ANY, NANOSECONDS.convert(twoMsl))));
    }

    /** One more path class, which is tested before the others. */
    public TimeWaitPolicy withPathClass(String name, AddressPredicate remotes, Duration twoMsl) {
        List<PathClass> all = new ArrayList<>();
        all.add(new PathClass(name, remotes, NANOSECONDS.convert(twoMsl)));
        all.addAll(pathClasses);
        return withPathClasses(all);
    }

    /** Other path classes; the last one must hold for {@link AddressPredicate#ANY}. */
    public TimeWaitPolicy withPathClasses(List<PathClass> changed) {
        return with(draft -> draft.pathClasses = changed);
    }

    /** Another treatment of RST. */
    public TimeWaitPolicy withRst(Rst changed) {
        return with(draft -> draft.rst = changed);
    }

    /** Reopening by SYN on or off. */
    public TimeWaitPolicy withReopening(boolean changed) {
        return with(draft -> draft.reopening = changed);
    }

    /** Another rule for connections opened from here, and how long an entry must have waited. */
    public TimeWaitPolicy withReuse(Reuse changed, Duration delay) {
        return with(
                draft -> {
                    draft.reuse = changed;
                    draft.reuseDelayNs = NANOSECONDS.convert(delay);
                });
    }

    /** Another maximum of entries, and what happens when it is reached. */
    public TimeWaitPolicy withMaxEntries(int entries, Overflow atOverflow) {
        return with(
                draft -> {
                    draft.maxEntries = entries;
                    draft.overflow = atOverflow;
                });
    }

    /** Another maximum of memory in octets, and what happens when it is reached. */
    public TimeWaitPolicy withMaxOctets(long octets, Overflow atOverflow) {
        return with(
                draft -> {
                    draft.maxOctets = octets;
                    draft.overflow = atOverflow;
                });
    }

    /** Another shortest wait under {@link Overflow#SHORTEN_FIRST}. */
    public TimeWaitPolicy withShortest(Duration shortest) {
        return with(draft -> draft.shortestNs = NANOSECONDS.convert(shortest));
    }

    /** Another cap of restarts: 1 (restarts have no effect) to 8 times 2MSL. */
    public TimeWaitPolicy withRestartCap(int times) {
        return with(draft -> draft.restartCap = times);
    }

    /** Another shortest interval between two challenge ACKs. */
    public TimeWaitPolicy withAnswerInterval(Duration interval) {
        return with(draft -> draft.answerIntervalNs = NANOSECONDS.convert(interval));
    }

    private TimeWaitPolicy with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finish();
    }

    /** Which path class a remote address belongs to: an index into {@link #pathClasses()}. */
    int pathClassOf(long remoteHigh, long remoteLow) {
        int last = pathClasses.size() - 1;
        for (int i = 0; i < last; i++) {
            if (pathClasses.get(i).remotes().test(remoteHigh, remoteLow)) {
                return i;
            }
        }
        return last;
    }

    /** The same fields, mutable. */
    private static final class Draft {

        private List<PathClass> pathClasses;
        private Rst rst;
        private boolean reopening;
        private Reuse reuse;
        private long reuseDelayNs;
        private int maxEntries;
        private long maxOctets;
        private Overflow overflow;
        private long shortestNs;
        private int restartCap;
        private long answerIntervalNs;

        Draft(TimeWaitPolicy from) {
            pathClasses = from.pathClasses;
            rst = from.rst;
            reopening = from.reopening;
            reuse = from.reuse;
            reuseDelayNs = from.reuseDelayNs;
            maxEntries = from.maxEntries;
            maxOctets = from.maxOctets;
            overflow = from.overflow;
            shortestNs = from.shortestNs;
            restartCap = from.restartCap;
            answerIntervalNs = from.answerIntervalNs;
        }

        TimeWaitPolicy finish() {
            return new TimeWaitPolicy(
                    pathClasses,
                    rst,
                    reopening,
                    reuse,
                    reuseDelayNs,
                    maxEntries,
                    maxOctets,
                    overflow,
                    shortestNs,
                    restartCap,
                    answerIntervalNs);
        }
    }
}
